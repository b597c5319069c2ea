"""Checks of the database: reachable, fit for each log-in, at this release's schema, keyed alike, with room ahead."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.doctor.finding import Finding, good, unverified, wrong
from app.installation import schema
from app.installation.installation import Installation, NoProvince
from kernel.config.settings import RUNTIME_LOGINS
from kernel.crypto.errors import KeyFileUnsafe
from kernel.db.boot_check import UnfitDatabase, require_fit
from kernel.db.roles import Login
from kernel.tenancy import tenants

PARTITIONS_AHEAD = 6
"""Months; below it the operator is warned (decision D14)."""


def database(installation: Installation) -> Iterator[Finding]:
    """Everything about the database, the basic things first; stops where nothing further can be known."""
    reachable = _reachable(installation)
    yield reachable
    if not reachable.good:
        yield unverified("数据库账户与隔离", "数据库连接不上，未能检查。")
        return
    yield from _fitness(installation)
    yield from _schema(installation)
    yield _context(installation)


def _reachable(installation: Installation) -> Finding:
    at = installation.settings.database
    what = f"数据库 {at.host}:{at.port}/{at.name}"
    try:
        with installation.database(Login.WEB).process_tx():
            return good(what)
    except OperationalError as error:
        return wrong(what, _why(error))


def _why(error: OperationalError) -> str:
    state = getattr(error.orig, "sqlstate", None) or ""
    text = str(error.orig)
    if state == "28P01" or "password authentication failed" in text:
        return "口令不对，请核对数据库账户的口令文件。"
    if state == "3D000" or "does not exist" in text:
        return "数据库或账户不存在，请先执行 gjj db bootstrap --print 打印的语句。"
    if "SSL" in text:
        return "加密连接没有建立，请核对 sslmode 与证书。"
    return "连接不上，请核对地址、端口和数据库是否在运行。"


def _fitness(installation: Installation) -> Iterator[Finding]:
    for login in RUNTIME_LOGINS:
        what = f"数据库账户 {login}"
        try:
            require_fit(installation.database(login), login)
        except UnfitDatabase as unfit:
            yield from (wrong(what, problem) for problem in unfit.problems)
        except SQLAlchemyError as error:
            words = _why(error) if isinstance(error, OperationalError) else "检查没有完成，请查看数据库日志。"
            yield wrong(what, words)
        else:
            yield good(what)


def _schema(installation: Installation) -> Iterator[Finding]:
    try:
        dsn = installation.dsn(Login.MIGRATE)
    except KeyFileUnsafe:
        yield unverified("数据库版本", "本机没有 gjj_migrate 的口令，未能检查。")
        return
    try:
        state = schema.state(dsn)
    except OSError:
        yield wrong("数据库版本", "gjj_migrate 不能登录，请核对它的口令。")
        return
    if state.current:
        yield good("数据库版本")
    else:
        yield wrong("数据库版本", "数据库不是本版本，请执行 gjj migrate。")
    ahead = f"数据分区已建到 {state.months_ahead} 个月后"
    if state.months_ahead >= PARTITIONS_AHEAD:
        yield good("数据分区", ahead)
    else:
        yield wrong("数据分区", f"{ahead}，不足 {PARTITIONS_AHEAD} 个月，请升级到新版本并执行 gjj migrate。")


def _context(installation: Installation) -> Finding:
    what = "租户上下文密钥"
    try:
        scope = installation.scope(installation.province_id(Login.WEB), "system:doctor")
        with installation.database(Login.WEB).tenant_tx(scope, read_only=True) as session:
            tenants.tree(session)
    except NoProvince:
        return wrong("省级机构", "数据库里还没有省级机构，请先执行 gjj migrate。")
    except KeyFileUnsafe as error:
        return wrong(what, str(error))
    except SQLAlchemyError:
        return wrong(what, "与数据库中的不一致，请恢复正确的密钥文件，或执行 gjj migrate 写入新密钥。")
    return good(what)
