"""Database roles (decision D4; `gjj_kernel` is added by ADR 0002).

Log-in roles connect; SET-only roles are put on for one transaction by the door; the rest own things and never connect.
"""

from __future__ import annotations

from enum import StrEnum


class Login(StrEnum):
    """Who connects: one for each process."""

    WEB = "gjj_web"
    WORKER = "gjj_worker"
    RELAY = "gjj_relay"
    GATEWAY = "gjj_gateway"
    SEALER = "gjj_sealer"
    BACKUP = "gjj_backup"
    MIGRATE = "gjj_migrate"


class DbRole(StrEnum):
    """What a transaction may be: named in the signed context and in every policy."""

    APP = "gjj_app"
    CITIZEN = "gjj_citizen"
    INSPECTOR = "gjj_inspector"
    PROVINCE_READER = "gjj_province_reader"
    AUDITOR = "gjj_auditor"


OWNERS = ("gjj_owner", "gjj_kernel", "gjj_audit_writer")

MAY_BECOME: dict[Login, tuple[str, ...]] = {
    Login.WEB: tuple(DbRole),
    Login.WORKER: (DbRole.APP, DbRole.PROVINCE_READER),
    Login.RELAY: (),
    Login.GATEWAY: (),
    Login.SEALER: (),
    Login.BACKUP: (),
    Login.MIGRATE: OWNERS,
}

# Seconds. A context outlives its statement time-out by ten seconds (decision D3).
STATEMENT_TIMEOUT_S: dict[Login, int] = {
    Login.WEB: 3,
    Login.WORKER: 30,
    Login.RELAY: 10,
    Login.GATEWAY: 10,
    Login.SEALER: 30,
    Login.BACKUP: 0,
    Login.MIGRATE: 60,
}
