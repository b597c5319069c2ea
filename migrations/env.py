"""Runs migrations as `gjj_migrate`, which puts on `gjj_owner`: forward under a lock time-out, one transaction each."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

from kernel.db.model import Base


def _include(obj: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    # Partitions are made by the migration in bulk and have no model of their own.
    return not (type_ == "table" and name is not None and "_p2" in name)


def run() -> None:
    """Alembic's entry: the address comes from the caller (`gjj migrate`, tests), never from a file."""
    url = context.config.attributes["url"]
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("set role gjj_owner")
        connection.exec_driver_sql("set lock_timeout = '2s'")
        connection.exec_driver_sql("set statement_timeout = '60s'")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=context.config.attributes.get("metadata", Base.metadata),
            transaction_per_migration=True,
            compare_type=True,
            include_object=_include,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
