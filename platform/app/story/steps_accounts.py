"""Demo people get a password, and one of them logs in the way people do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.demo.passwords import demo_password
from app.installation.signing_in import store_of
from app.story.entering import browser_of
from app.story.stage import Stage
from app.story.step import Step, prove
from kernel.identity.accounts import person_id_of
from kernel.identity.issuer.argon2_passwords import Argon2Passwords


def open_accounts(stage: Stage) -> str:
    """Every account that has no password yet gets the demo's; people of a real installation set theirs by invitation."""
    password, store = demo_password(stage.installation), store_of(stage.installation)
    hashed, given = Argon2Passwords().hash(password), 0
    for user, account in stage.accounts.items():
        stage.accounts[user] = replace(account, password=password)
        person = store.person(person_id_of(user))
        prove(person is not None, f"登录服务里没有账号 {user}")
        if person is not None and person.password_hash is None:
            store.set_password(person.id, hashed, epoch=person.credential_epoch, at=datetime.now(UTC))
            given += 1
    user = next(iter(stage.accounts))
    page = browser_of(stage, user).get("/profile")
    prove(page.status_code == 200 and stage.accounts[user].name in page.text, f"{user} 登录后看不到本人信息")
    return f"{given} 个演示账号启用，{stage.accounts[user].name} 经统一登录进入"


STEPS = (Step("accounts.open", "演示人员启用账号并登录", open_accounts),)
