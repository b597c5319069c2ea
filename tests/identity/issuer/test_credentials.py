"""Second factor, recovery codes, invitations, resets, keys: each good once."""

from __future__ import annotations

import re

import pytest

from kernel.db.ids import uuid7
from kernel.identity.issuer import invitations
from kernel.identity.issuer.invitations import OfficersNotTwo
from kernel.identity.issuer.keys import KeyTooYoung
from kernel.identity.issuer.second_factor import matching_step, new_recovery_codes, recovery_hash
from kernel.identity.oidc.errors import TokenRefused
from tests.identity.issuer.test_protocol import signed_in
from tests.identity.issuer.world import (
    DEMO,
    GOOD_PASSWORD,
    NEXT_PASSWORD,
    TOTP_SECRET,
    Page,
    World,
    make_world,
)


def shown_codes(page: Page) -> list[str]:
    return re.findall(r"<li><code>([A-Z0-9]{5}-[A-Z0-9]{5})</code></li>", page.text)


class TestTimeCode:
    def test_a_code_is_good_once(self, world: World) -> None:
        world.person()
        first = world.browser().sign_in()
        second = world.browser().sign_in()

        assert "code" in first.returned
        assert (second.status, "已使用过" in second.alert) == (400, True)

    def test_an_earlier_step_is_refused_after_a_later_one(self, world: World) -> None:
        world.person()
        earlier = world.code()
        world.clock.forward(seconds=30)
        world.browser().sign_in()
        browser = world.browser()

        assert browser.submit(browser.password(), "/second-factor", code=earlier).status == 400

    @pytest.mark.parametrize(
        ("seconds", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
    )
    def test_one_step_of_tolerance(self, world: World, seconds: int, taken: bool) -> None:
        now = world.clock()
        code = world.code()
        world.clock.forward(seconds=seconds)

        assert (matching_step(TOTP_SECRET, code, world.clock()) is not None) is taken
        assert matching_step(TOTP_SECRET, code, now) == int(now.timestamp()) // 30

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "abcdef", "12 345"])
    def test_other_shapes_are_wrong(self, world: World, code: str) -> None:
        assert matching_step(TOTP_SECRET, code, world.clock()) is None

    def test_a_blank_in_the_code_does_not_matter(self, world: World) -> None:
        world.person()
        code = world.code()
        browser = world.browser()
        page = browser.submit(browser.password(), "/second-factor", code=f"{code[:3]} {code[3:]}")

        assert "code" in page.returned


class TestEnrolment:
    def test_a_person_without_second_factor_enrols_and_sees_recovery_codes_once(self, world: World) -> None:
        person = world.person(totp_secret=None)
        browser = world.browser()
        page = browser.password()
        assert page.heading == "绑定身份验证器"
        assert 'src="data:image/svg+xml' in page.text
        secret = page.secret()

        saved = browser.submit(page, "/enrol", code=world.code(secret))

        assert saved.heading == "保存恢复码"
        assert len(set(shown_codes(saved))) == 10
        assert world.store.people[person.id].totp_secret == secret
        link = re.search(r'href="(http[^"]+/auth\?[^"]+)"', saved.text)
        assert link is not None
        assert "code" in browser.open(link.group(1).replace("&amp;", "&")).returned

    def test_the_code_of_the_enrolment_is_used_up(self, world: World) -> None:
        world.person(totp_secret=None)
        browser = world.browser()
        page = browser.password()
        secret = page.secret()
        browser.submit(page, "/enrol", code=world.code(secret))
        other = world.browser()

        assert other.submit(other.password(), "/second-factor", code=world.code(secret)).status == 400

    def test_a_wrong_code_enrols_nothing_and_shows_the_same_secret(self, world: World) -> None:
        person = world.person(totp_secret=None)
        browser = world.browser()
        page = browser.password()
        again = browser.submit(page, "/enrol", code="000000")

        assert again.status == 400
        assert again.secret() == page.secret()
        assert world.store.people[person.id].totp_secret is None

    def test_two_browsers_see_different_secrets_and_only_one_enrols(self, world: World) -> None:
        world.person(totp_secret=None)
        one, two = world.browser(), world.browser()
        first, second = one.password(), two.password()
        assert first.secret() != second.secret()

        one.submit(first, "/enrol", code=world.code(first.secret()))
        late = two.submit(second, "/enrol", code=world.code(second.secret()))
        assert late.heading == "请重新登录"


