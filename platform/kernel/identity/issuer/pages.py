"""The pages of a log-in: password, second factor, recovery code, new password, enrolment. Each step is one form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from kernel.identity.issuer import flow as flows
from kernel.identity.issuer import login, texts, web
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.flow import Flow
from kernel.identity.issuer.login import Answer, Attempt, Step
from kernel.identity.issuer.password_rules import password_fault
from kernel.identity.issuer.records import Person, SsoSession
from kernel.identity.issuer.second_factor import (
    grouped,
    matching_step,
    new_recovery_codes,
    pending_secret,
    provisioning_uri,
    qr_data_uri,
    recovery_hash,
)
from kernel.identity.issuer.server import IssuerServer, LoggedIn


@dataclass(frozen=True, slots=True)
class LoginPages:
    """The five forms. Every answer to a form either shows the next one or goes back to the client."""

    issuer: Issuer
    server: IssuerServer

    def authenticate(self) -> Response:
        flow = self._flow()
        if flow is None:
            return web.flow_over(self.issuer)
        username, password = request.form.get("username", ""), request.form.get("password", "")
        if not username.strip() or not password:
            return self._login_again(flow, username, texts.field_empty(), 400)
        attempt = login.check_password(self.issuer, username, password, request.remote_addr or "")
        if attempt.answer is Answer.PAUSED:
            return self._login_again(flow, username, texts.paused(self.issuer.settings.account_limit), 429)
        if attempt.person is None:
            return self._login_again(flow, username, texts.wrong_password(), 400)
        return self._advance(flow, attempt.person, (login.PASSWORD,))

    def second_factor(self) -> Response:
        return self._check_factor(
            "second_factor.html", login.check_time_code, login.TIME_CODE, texts.wrong_code()
        )

    def recovery(self) -> Response:
        if "code" not in request.form:
            found = self._flow_and_person()
            return web.flow_over(self.issuer) if found is None else self._form("recovery.html", *found)
        wrong = texts.wrong_recovery_code()
        return self._check_factor("recovery.html", login.check_recovery_code, login.RECOVERY_CODE, wrong)

    def new_password(self) -> Response:
        found = self._flow_and_person()
        if found is None or login.next_step(self.issuer, found[1], found[0].factors) is not Step.NEW_PASSWORD:
            return web.flow_over(self.issuer)
        flow, person = found
        password, least = request.form.get("password", ""), self.issuer.settings.password_min_length
        fault = password_fault(password, request.form.get("repeated", ""), person.username, min_length=least)
        if fault is None and self.issuer.passwords.verify(person.password_hash, password):
            return self._form("new_password.html", flow, person, error=texts.same_password(), status=400)
        if fault is not None:
            error = texts.password_fault(fault, self.issuer.settings)
            return self._form("new_password.html", flow, person, error=error, status=400)
        changed = self.issuer.store.set_password(
            person.id,
            self.issuer.passwords.hash(password),
            epoch=person.credential_epoch,
            at=self.issuer.clock(),
        )
        return web.flow_over(self.issuer) if changed is None else self._advance(flow, changed, flow.factors)

    def enrol(self) -> Response:
        """Take the second factor into use, then show the recovery codes, once."""
        found = self._flow_and_person()
        if found is None or login.next_step(self.issuer, found[1], found[0].factors) is not Step.ENROL:
            return web.flow_over(self.issuer)
        flow, person = found
        secret = self._pending(flow, person)
        step = matching_step(secret, _code(), self.issuer.clock())
        if step is None:
            return self._enrol_form(flow, person, error=texts.wrong_code(), status=400)
        codes, key = new_recovery_codes(), self.issuer.settings.secret_key
        enrolled = self.issuer.store.enrol_totp(
            person.id,
            secret,
            [recovery_hash(key, str(person.id), code) for code in codes],
            step=step,
            epoch=person.credential_epoch,
            at=self.issuer.clock(),
        )
        if enrolled is None:
            return web.flow_over(self.issuer)
        again = {name: value for name, value in flow.query.items() if name not in ("prompt", "max_age")}
        url = f"{self.issuer.settings.issuer}/protocol/openid-connect/auth?{urlencode(again)}"
        response = web.page(self.issuer, "recovery_codes.html", codes=codes, continue_url=url)
        self._open(response, enrolled, (*flow.factors, login.TIME_CODE))
        return response

    def _check_factor(
        self, template: str, check: Callable[[Issuer, Person, str], Attempt], factor: str, wrong: str
    ) -> Response:
        found = self._flow_and_person()
        if (
            found is None
            or login.next_step(self.issuer, found[1], found[0].factors) is not Step.SECOND_FACTOR
        ):
            return web.flow_over(self.issuer)
        flow, person = found
        attempt = check(self.issuer, person, _code())
        if attempt.answer is Answer.PAUSED:
            paused = texts.paused(self.issuer.settings.second_factor_limit)
            return self._form(template, flow, person, error=paused, status=429)
        if attempt.answer is Answer.WRONG:
            return self._form(template, flow, person, error=wrong, status=400)
        return self._advance(flow, person, (*flow.factors, factor))

    def _advance(self, flow: Flow, person: Person, factors: tuple[str, ...]) -> Response:
        step = login.next_step(self.issuer, person, factors)
        proved = flows.proved(flow, person, factors)
        if step is Step.SECOND_FACTOR:
            return self._form("second_factor.html", proved, person)
        if step is Step.NEW_PASSWORD:
            return self._form("new_password.html", proved, person)
        if step is Step.ENROL:
            return self._enrol_form(proved, person)
        return self._finish(flow, person, factors)

    def _finish(self, flow: Flow, person: Person, factors: tuple[str, ...]) -> Response:
        asked = self.server.authorization_request(flow.query)
        session, key = self._new_session(person, factors)
        owner = LoggedIn(person, session)
        grant = self.server.get_consent_grant(asked, end_user=owner)
        response: Response = self.server.create_authorization_response(asked, owner, grant)
        web.set_cookie(self.issuer, response, web.session_cookie(self.issuer), key)
        return response

    def _open(self, response: Response, person: Person, factors: tuple[str, ...]) -> None:
        _, key = self._new_session(person, factors)
        web.set_cookie(self.issuer, response, web.session_cookie(self.issuer), key)

    def _new_session(self, person: Person, factors: tuple[str, ...]) -> tuple[SsoSession, str]:
        """Open the person's session and end the one that this browser had before."""
        former = login.session_of_key(self.issuer, request.cookies.get(web.session_cookie(self.issuer)))
        if former is not None:
            self.issuer.store.end_session(former[0].id, self.issuer.clock())
        return login.open_session(self.issuer, person, factors)

    def _login_again(self, flow: Flow, username: str, error: str, status: int) -> Response:
        return login_form(self.issuer, flow, username=username[:64], error=error, status=status)

    def _form(
        self, template: str, flow: Flow, person: Person, *, error: str = "", status: int = 200
    ) -> Response:
        text = flows.write(self.issuer, flow)
        return web.page(self.issuer, template, status, flow=text, person=person, error=error)

    def _enrol_form(self, flow: Flow, person: Person, *, error: str = "", status: int = 200) -> Response:
        secret = self._pending(flow, person)
        address = provisioning_uri(secret, person.username, self.issuer.settings.totp_label)
        return web.page(
            self.issuer,
            "enrol.html",
            status,
            flow=flows.write(self.issuer, flow),
            person=person,
            error=error,
            secret=grouped(secret),
            qr=qr_data_uri(address),
        )

    def _pending(self, flow: Flow, person: Person) -> str:
        bound_to = f"{person.id}:{person.credential_epoch}:{flow.browser}:{flow.expires}"
        return pending_secret(self.issuer.settings.secret_key, "enrol", bound_to)

    def _flow(self) -> Flow | None:
        return flows.read(self.issuer, request.form.get("flow", ""), web.browser_key(self.issuer))

    def _flow_and_person(self) -> tuple[Flow, Person] | None:
        flow = self._flow()
        person = flows.person_of(self.issuer, flow) if flow is not None else None
        return (flow, person) if flow is not None and person is not None else None


