"""What the province must know of a sub-centre that joined."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events.bus import Event


@dataclass(frozen=True)
class SubCentreJoined(Event):
    """An independent sub-centre was opened by its centre. Delivered in the province, which keeps the register."""

    province_id: UUID
    subject_id: UUID
    code: str
    city_code: str
    name_zh: str
    short_name_zh: str
    legal_entity_zh: str
    build_mode: str
    plug_reason_zh: str
    status: str
    fictional: str
    channels_open: int
    channels_total: int
    sms_monthly: int
    allowance_fen: int