class TestRecoveryCode:
    def with_codes(self, world: World) -> tuple[str, ...]:
        person = world.person()
        codes = new_recovery_codes()
        key = world.settings.secret_key
        world.store.recovery[person.id] = {recovery_hash(key, str(person.id), code) for code in codes}
        return codes

    def use(self, world: World, code: str) -> Page:
        browser = world.browser()
        form = browser.submit(browser.password(), "/recovery")
        assert form.heading == "输入恢复码"
        return browser.submit(form, "/recovery", code=code)

    def test_a_code_is_good_once(self, world: World) -> None:
        codes = self.with_codes(world)

        assert "code" in self.use(world, codes[0]).returned
        assert self.use(world, codes[0]).status == 400
        assert "code" in self.use(world, codes[1].lower().replace("-", " ")).returned

    def test_guesses_count_together_with_time_codes(self, world: World) -> None:
        codes = self.with_codes(world)
        for _ in range(3):
            self.use(world, "AAAAA-AAAAA")
        for _ in range(2):
            browser = world.browser()
            browser.submit(browser.password(), "/second-factor", code="000000")

        assert self.use(world, codes[0]).status == 429

    def test_a_code_of_another_person_is_wrong(self, world: World) -> None:
        codes = self.with_codes(world)
        world.person("wang.bo")
        browser = world.browser()
        form = browser.submit(browser.password("wang.bo"), "/recovery")

        assert browser.submit(form, "/recovery", code=codes[0]).status == 400

    def test_codes_are_stored_as_digests(self, world: World) -> None:
        codes = self.with_codes(world)
        stored = b"".join(next(iter(world.store.recovery.values())))

        assert all(code.encode() not in stored for code in codes)


class TestInvitation:
    def fill(self, world: World, url: str, password: str = NEXT_PASSWORD, *, code: str | None = None) -> Page:
        browser = world.browser()
        page = browser.open(url)
        if page.status != 200:
            return page
        filled = {"password": password, "repeated": password, "code": code or world.code(page.secret())}
        return browser.submit(page, page.forms[0].action, **filled)

    def test_the_person_sets_password_and_second_factor_and_enters(self, world: World) -> None:
        person = world.person(password_hash=None, totp_secret=None)
        done = self.fill(world, invitations.invite(world.issuer, person.id, officer_id=uuid7()))

        assert done.heading == "保存恢复码"
        assert len(shown_codes(done)) == 10
        assert world.browser().password(password=NEXT_PASSWORD).heading == "输入动态验证码"

    def test_it_is_good_once(self, world: World) -> None:
        person = world.person(password_hash=None, totp_secret=None)
        url = invitations.invite(world.issuer, person.id, officer_id=uuid7())
        opened = world.browser()
        page = opened.open(url)
        self.fill(world, url)

        assert (self.fill(world, url).status, self.fill(world, url).heading) == (410, "链接已失效")
        filled = {"password": GOOD_PASSWORD, "repeated": GOOD_PASSWORD, "code": world.code(page.secret())}
        assert opened.submit(page, page.forms[0].action, **filled).status == 410
        assert world.browser().password(password=GOOD_PASSWORD).status == 400

    def test_it_expires(self, world: World) -> None:
        person = world.person(password_hash=None)
        url = invitations.invite(world.issuer, person.id, officer_id=uuid7())
        world.clock.forward(hours=72)

        assert self.fill(world, url).status == 410

    def test_a_newer_one_voids_the_older(self, world: World) -> None:
        person = world.person(password_hash=None, totp_secret=None)
        older = invitations.invite(world.issuer, person.id, officer_id=uuid7())
        newer = invitations.invite(world.issuer, person.id, officer_id=uuid7())

        assert self.fill(world, older).status == 410
        assert self.fill(world, newer).status == 200

    def test_a_fault_does_not_use_it_up(self, world: World) -> None:
        person = world.person(password_hash=None, totp_secret=None)
        url = invitations.invite(world.issuer, person.id, officer_id=uuid7())

        assert self.fill(world, url, "short").status == 400
        assert self.fill(world, url, code="000000").status == 400
        assert self.fill(world, url).status == 200

    @pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "%00", "邀请"])
    def test_an_unknown_link_is_closed(self, world: World, token: str) -> None:
        assert world.browser().open(f"/realms/gjj/invitations/{token}").status == 410

    def test_only_a_digest_of_the_link_is_stored(self, world: World) -> None:
        person = world.person()
        token = invitations.invite(world.issuer, person.id, officer_id=uuid7()).rsplit("/", 1)[1]

        assert all(token not in repr(kept) for kept in world.store.invitations.values())

    def test_a_demo_account_sets_only_a_password(self) -> None:
        world = make_world(demo_accounts=(DEMO,))
        person = world.person(DEMO.username, password_hash=None, totp_secret=None)
        browser = world.browser()
        page = browser.open(invitations.invite(world.issuer, person.id, officer_id=uuid7()))
        done = browser.submit(page, page.forms[0].action, password=NEXT_PASSWORD, repeated=NEXT_PASSWORD)

        assert done.heading == "密码已设置"


