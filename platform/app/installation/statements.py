"""Composed statements as text for an administrator to read and run."""

from __future__ import annotations

from psycopg import sql


def printable(statement: sql.Composable) -> str:
    """The statement with its literals in place."""
    return statement.as_string(None)
