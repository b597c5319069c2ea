"""The whole store: what `create_issuer` takes outside tests."""

from __future__ import annotations

from kernel.identity.issuer.sql_store.attempts import AttemptRows
from kernel.identity.issuer.sql_store.invitations import InvitationRows
from kernel.identity.issuer.sql_store.keys import KeyRows
from kernel.identity.issuer.sql_store.sessions import SessionRows
from kernel.identity.issuer.sql_store.tokens import TokenRows


class SqlIssuerStore(InvitationRows, AttemptRows, SessionRows, TokenRows, KeyRows):
    """Satisfies `kernel.identity.issuer.ports.IssuerStore`; every call is one transaction of its own."""