def add_pages(bp: Blueprint, issuer: Issuer, server: IssuerServer) -> None:
    """Hang the log-in forms on the blueprint."""
    forms = LoginPages(issuer, server)
    steps = {
        "authenticate": forms.authenticate,
        "second-factor": forms.second_factor,
        "recovery": forms.recovery,
        "new-password": forms.new_password,
        "enrol": forms.enrol,
    }
    for path, view in steps.items():
        bp.add_url_rule(f"/login-actions/{path}", path.replace("-", "_"), view, methods=["POST"])


def show_login(issuer: Issuer, query: dict[str, str]) -> Response:
    """The first page of a log-in."""
    key, is_new = web.ensure_browser_key(issuer)
    hint = query.get("login_hint", "")[:64]
    response = login_form(issuer, flows.begin(issuer, query, key), username=hint)
    if is_new:
        web.set_cookie(issuer, response, web.browser_cookie(issuer), key)
    return response


def login_form(
    issuer: Issuer, flow: Flow, *, username: str = "", error: str = "", status: int = 200
) -> Response:
    """The log-in form; in the demo with the accounts that one may try."""
    demo = [
        (
            account,
            f"{issuer.settings.issuer}/protocol/openid-connect/auth?"
            + urlencode({**flow.query, "login_hint": account.username}),
        )
        for account in issuer.settings.demo_accounts
    ]
    text = flows.write(issuer, flow)
    return web.page(issuer, "login.html", status, flow=text, username=username, error=error, demo=demo)


def _code() -> str:
    return "".join(request.form.get("code", "")[:64].split())
