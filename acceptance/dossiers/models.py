"""The dossier of a verdict on this side, with its paper; made once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk


class Dossier(Own, Base):
    """`sha256` and `size` are of the ZIP; `public_key` in hex is whose signature it bears. `left_out`: files listed by hash only."""

    __tablename__ = "acceptance_dossier"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "verdict_id", name="uq_acceptance_dossier_verdict"),
        tenant_fk("file_id", "stored_file", name="fk_acceptance_dossier_file"),
        tenant_fk("paper_file_id", "stored_file", name="fk_acceptance_dossier_paper"),
        Index("ix_acceptance_dossier_file", "tenant_id", "file_id"),
        Index("ix_acceptance_dossier_paper", "tenant_id", "paper_file_id"),
        CheckConstraint("octet_length(sha256) = 32 and size > 0", name="content"),
    )

    verdict_id: Mapped[UUID]
    file_id: Mapped[UUID]
    paper_file_id: Mapped[UUID]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInteger)
    public_key: Mapped[str]
    members: Mapped[int]
    parts: Mapped[int]
    left_out: Mapped[int] = mapped_column(default=0)
    proven: Mapped[bool]
    made_at: Mapped[datetime]
