"""Registration and logging in: one account for all channels (N7, G14)."""

from __future__ import annotations

from acceptance.indicators.indicators.reading import Reading
from acceptance.indicators.policy import Group, Outcome, Window, indicator, share


@indicator(
    "employer_self_registration_share", "缴存单位自主注册率", Group.MANAGEMENT, "G14",
    "网上自主注册的单位数 ÷ 新注册单位数", Window.MONTHS_12, checkpoint="C14.3",
    kinds=("account.self_registered", "account.registered"), minimum=5,
)  # fmt: skip
def employer_self_registration_share(reading: Reading) -> Outcome:
    """Employers only."""
    done = reading.total("account.self_registered", subject=("employer",))
    all_ = reading.total("account.registered", subject=("employer",))
    return share(done.value, all_.value, "还没有新注册的单位", synthetic=all_.synthetic)


@indicator(
    "login_notice_coverage", "登录提醒展示率", Group.MANAGEMENT, "N7",
    "已展示“不得将用户名和密码提供给非官方第三方”提醒的登录次数 ÷ 登录总次数", Window.MONTHS_3, checkpoint="C14.5",
    kinds=("account.notice_shown", "account.logged_in"), minimum=30,
)  # fmt: skip
def login_notice_coverage(reading: Reading) -> Outcome:
    """Every log-in carries the mark whether the warning stood on its page."""
    done, all_ = reading.total("account.notice_shown"), reading.total("account.logged_in")
    return share(done.value, all_.value, "还没有登录记录", synthetic=all_.synthetic)
