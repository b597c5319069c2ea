"""Sending one notice in the transaction of its handler. A notice that may not go is left out with a line in the log, never tried again."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from kernel.errors import DomainError
from shared_channels.sms.messages.service import accept


def tell(
    session: TenantSession,
    template: str,
    phone: Secret[str] | None,
    values: Mapping[str, str],
    about: tuple[str, UUID],
    key: str,
) -> bool:
    """Tell the person whose matter it is; `about` is the kind and id of the matter, `key` names the step. True when a message was taken in.

    Audits once, unless nothing changed. Nobody to tell: nothing happens.
    """
    kind, object_id = about
    if phone is None:
        return False
    try:
        accepted = accept(
            session, template=template, phone=phone, values=values, key=f"{kind}:{object_id}:{key}",
            origin=(kind, str(object_id)),
        )  # fmt: skip
    except DomainError as refused:
        session.audit(
            "sms.notice_left_out", kind, object_id, f"通知没有发送：{refused.message_zh}", template=template
        )
        return False
    if not accepted.repeated:
        session.audit(
            "sms.notice_accepted", "sms_message", accepted.message_id, "受理一条业务通知短信",
            template=template, segments=accepted.segments,
        )  # fmt: skip
    return not accepted.repeated
