"""Binding an account to a depositor of the centre, in the centre's scope: by the core system, or by a clerk who saw the papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.crypto.blind_index import IndexedField
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.errors import NotFound
from kernel.events import bus as events
from kernel.identity.actor import Actor
from kernel.tenancy import tenants
from kernel.vault import of as vault_of
from shared_channels.accounts.errors import BoundAlready, CounterCodeRefused, NoCoreSystem, PersonElsewhere
from shared_channels.accounts.events import AccountBound, BindingEnded
from shared_channels.accounts.models import AccountBinding, AccountPlace, BindingKind, CounterCode, ProvenBy
from shared_channels.accounts.queries import binding_of, counter_code_hash
from tenants.core_system import service as core_system


@dataclass(frozen=True)
class Identity:
    """What a person types, or a clerk reads from the card."""

    number: Secret[str]
    name: Secret[str]


def bind_by_core(session: TenantSession, account_id: UUID, identity: Identity) -> AccountBinding | None:
    """Ask the core system whose account it is, and bind. None when number and name do not agree (the caller has counted).

    Raises NoCoreSystem, CoreUnavailable, BoundAlready, PersonElsewhere.
    """
    core = core_system.of(session)
    if core is None:
        raise NoCoreSystem
    person = core.find_person(identity.number, identity.name)
    if person is None:
        return None
    return _bind(session, account_id, identity, person.ref, ProvenBy.CORE, unit_code=person.unit_code)


def bind_at_counter(
    session: TenantSession, actor: Actor, code: Secret[str], identity: Identity
) -> AccountBinding:
    """Bind the account whose code was shown, after the clerk compared person and card.

    A binding of the same depositor to another account ends: who stands here has the papers. Without a core system the depositor is
    named by the number's index. Raises CounterCodeRefused, BoundAlready, NotTheSame through the core system's answer.
    """
    shown = use_counter_code(session, actor, code, "bind")
    core = core_system.of(session)
    person = None if core is None else core.find_person(identity.number, identity.name)
    if core is not None and person is None:
        raise NotFound(
            "accounts.person_unknown",
            "核心系统中没有查到这位缴存人。",
            "请核对姓名和身份证号码与登记的是否一致。",
        )
    index = vault_of(session).index(IndexedField.ID_NUMBER, identity.number)
    ref = person.ref if person is not None else f"X{index.hex()[:24].upper()}"
    if binding_of(session, shown.account_id) is not None:
        raise BoundAlready
    for former in _bindings_of_person(session, ref, index):
        _end(session, former)
    unit = person.unit_code if person is not None else ""
    return _bind(
        session, shown.account_id, identity, ref, ProvenBy.COUNTER, unit_code=unit, clerk_id=actor.person_id
    )


def prove_at_counter(
    session: TenantSession, actor: Actor, code: Secret[str], number: Secret[str]
) -> AccountBinding:
    """Note that the bound person stood at the counter with the card. Raises CounterCodeRefused, also for another person's card."""
    shown = use_counter_code(session, actor, code, "real_person")
    binding = binding_of(session, shown.account_id)
    if binding is None or binding.identity_index not in vault_of(session).candidates(
        IndexedField.ID_NUMBER, number
    ):
        raise CounterCodeRefused
    shown.result_id = binding.id
    session.audit("accounts.person_seen", "account_binding", binding.id, "柜台当面核验本人")
    return binding


def unbind(session: TenantSession, account_id: UUID, binding_id: UUID) -> bool:
    """End a binding of one's own. False when it was over already or is not the account's."""
    binding = session.scalars(
        select(AccountBinding).where(
            AccountBinding.id == binding_id,
            AccountBinding.account_id == account_id,
            AccountBinding.ended_at.is_(None),
        )
    ).first()
    if binding is None:
        return False
    _end(session, binding)
    session.audit("accounts.unbound", "account_binding", binding.id, "解除公积金账户绑定")
    return True


def use_counter_code(session: TenantSession, actor: Actor, code: Secret[str], purpose: str) -> CounterCode:
    """Use a code that was shown at the counter, once. Raises CounterCodeRefused."""
    found = session.execute(
        update(CounterCode)
        .where(
            CounterCode.code_hash == counter_code_hash(session.tenant_id, code),
            CounterCode.purpose == purpose,
            CounterCode.used_at.is_(None),
            CounterCode.expires_at > utc_now(),
        )
        .values(used_at=utc_now(), used_by=actor.person_id)
        .returning(CounterCode)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if found is None:
        raise CounterCodeRefused
    return found


def note_place(session: TenantSession, bound: AccountBound) -> None:
    """Keep in the province that the account is bound there. Idempotent."""
    session.execute(
        insert(AccountPlace)
        .values(
            tenant_id=session.tenant_id, id=uuid7(), account_id=bound.account_id, centre_id=bound.centre_id,
            binding_id=bound.binding_id, kind=bound.kind, bound_at=utc_now(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "binding_id"])
    )  # fmt: skip


def forget_place(session: TenantSession, binding_id: UUID) -> None:
    """The binding is over."""
    session.execute(
        update(AccountPlace)
        .where(AccountPlace.binding_id == binding_id, AccountPlace.ended_at.is_(None))
        .values(ended_at=utc_now())
        .execution_options(synchronize_session=False)
    )


def bound_event(session: TenantSession, binding: AccountBinding) -> AccountBound:
    """What the province is told about a binding of this centre."""
    return AccountBound(
        _province(session), session.tenant_id, binding.id, binding.account_id, str(binding.kind)
    )


def _bind(
    session: TenantSession, account_id: UUID, identity: Identity, ref: str, by: ProvenBy, **more: Any
) -> AccountBinding:
    new, vault = uuid7(), vault_of(session)
    made = session.execute(
        insert(AccountBinding)
        .values(
            tenant_id=session.tenant_id, id=new, account_id=account_id, kind=BindingKind.DEPOSITOR,
            person_ref=vault.seal("account_binding", "person_ref", new, Secret(ref, MaskKind.ACCOUNT)),
            person_index=vault.index(IndexedField.ID_NUMBER, _core_word(ref)),
            name=vault.seal("account_binding", "name", new, identity.name),
            identity_index=vault.index(IndexedField.ID_NUMBER, identity.number),
            proven_by=by, bound_at=utc_now(), **more,
        )
        .on_conflict_do_nothing()
        .returning(AccountBinding)
    ).scalar_one_or_none()  # fmt: skip
    if made is None:
        raise BoundAlready if binding_of(session, account_id) is not None else PersonElsewhere
    events.publish(session, bound_event(session, made))
    session.audit("accounts.bound", "account_binding", new, "绑定公积金账户", by=by)
    return made


def _bindings_of_person(session: TenantSession, ref: str, index: bytes) -> list[AccountBinding]:
    refs = vault_of(session).candidates(IndexedField.ID_NUMBER, _core_word(ref))
    same = AccountBinding.person_index.in_(refs) | (AccountBinding.identity_index == index)
    found = select(AccountBinding).where(
        same, AccountBinding.kind == BindingKind.DEPOSITOR, AccountBinding.ended_at.is_(None)
    )
    return list(session.scalars(found))


def _core_word(ref: str) -> Secret[str]:
    return Secret(f"core:{ref}")


def _end(session: TenantSession, binding: AccountBinding) -> None:
    binding.ended_at = utc_now()
    session.flush()
    event = BindingEnded(_province(session), session.tenant_id, binding.id, binding.account_id)
    events.publish(session, event)


def _province(session: TenantSession) -> UUID:
    return next(tenant.id for tenant in tenants.tree(session) if tenant.parent_id is None)
