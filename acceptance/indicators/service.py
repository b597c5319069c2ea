"""Computing indicators of the acting tenant, judging them by the standard in force, handing results up to the province."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, insert

from acceptance.indicators.errors import IndicatorNotFound
from acceptance.indicators.events import IndicatorsHandedUp
from acceptance.indicators.indicators import Reading
from acceptance.indicators.models import CentreIndicator
from acceptance.indicators.policy import REGISTRY, Indicator, Outcome, Span, Value, judged, span
from acceptance.standards import policy as scoring
from acceptance.standards import queries as standards
from acceptance.standards.errors import StandardNotFound
from acceptance.standards.models import StandardCheck
from acceptance.standards.policy import CheckRow
from acceptance.standards.queries import Standard
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events import on as subscribe
from kernel.events import publish
from kernel.tenancy import tenants


@dataclass(frozen=True)
class Result:
    """One indicator of the acting tenant on one day. `check`: the check point of the standard in force that it decides."""

    indicator: Indicator
    outcome: Outcome
    span: Span
    on: date
    check: CheckRow | None = None

    @property
    def value(self) -> Value | None:
        """The number, or None while there is not enough data."""
        return self.outcome if isinstance(self.outcome, Value) else None

    @property
    def met(self) -> bool | None:
        """Whether the threshold is reached; None without a number or a threshold."""
        if self.value is None or self.check is None or self.check.threshold is None:
            return None
        return scoring.met(self.check, self.value.amount)

    @property
    def points(self) -> Decimal | None:
        """The points earned; None when nothing can be said yet: then people decide with a file and a reason, never 0 by itself."""
        if self.value is None or self.check is None or self.check.threshold is None:
            return None
        return scoring.points_for(self.check, self.value.amount)

    @property
    def veto(self) -> bool:
        """Whether it warns of a veto or a condition of admission instead of earning points."""
        return self.indicator.checkpoint.startswith("V")

    @property
    def alarming(self) -> bool:
        """Whether a veto's condition seems to hold: for people to look at, never a verdict by itself."""
        return self.veto and self.value is not None and self.value.amount > 0


def compute(session: TenantSession, code: str, on: date | None = None) -> Result:
    """One indicator of the acting tenant as of a day, today by default. Raises IndicatorNotFound.

    Facts and channel states are those of that day; rows without a history (grants, the log) are today's.
    """
    return _compute(session, [code], on)[0]


def compute_all(session: TenantSession, on: date | None = None) -> list[Result]:
    """Every indicator of this kind of place, in the order of the registry. The number of statements is the same whatever the rows."""
    kind = _kind(session)
    return _compute(session, [code for code, found in REGISTRY.items() if kind in found.places], on, kind)


def missing_checks(standard: Standard) -> list[StandardCheck]:
    """Check points that the standard wants computed and for which there is no indicator yet."""
    return [check for check in standard.checks if check.indicator and check.indicator not in REGISTRY]


def standard_or_none(session: TenantSession, on: date | None = None) -> Standard | None:
    """The standard in force; None while the province has published none."""
    try:
        return standards.standard_in_force(session, on)
    except StandardNotFound:
        return None


def hand_up(session: TenantSession, province_id: UUID, on: date | None = None) -> int:
    """Publish this tenant's results for the province. Returns how many; the caller has nothing to audit."""
    results = compute_all(session, on)
    rows = [_handed(result) for result in results]
    publish(session, IndicatorsHandedUp(province_id, session.tenant_id, clock.now().isoformat(), rows))
    return len(rows)


@subscribe(IndicatorsHandedUp, in_tenant=lambda event: event.province_id)
def receive(session: TenantSession, event: IndicatorsHandedUp) -> None:
    """Replace a body's results: the newest hand-over stands."""
    session.execute(delete(CentreIndicator).where(CentreIndicator.subject_id == event.subject_id))
    at = datetime.fromisoformat(event.computed_at)
    values = [_received(session, event.subject_id, at, row) for row in event.rows]
    if values:
        session.execute(insert(CentreIndicator), values)


def _compute(
    session: TenantSession, codes: Iterable[str], on: date | None, kind: str | None = None
) -> list[Result]:
    wanted = [_known(code) for code in codes]
    day, place = on or clock.today(), kind or _kind(session)
    if any(place not in found.places for found in wanted):
        raise IndicatorNotFound
    reading, standard = Reading(session, day), standard_or_none(session, day)
    results = []
    for found in wanted:
        outcome = judged(found, found.measure(reading.for_(found)))
        check = standard.check_of_indicator(found.code) if standard else None
        results.append(Result(found, outcome, span(found.window, day), day, check))
    return results


def _known(code: str) -> Indicator:
    if code not in REGISTRY:
        raise IndicatorNotFound
    return REGISTRY[code]


def _kind(session: TenantSession) -> str:
    return next(t.kind for t in tenants.tree(session) if t.id == session.tenant_id)


def _handed(result: Result) -> list[object]:
    found, outcome = result.indicator, result.outcome
    amount = str(outcome.amount) if isinstance(outcome, Value) else None
    return [
        found.code, found.version, found.source_hash, amount, outcome.sample, result.span.first.isoformat(),
        result.span.last.isoformat(), outcome.synthetic,
    ]  # fmt: skip


def _received(session: TenantSession, subject_id: UUID, at: datetime, row: list[object]) -> dict[str, object]:
    code, version, source_hash, amount, sample, first, last, synthetic = row
    return {
        "tenant_id": session.tenant_id, "id": uuid7(), "subject_id": subject_id, "code": code, "version": version,
        "source_hash": source_hash, "state": "not_enough" if amount is None else "value",
        "amount": None if amount is None else Decimal(str(amount)), "sample": sample,
        "first_day": date.fromisoformat(str(first)), "last_day": date.fromisoformat(str(last)),
        "synthetic": synthetic, "computed_at": at,
    }  # fmt: skip
