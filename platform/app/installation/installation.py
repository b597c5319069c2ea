"""An installation opened for use: its settings, and everything that processes and commands build from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import UUID

import app
from kernel.config import secret_values
from kernel.config.reading import read
from kernel.config.settings import Settings
from kernel.crypto.keyring import Keyring
from kernel.crypto.signing import SigningKey
from kernel.db import Database
from kernel.db.roles import STATEMENT_TIMEOUT_S, DbRole, Login
from kernel.db.signing import ContextSigner
from kernel.directory.lookup import Directory
from kernel.identity.sessions import SessionRules
from kernel.jobs.bell import Bell
from kernel.storage.objects import ObjectFolder
from kernel.tenancy import tenants
from kernel.tenancy.scope import Scope, enter
from kernel.vault import Vault
from kernel.web.settings import WebSettings

CONTEXT_LEEWAY_S = 10
STATIC = Path(app.__file__).with_name("static")
POOL = {Login.WEB: 8, Login.WORKER: 6}
WITH_KEYS = frozenset({Login.WEB, Login.WORKER, Login.GATEWAY})
"""The processes that seal and open personal fields."""
WITH_FILES = frozenset({Login.WEB, Login.WORKER})
"""The processes that keep and open files."""


class NoProvince(Exception):
    """The database holds no province yet: it was migrated but not set up."""


@dataclass
class Installation:
    """One deployment as seen by one process. Doors are opened at first use and closed by `close`."""

    file: Path
    _doors: dict[Login, Database] = field(default_factory=dict, repr=False)

    @cached_property
    def settings(self) -> Settings:
        """What the file says, read at first use. Raises ConfigInvalid; secrets are read when they are needed."""
        return read(self.file)

    def dsn(self, login: Login) -> str:
        """The database's address for that log-in; it holds the password, so it is never logged."""
        at = self.settings.database
        password = secret_values.database_password(self.settings, login)
        options: dict[str, str | int] = {
            "sslmode": at.sslmode,
            "connect_timeout": 3,
            "application_name": login,
        }
        if at.ca_file is not None:
            options["sslrootcert"] = str(at.ca_file)
        return f"postgresql://{login}:{quote(password, safe='')}@{at.host}:{at.port}/{quote(at.name)}?{urlencode(options)}"

    def passwords(self) -> dict[Login, str]:
        """Every log-in's password, for making the roles."""
        return {login: secret_values.database_password(self.settings, login) for login in Login}

    def database(self, login: Login) -> Database:
        """The door for that log-in."""
        if login not in self._doors:
            lifetime = STATEMENT_TIMEOUT_S[login] + CONTEXT_LEEWAY_S
            signer = ContextSigner(*self.context_key, lifetime)
            door = Database(self.dsn(login), signer, pool_size=POOL.get(login, 2))
            if login in WITH_KEYS:
                door.vault = Vault(self.keyring)
            if login in WITH_FILES:
                door.files = ObjectFolder(self.settings.files_folder)
            if login is Login.WORKER:
                door.evidence_key = self.evidence_key
            self._doors[login] = door
        return self._doors[login]

    def close(self) -> None:
        """Close every connection."""
        for door in self._doors.values():
            door.dispose()
        self._doors.clear()

    @property
    def context_key(self) -> tuple[str, bytes]:
        """Id and bytes of the key that signs tenant contexts."""
        keys = self.settings.keys
        return keys.context_id, secret_values.key(keys.context)

    def directory(self, login: Login = Login.WEB) -> Directory:
        """Exact-key look-ups before the tenant is known."""
        return Directory(self.database(login), secret_values.key(self.settings.keys.index))

    def bell(self) -> Bell:
        """This process's end of the broker."""
        return Bell(secret_values.valkey_url(self.settings), secret_values.key(self.settings.keys.bell))

    @cached_property
    def keyring(self) -> Keyring:
        """The keys that wrap each tenant's keys."""
        return Keyring.load(self.settings.keys.keyring)

    @cached_property
    def audit_key(self) -> SigningKey:
        """Signs checkpoints of the audit chains."""
        return SigningKey.load(self.settings.keys.audit)

    @cached_property
    def evidence_key(self) -> SigningKey:
        """Signs dossiers; the worker alone holds it (ADR 0005)."""
        return SigningKey.load(self.settings.keys.evidence)

    def session_rules(self) -> SessionRules:
        """How long console sessions live."""
        return SessionRules(idle=self.settings.sessions.idle, absolute=self.settings.sessions.absolute)

    def web_settings(self) -> WebSettings:
        """Settings of the HTTP edge."""
        web = self.settings.web
        return WebSettings(
            signing_key=secret_values.key(self.settings.keys.web),
            version=_version(),
            environment=self.settings.environment,
            https=web.https,
            trusted_proxies=web.trusted_proxies,
            trusted_hosts=web.trusted_hosts,
            static_folder=STATIC,
            idle_minutes=int(self.settings.sessions.idle.total_seconds() // 60),
        )

    def province_id(self, login: Login = Login.WORKER) -> UUID:
        """The province's tenant. Raises NoProvince before the first set-up."""
        found = tenants.by_code(self.database(login), self.settings.province.code)
        if found is None:
            raise NoProvince
        return found.id

    def scope(self, tenant_id: UUID, subject: str = "system:command") -> Scope:
        """Enter a tenant from a command: one of the four edges."""
        return enter(tenant_id, DbRole.APP, subject)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("gjj-platform")
    except PackageNotFoundError:
        return "0"
