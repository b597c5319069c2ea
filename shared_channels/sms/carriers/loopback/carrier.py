"""A carrier that is played: listens, takes submits, decides their fate and brings reports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shared_channels.sms.carriers.gateway import Gateway, Login, Submission
from shared_channels.sms.carriers.loopback.back import call_back
from shared_channels.sms.carriers.loopback.counts import Counts
from shared_channels.sms.carriers.loopback.fate import Fate, Fates
from shared_channels.sms.carriers.loopback.inbox import Inbox
from shared_channels.sms.carriers.loopback.moods import Mood
from shared_channels.sms.carriers.loopback.outbox import Outbox, Outgoing
from shared_channels.sms.carriers.loopback.session import Session
from shared_channels.sms.carriers.smpp.wire import BIND_TRANSMITTER

REACHED = ("DELIVRD", "")
"""States of which the phone has the message: delivered, and delivered without a report."""
_MALFORMED = b"\xff\xff\xff\xff" * 4


class LoopbackCarrier:
    """``gateway`` makes the protocol's knowledge anew for each connection. Use :func:`loopback.factory.loopback`."""

    def __init__(self, gateway: Callable[[], Gateway], mood: Mood) -> None:
        self._make_gateway = gateway
        self.mood = mood
        self.counts = Counts()
        self.sessions: set[Session] = set()
        self.outbox = Outbox()
        self.inbox: Inbox | None = None
        self._fates = Fates(mood)
        self._seen: dict[str, bytes] = {}
        self._second = 0
        self._in_second = 0
        self._server: asyncio.Server | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        self._calling: asyncio.Future[None] | None = None

    def change_mood(self, mood: Mood) -> None:
        """From the next submit on."""
        self.mood = mood
        self._fates = Fates(mood)

    @property
    def port(self) -> int:
        """The real port, once started."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else 0

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Begins to listen; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Session(self, self._make_gateway()), host, port)

    async def stop(self) -> None:
        """Closes the port and every connection."""
        for timer in self._timers:
            timer.cancel()
        if self._calling is not None:
            self._calling.cancel()
        if self._server is not None:
            self._server.close()
            self.cut()
            await self._server.wait_closed()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Breaks every connection without a word, as a carrier that dies does."""
        for session in tuple(self.sessions):
            session.abort()

    def gone(self, session: Session) -> None:
        """A connection ended: what was not answered on it is brought on the next one."""
        self.sessions.discard(session)
        for outgoing in session.unanswered.values():
            self.outbox.put(outgoing)
        session.unanswered.clear()

    def logged_in(self, session: Session, login: Login) -> None:
        """Answers a log-in."""
        code = self.mood.refuse_login or (0 if login.proven else session.gateway.wrong_login_code)
        session.send(session.gateway.login_answer(login, code, false_proof=self.mood.bad_authenticator))
        if code:
            self.counts.wrong_logins += 1
            session.close()
            return
        self.counts.logins += 1
        session.logged_in = True
        transmitter = session.gateway.header == 16 and login.command == BIND_TRANSMITTER
        session.receives = not transmitter and not self.mood.reverse
        self.bring_waiting()

    def submitted(self, session: Session, submission: Submission) -> None:
        """Decides one submit."""
        counts, mood = self.counts, self.mood
        counts.submits += 1
        session.in_hand += 1
        counts.most_unanswered = max(counts.most_unanswered, session.in_hand)
        fate = self._fates.draw()
        if mood.die_after and counts.submits % mood.die_after == 0:
            counts.deaths += 1
            session.abort()
            return
        if mood.malformed_after and counts.submits == mood.malformed_after:
            session.send(_MALFORMED)
            return
        code = self._code(session, submission, fate)
        if code:
            self._answer(session, submission, fate, code, b"")
            return
        known = self._seen.get(submission.token) if submission.token else None
        if known is not None:
            counts.repeated += 1
            if mood.deduplicate:
                self._answer(session, submission, fate, 0, known)
                return
        self._send(session, submission, fate)

    def _send(self, session: Session, submission: Submission, fate: Fate) -> None:
        message_id = session.gateway.new_id(submission)
        if submission.token:
            self._seen.setdefault(submission.token, message_id)
        self.counts.sent += len(submission.phones)
        if self.inbox is not None and fate.state in REACHED:
            self.inbox.take(submission)
        reporting = submission.wants_report and fate.state
        if submission.wants_report and not fate.state:
            self.counts.reports_withheld += 1
        if reporting and fate.early:
            self._report(submission, fate, message_id)
        self._answer(session, submission, fate, 0, message_id)
        if reporting and not fate.early:
            self.later(fate.answer_s + fate.report_s, lambda: self._report(submission, fate, message_id))
        if fate.echoed:
            self._echo(submission)

    def _code(self, session: Session, submission: Submission, fate: Fate) -> int:
        mood, gateway = self.mood, session.gateway
        if fate.throttled or (mood.throttle_above and self._too_fast(mood.throttle_above)):
            self.counts.throttled += 1
            return gateway.throttle_code
        if fate.refused or any(phone in mood.refuse_phones for phone in submission.phones):
            self.counts.refused += 1
            return gateway.refuse_code if mood.refuse_code is None else mood.refuse_code
        return 0

    def _too_fast(self, limit: float) -> bool:
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second > limit

    def _answer(
        self, session: Session, submission: Submission, fate: Fate, code: int, message_id: bytes
    ) -> None:
        if fate.dropped:
            self.counts.answers_dropped += 1
            return
        data = session.gateway.submit_answer(submission, code, message_id)
        if fate.answer_s:
            self.later(fate.answer_s, lambda: self._write_answer(session, data))
        else:
            self._write_answer(session, data)

    @staticmethod
    def _write_answer(session: Session, data: bytes) -> None:
        session.in_hand -= 1
        session.send(data)

    def _report(self, submission: Submission, fate: Fate, message_id: bytes) -> None:
        for phone in submission.phones:
            outgoing = Outgoing(True, message_id, phone, submission.source, fate.state)
            self.bring(outgoing)
            if fate.twice:
                self.bring(outgoing)

    def _echo(self, submission: Submission) -> None:
        phone = submission.phones[0]
        self.bring(
            Outgoing(
                False, b"", phone, submission.source, "", submission.content, submission.message_format,
                submission.has_header,
            )
        )  # fmt: skip

    def bring(self, outgoing: Outgoing) -> None:
        """Writes a report or uplink message on any connection that receives, or keeps it for the next."""
        session = self._receiver()
        if session is None:
            self.outbox.put(outgoing)
            self._call_back()
            return
        gateway = session.gateway
        if outgoing.is_report:
            key, data = gateway.report(outgoing.message_id, outgoing.phone, outgoing.source, outgoing.state)
            self.counts.reports += 1
            self.counts.by_state[outgoing.state] = self.counts.by_state.get(outgoing.state, 0) + 1
        else:
            key, data = gateway.mo(
                outgoing.phone,
                outgoing.source,
                outgoing.content,
                outgoing.message_format,
                headed=outgoing.headed,
            )
            self.counts.mo += 1
        session.unanswered[key] = outgoing._replace(tries=outgoing.tries + 1)
        session.send(data)
        if self.mood.report_retry_ms < 60_000:
            self.later(self.mood.report_retry_ms / 1000, lambda: self._again(session, key, data))

    def _again(self, session: Session, key: object, data: bytes) -> None:
        """The same PDU with the same sequence, up to three times in all."""
        outgoing = session.unanswered.get(key)
        if outgoing is None:
            return
        if outgoing.tries >= 3:
            session.close()
            return
        session.unanswered[key] = outgoing._replace(tries=outgoing.tries + 1)
        self.counts.reports_repeated += 1
        session.send(data)
        self.later(self.mood.report_retry_ms / 1000, lambda: self._again(session, key, data))

    def bring_waiting(self) -> None:
        """Somebody is logged in: what waited goes now."""
        for outgoing in self.outbox.take():
            self.bring(outgoing)

    def _call_back(self) -> None:
        """SGIP with an address to call back: opens that connection, once."""
        if self.mood.reverse and self._calling is None:
            self._calling = asyncio.ensure_future(call_back(self, self._make_gateway()))
            self._calling.add_done_callback(lambda _: setattr(self, "_calling", None))

    def _receiver(self) -> Session | None:
        return next(
            (each for each in self.sessions if each.logged_in and each.receives and not each.lost.done()),
            None,
        )

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Does something after a while, unless the carrier is stopped."""
        loop = asyncio.get_running_loop()
        if seconds <= 0:
            loop.call_soon(act)
            return

        def run() -> None:
            self._timers.discard(timer)
            act()

        timer = loop.call_later(seconds, run)
        self._timers.add(timer)
