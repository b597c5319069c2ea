"""Holds the migrations to the models: one head, and a database built by them equals what the models declare.

Part of ``make check``. It needs no server: an embedded PostgreSQL lives for the length of the check.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from app import rooms
from app.embedded.postgres import EmbeddedPostgres
from app.installation.database import prepare_database
from kernel.db.migrating import alembic_config
from kernel.db.roles import Login

DATABASE = "gjj_check"


def main() -> int:
    """0 when all is well; otherwise a sentence and 1."""
    heads = ScriptDirectory.from_config(alembic_config("unused")).get_heads()
    if len(heads) != 1:
        print(f"migrations have {len(heads)} heads, merge them into one: {', '.join(heads)}", file=sys.stderr)
        return 1
    rooms.load()
    with tempfile.TemporaryDirectory(prefix="gjj-check-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", fast=True)
        try:
            server.start()
            return _compare(server)
        finally:
            server.remove()


def _compare(server: EmbeddedPostgres) -> int:
    passwords = {login: secrets.token_urlsafe(16) for login in Login}
    url = f"postgresql://{Login.MIGRATE}:{passwords[Login.MIGRATE]}@127.0.0.1:{server.port}/{DATABASE}"
    prepare_database(server.superuser_dsn(), DATABASE, passwords, url, ("check", secrets.token_bytes(32)))
    try:
        command.check(alembic_config(url))
    except CommandError as error:
        print(
            "models and migrations differ (constraints count as different when their names are):",
            file=sys.stderr,
        )
        print(str(error).replace("), ('", "),\n('"), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
