"""The one door to PostgreSQL: a transaction belongs to one tenant, carries its signed context, and is audited.

Use `Database.tenant_tx(scope)`; nothing else in the product opens a session, an engine or sends SQL text (rule R1, held by
`tests/guards/test_sql_door.py`).
"""

from kernel.db.door import Database, TenantSession, UnauditedChange
from kernel.db.model import Base, Inherited, Own, Reference, tenant_fk, utc_now
from kernel.db.types import UtcDateTime

__all__ = [
    "Base",
    "Database",
    "Inherited",
    "Own",
    "Reference",
    "TenantSession",
    "UnauditedChange",
    "UtcDateTime",
    "tenant_fk",
    "utc_now",
]
