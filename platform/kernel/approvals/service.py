"""Propose, approve, send back, withdraw. Approving executes in the same transaction: a guarded UPDATE gives the right exactly once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from kernel.approvals import errors
from kernel.approvals.kinds import Difference, GuardedKind, canonical, execution, kind_of
from kernel.approvals.models import ChangeComment, ChangeRequest, ChangeState
from kernel.approvals.queries import visible
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Forbidden, Invalid
from kernel.identity.actor import Actor


def propose(
    session: TenantSession, actor: Actor, kind_code: str, payload: Mapping[str, Any], reason_zh: str
) -> ChangeRequest:
    """Store a change for approval by somebody else.

    Raises Forbidden, Invalid (no reason), AlreadyProposed, NothingChanges, and what the kind's `describe` raises.
    """
    kind = kind_of(kind_code)
    _need(actor, kind.make)
    if not reason_zh.strip():
        raise Invalid(fields={"reason": ["请填写变更理由。"]})
    difference = described(session, kind, payload)
    if not difference.lines:
        raise errors.NothingChanges
    _refuse_second(session, difference.object_kind, difference.object_id)
    body = canonical(payload)
    change = ChangeRequest(
        kind=kind.code,
        title_zh=difference.title_zh,
        reason_zh=reason_zh.strip(),
        object_kind=difference.object_kind,
        object_id=difference.object_id,
        payload=body,
        content_hash=hashlib.sha256(body).digest(),
        difference=difference.stored(),
        maker_person_id=actor.person_id,
        maker_name=actor.name,
        made_at=clock.now(),
        expires_at=clock.now() + timedelta(days=kind.days_open),
    )
    session.add(change)
    session.flush()
    session.audit("changes.proposed", "change", change.id, f"提交变更：{change.title_zh}", kind=kind.code)
    return change


def described(session: TenantSession, kind: GuardedKind, payload: Mapping[str, Any]) -> Difference:
    """The difference of a payload that a browser may have altered. Raises PayloadBroken, and what the kind's `describe` raises."""
    try:
        return kind.describe(session, payload)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise errors.PayloadBroken from error


def approve(
    session: TenantSession, actor: Actor, change_id: UUID, seen_hash: bytes, note_zh: str = ""
) -> ChangeRequest:
    """Approve what was seen and carry it out, in one transaction.

    `seen_hash` is the content hash of the page that the checker looked at. Raises Forbidden, OwnChange, ChangedSinceSeen,
    AlreadyDecided, ChangeNotFound, and what the kind's `apply` raises: then nothing happened.
    """
    change = visible(session, actor, change_id)
    kind = _checkable(actor, change)
    now = clock.now()
    taken = session.execute(
        update(ChangeRequest)
        .where(
            ChangeRequest.id == change_id,
            ChangeRequest.state == ChangeState.PENDING,
            ChangeRequest.maker_person_id != actor.person_id,
            ChangeRequest.content_hash == seen_hash,
            ChangeRequest.expires_at > now,
        )
        .values(
            state=ChangeState.EXECUTED, checker_person_id=actor.person_id, checker_name=actor.name,
            decided_at=now, executed_at=now, note_zh=note_zh.strip() or None,
        )
        .returning(ChangeRequest.payload)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()  # fmt: skip
    if taken is None:
        raise errors.ChangedSinceSeen if change.content_hash != seen_hash else errors.AlreadyDecided
    if hashlib.sha256(taken).digest() != seen_hash:
        raise errors.ChangedSinceSeen
    session.expire(change)
    maker, checker = (change.maker_person_id, change.maker_name), (actor.person_id, actor.name)
    kind.apply(session, execution(change_id, taken, maker, checker))
    session.audit(
        "changes.approved",
        "change",
        change.id,
        f"批准变更：{change.title_zh}",
        kind=kind.code,
        hash=seen_hash.hex(),
    )
    return change


def send_back(session: TenantSession, actor: Actor, change_id: UUID, note_zh: str) -> ChangeRequest:
    """Refuse a change with a reason that its maker can act on."""
    change = visible(session, actor, change_id)
    _checkable(actor, change)
    if not note_zh.strip():
        raise Invalid(fields={"note": ["请说明退回原因，便于提交人修改。"]})
    _close(session, change, actor, ChangeState.SENT_BACK, note_zh.strip())
    session.audit("changes.sent_back", "change", change.id, f"退回变更：{change.title_zh}", kind=change.kind)
    return change


def withdraw(session: TenantSession, actor: Actor, change_id: UUID) -> ChangeRequest:
    """Take one's own open change back."""
    change = visible(session, actor, change_id)
    if change.maker_person_id != actor.person_id:
        raise errors.NotYours
    _close(session, change, None, ChangeState.WITHDRAWN, None)
    session.audit("changes.withdrawn", "change", change.id, f"撤回变更：{change.title_zh}", kind=change.kind)
    return change


def comment(session: TenantSession, actor: Actor, change_id: UUID, text_zh: str) -> ChangeComment:
    """Leave a remark for maker and checkers."""
    change = visible(session, actor, change_id)
    if not text_zh.strip():
        raise Invalid(fields={"text": ["请填写内容。"]})
    row = ChangeComment(
        change_id=change.id,
        person_id=actor.person_id,
        name_zh=actor.name,
        text_zh=text_zh.strip(),
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    session.audit("changes.commented", "change", change.id, f"留言：{change.title_zh}")
    return row


def may_check(actor: Actor, change: ChangeRequest) -> bool:
    """Whether that person may decide it now."""
    return (
        change.state == ChangeState.PENDING
        and kind_of(change.kind).check in actor.permissions
        and change.maker_person_id != actor.person_id
        and change.expires_at > clock.now()
    )


def _need(actor: Actor, permission: Any) -> None:
    if permission not in actor.permissions:
        raise Forbidden(permission)


def _checkable(actor: Actor, change: ChangeRequest) -> GuardedKind:
    kind = kind_of(change.kind)
    _need(actor, kind.check)
    if change.maker_person_id == actor.person_id:
        raise errors.OwnChange
    return kind


def _refuse_second(session: TenantSession, object_kind: str, object_id: str) -> None:
    already = select(ChangeRequest.id).where(
        ChangeRequest.object_kind == object_kind,
        ChangeRequest.object_id == object_id,
        ChangeRequest.state == ChangeState.PENDING,
        ChangeRequest.expires_at > clock.now(),
    )
    if session.scalar(already.limit(1)) is not None:
        raise errors.AlreadyProposed


def _close(
    session: TenantSession, change: ChangeRequest, actor: Actor | None, state: ChangeState, note: str | None
) -> None:
    values: dict[str, Any] = {"state": state, "decided_at": clock.now(), "note_zh": note}
    if actor is not None:
        values |= {"checker_person_id": actor.person_id, "checker_name": actor.name}
    done = session.execute(
        update(ChangeRequest)
        .where(ChangeRequest.id == change.id, ChangeRequest.state == ChangeState.PENDING)
        .values(**values)
        .returning(ChangeRequest.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if done is None:
        raise errors.AlreadyDecided
    session.expire(change)
