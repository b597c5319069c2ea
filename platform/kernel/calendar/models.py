"""Days that differ from the week's rhythm: statutory holidays and make-up days (data of the release, decision D26)."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Reference


class CalendarDay(Reference, Base):
    """One day. `code` is the date (`2026-10-01`); `provisional` until the State Council has published that year."""

    __tablename__ = "calendar_day"

    code: Mapped[str] = mapped_column(primary_key=True)
    working: Mapped[bool]
    name_zh: Mapped[str]
    provisional: Mapped[bool]