class TestReset:
    def test_it_needs_two_officers_and_neither_is_the_person(self, world: World) -> None:
        person = world.person()
        officer, other = uuid7(), uuid7()
        for maker, checker in ((officer, officer), (person.id, other), (officer, person.id)):
            with pytest.raises(OfficersNotTwo):
                invitations.reset(world.issuer, person.id, maker_id=maker, checker_id=checker)

        assert world.store.invitations == {}

    def test_it_takes_the_old_credentials_away_at_once(self, world: World) -> None:
        person = world.person()
        elsewhere = world.browser()
        elsewhere.sign_in()
        url = invitations.reset(world.issuer, person.id, maker_id=uuid7(), checker_id=uuid7())

        assert world.browser().password().status == 400
        assert elsewhere.open(world.client.start_login().url).heading == "登录"
        assert world.browser().open(url).heading == "重置登录方式"

    def test_both_officers_stand_in_the_record(self, world: World) -> None:
        person = world.person()
        maker, checker = uuid7(), uuid7()
        invitations.reset(world.issuer, person.id, maker_id=maker, checker_id=checker)

        assert [kept.officer_ids for kept in world.store.invitations.values()] == [(maker, checker)]


class TestKeyRotation:
    def test_tokens_of_both_live_keys_are_good_and_those_of_a_third_are_not(self, world: World) -> None:
        login = signed_in(world)
        subject = login.subject.subject
        world.issuer.keyring.rotate()
        world.clock.forward(minutes=2)
        assert world.client.verify_access(login.tokens.access_token).subject == subject
        renewed = world.client.refresh(str(login.tokens.refresh_token), subject=subject)
        assert world.client.verify_access(renewed.access_token).subject == subject

        world.clock.forward(minutes=9)
        world.issuer.keyring.rotate()
        published = world.issuer.keyring.public_jwks()["keys"]
        assert len(published) == 2
        assert "first" not in {key["kid"] for key in published}

    def test_a_new_key_signs_only_after_its_lead_time(self, world: World) -> None:
        kid = world.issuer.keyring.rotate()
        before = world.issuer.keyring.signer().kid
        world.clock.forward(seconds=60)

        assert (before, world.issuer.keyring.signer().kid) == ("first", kid)

    def test_rotating_twice_within_ten_minutes_is_refused(self, world: World) -> None:
        world.issuer.keyring.rotate()
        world.clock.forward(minutes=9)

        with pytest.raises(KeyTooYoung):
            world.issuer.keyring.rotate()

    def test_a_compromised_key_is_dropped_at_once(self, world: World) -> None:
        login = signed_in(world)
        world.issuer.keyring.rotate(compromised=True)
        world.clock.forward(hours=1, seconds=1)

        assert len(world.issuer.keyring.public_jwks()["keys"]) == 1
        with pytest.raises(TokenRefused):
            world.client.verify_access(login.tokens.access_token)

    def test_the_client_fetches_the_keys_again_for_an_unknown_key(self, world: World) -> None:
        login = signed_in(world)
        world.issuer.keyring.rotate(compromised=True)
        world.clock.forward(seconds=11)
        renewed = world.client.refresh(str(login.tokens.refresh_token), subject=login.subject.subject)

        assert world.client.verify_access(renewed.access_token).subject == login.subject.subject
