"""The one scheduler: claims for each line that has room, in the order of the queue, and hands the messages over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog

from kernel.crypto.errors import CryptoRefused
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, reveal
from shared_channels.sms.carriers.ports import Category, OutcomeKind, OutgoingMessage, SubmitOutcome
from shared_channels.sms.dispatch.policy import DispatchSettings, Share, decide
from shared_channels.sms.dispatch.ports import Away, Keys, Store
from shared_channels.sms.dispatch.schemas import Answer, Claimed
from shared_channels.sms.dispatch.service.ledger import Ledger
from shared_channels.sms.dispatch.service.line import Line

log = structlog.get_logger("gjj.dispatch")

_CODE_LENGTH = 40
_UNANSWERED = 10_000


class Scheduler:
    """Sleeps while the queue is dry or no line has room; `ring` wakes it for messages, answers wake it for room."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        lines: Sequence[Line],
        token: UUID,
        rules: DispatchSettings,
        ledger: Ledger,
    ) -> None:
        self._store = store
        self._keys = keys
        self._lines = lines
        self._token = token
        self._rules = rules
        self._ledger = ledger
        self._share = Share(rules.share)
        self._wake = asyncio.Event()
        self._rings = 0
        self._dry = False
        self._claim_in_doubt = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._unanswered: dict[str, Claimed] = {}
        self.held: dict[UUID, Claimed] = {}
        self.claims = 0

    def ring(self) -> None:
        """There may be messages."""
        self._rings += 1
        self._dry = False
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._wake.clear()
            try:
                took = await self._round()
            except Away as away:
                self._claim_in_doubt = True
                log.warning("claim waits", state=away.state)
                await asyncio.sleep(self._rules.poll_s)
                continue
            if not took:
                await self._rest()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self._rules.poll_s)
        except TimeoutError:
            self._dry = False

    async def _round(self) -> bool:
        """One claim for each line with room; the emptiest line first."""
        if self._claim_in_doubt:
            await self._store.let_go(self._token, list(self.held))
            self._claim_in_doubt = False
        took = False
        for line in sorted(self._lines, key=lambda line: -line.slots):
            slots = line.slots
            if self._dry or slots <= 0:
                break
            took = await self._fill(line, slots) or took
        return took

    async def _fill(self, line: Line, slots: int) -> bool:
        rings = self._rings
        policy = self._share.of(slots)
        rows = await self._store.claim(line.name, slots, policy, self._rules.lease_s, self._token)
        self.claims += 1
        claimed = [Claimed(*row) for row in rows]
        if sum(each.segments for each in claimed) < slots and rings == self._rings:
            self._dry = True
        for each in claimed:
            self.held[each.id] = each
            line.held += each.segments
        for each in claimed:
            await self._hand_over(line, each)
        return bool(claimed)

    async def _hand_over(self, line: Line, claimed: Claimed) -> None:
        try:
            message = await self._open(line, claimed)
        except Away:
            self._settle(line, claimed, _outcome(line, claimed, OutcomeKind.NOT_SENT, "KEYS"))
            return
        except CryptoRefused as error:
            log.error("message can not be opened", kind=type(error).__name__, message=str(claimed.id))
            self._settle(line, claimed, _outcome(line, claimed, OutcomeKind.REFUSED, "SEALED"))
            return
        task = asyncio.create_task(self._submit(line, claimed, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, line: Line, claimed: Claimed) -> OutgoingMessage:
        vault = await self._keys.of(claimed.tenant_id)
        if claimed.text is None:
            raise CryptoRefused("no text")
        phone = vault.open("sms_message", "phone", claimed.id, claimed.phone, MaskKind.PHONE)
        text = vault.open("sms_message", "text", claimed.id, claimed.text)
        return OutgoingMessage(
            reference=str(claimed.id),
            phone=reveal(phone, RevealPurpose.DELIVERY),
            text=reveal(text, RevealPurpose.DELIVERY),
            source=line.settings.source + claimed.sender_code if line.settings.source else None,
            valid_until=claimed.expires_at,
        )

    async def _submit(self, line: Line, claimed: Claimed, message: OutgoingMessage) -> None:
        self._settle(line, claimed, await line.link.submit(message))

    def _settle(self, line: Line, claimed: Claimed, outcome: SubmitOutcome) -> None:
        line.held -= claimed.segments
        if outcome.kind is not OutcomeKind.NOT_SENT:
            line.meter.add(claimed.segments)
        if outcome.kind is OutcomeKind.UNKNOWN:
            self._remember(claimed)
        verdict = decide(
            outcome,
            is_code=claimed.is_code,
            attempt=claimed.attempt,
            age_s=(datetime.now(UTC) - _made_at(claimed.id)).total_seconds(),
            repeat_is_safe=line.repeat_is_safe,
            rules=self._rules,
        )
        answer = answer_of(line, claimed, outcome, verdict.act, verdict.retry_s)
        stored = self._ledger.answer(answer.row())
        stored.add_done_callback(lambda _: self._let_go(claimed))
        self._wake.set()

    def _let_go(self, claimed: Claimed) -> None:
        if self.held.get(claimed.id) is claimed:
            del self.held[claimed.id]

    def late(self, line: Line, outcome: SubmitOutcome) -> None:
        """A line got an answer that it had given up: the carrier ids are kept, and the message's doubt may be over."""
        claimed = self._unanswered.get(outcome.reference)
        if claimed is None:
            return
        act = {OutcomeKind.ACCEPTED: "sent", OutcomeKind.REFUSED: "refused"}.get(outcome.kind, "doubt")
        self._ledger.late(answer_of(line, claimed, outcome, act, self._rules.doubt_s).row())

    def _remember(self, claimed: Claimed) -> None:
        self._unanswered[str(claimed.id)] = claimed
        while len(self._unanswered) > _UNANSWERED:
            del self._unanswered[next(iter(self._unanswered))]


def answer_of(line: Line, claimed: Claimed, outcome: SubmitOutcome, act: str, retry_s: float) -> Answer:
    """As the ledger keeps it; a message that was refused before it was cut in segments has one place for each."""
    ids = outcome.carrier_ids or ((None,) * claimed.segments if act == "refused" else ())
    code = "".join(each for each in outcome.code if each.isprintable())[:_CODE_LENGTH]
    return Answer(
        claimed.tenant_id, claimed.id, claimed.attempt, act, retry_s, line.name, line.carrier, line.account,
        code or (outcome.category or ""), ids,
    )  # fmt: skip


def _outcome(line: Line, claimed: Claimed, kind: OutcomeKind, code: str) -> SubmitOutcome:
    return SubmitOutcome(kind, str(claimed.id), line.name, (), code, "", Category.FORMAT)


def _made_at(message_id: UUID) -> datetime:
    return datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)
