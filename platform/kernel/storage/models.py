"""Table of kept files. The object's place on disk follows from tenant and id, so no row can point anywhere else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Own, utc_now
from kernel.storage.kinds import FileKind


class StoredFile(Own, Base):
    """One file. `name` is sealed (people put names of people into it), `sha256` is of the plain bytes, `size` in bytes.

    `account_id` names the depositor or employer's clerk to whom it belongs; None for files of the tenant's own people.
    Rows are only added here; `k.file_count` and `k.file_drop` keep the tenant's sum of bytes.
    """

    __tablename__ = "stored_file"
    __rights__ = ("select", "insert")
    __citizen__ = "account_id"
    __citizen_rights__ = ("select", "insert")
    __table_args__ = (
        CheckConstraint("octet_length(sha256) = 32 and size > 0", name="content"),
        Index("ix_stored_file_account_id", "tenant_id", "account_id", "kept_at"),
    )

    account_id: Mapped[UUID | None] = mapped_column(default=None)
    purpose: Mapped[str]
    kind: Mapped[str]
    name: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(default=utc_now)
    counted: Mapped[bool] = mapped_column(default=False)

    @property
    def media_type(self) -> str:
        """What the bytes are."""
        return FileKind.named(self.kind).media_type

    @property
    def sha256_hex(self) -> str:
        """The fingerprint as people compare it."""
        return self.sha256.hex()
