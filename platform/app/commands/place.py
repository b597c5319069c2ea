"""Which installation a command is about: `--config FILE`, or `--data DIR` whose `gjj.toml` is meant; and plain words when it fails."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
from alembic.util.exc import CommandError
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.embedded.errors import EmbeddedError
from app.installation.database import ServerAway
from app.installation.installation import Installation, NoProvince
from app.installation.layout import Layout
from kernel.config.reading import ConfigInvalid
from kernel.crypto.errors import KeyFileUnsafe, KeyMissing
from kernel.db.boot_check import UnfitDatabase
from kernel.errors import DomainError

F = TypeVar("F", bound=Callable[..., Any])

DATA = "gjj.data"
CONFIG = "gjj.config"
DEFAULT_DATA = Path("data")


class Place:
    """Where the installation is, as the command line or the environment (GJJ_CONFIG, GJJ_DATA) says."""

    @staticmethod
    def options() -> list[click.Option]:
        """The two options, fresh for each command."""
        return [
            click.Option(
                ["--data"], type=click.Path(path_type=Path, file_okay=False), expose_value=False, callback=_keep(DATA),
                help="数据文件夹，默认为当前文件夹下的 data",
            ),
            click.Option(
                ["--config"], type=click.Path(path_type=Path, dir_okay=False), expose_value=False,
                callback=_keep(CONFIG), help="设置文件",
            ),
        ]  # fmt: skip

    @staticmethod
    def folder(ctx: click.Context) -> Path:
        """The data folder."""
        chosen = ctx.find_root().meta.get(DATA) or os.environ.get("GJJ_DATA") or DEFAULT_DATA
        return Path(os.path.abspath(chosen))

    @staticmethod
    def installation(ctx: click.Context) -> Installation:
        """The installation, not read yet."""
        meta = ctx.find_root().meta
        if file := meta.get(CONFIG):
            return Installation(file)
        if DATA not in meta and (file := os.environ.get("GJJ_CONFIG")):
            return Installation(Path(file))
        return Installation(Layout(Place.folder(ctx)).settings)


def place_options(command: F) -> F:
    """Decorator: the command takes `--data` and `--config`; read them with `Place`."""
    found: list[click.Parameter] = getattr(command, "__click_params__", [])
    command.__click_params__ = [*found, *reversed(Place.options())]  # type: ignore[attr-defined]
    return command


def show_plainly(act: Callable[[], Any]) -> int:
    """Run a command; what goes wrong becomes sentences on standard error and an exit code."""
    try:
        result = act()
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except Exception as error:
        sentences = list(_sentences(error))
        if not sentences:
            raise
        for sentence in sentences:
            print(sentence, file=sys.stderr)
        return 1


def _sentences(error: Exception) -> Iterator[str]:
    match error:
        case ConfigInvalid() | UnfitDatabase():
            yield from error.problems
        case DomainError():
            yield f"{error.message_zh}{error.hint_zh}"
        case EmbeddedError() | KeyFileUnsafe() | KeyMissing():
            yield str(error)
        case NoProvince():
            yield "数据库里还没有省级机构，请先执行 gjj migrate。"
        case CommandError():
            yield "数据库是更新的版本建立的，或版本记录有误，没有改动；请用建立它的版本运行，或从备份恢复。"
        case OperationalError() | ServerAway():
            yield "连接不上数据库，请核对它是否在运行、地址和账户是否正确；可执行 gjj doctor 查看原因。"
        case SQLAlchemyError():
            state = getattr(getattr(error, "orig", None), "sqlstate", "") or ""
            yield f"数据库没有完成这一步（代码 {state}），可执行 gjj doctor 查看原因。"
        case OSError() if error.errno == errno.ENOSPC:
            yield f"磁盘已满，无法写入“{error.filename or '数据文件夹'}”，请清理出空间后再试。"
        case PermissionError():
            yield f"没有权限使用“{error.filename}”，请换一个位置，或请管理员授权。"


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value is not None:
            ctx.find_root().meta[name] = value

    return keep
