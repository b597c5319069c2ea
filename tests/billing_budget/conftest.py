"""The tables that this room's keys point at are known before the first one is used."""

from __future__ import annotations

import kernel.approvals.models
import kernel.identity.models
import kernel.tenancy.models  # noqa: F401
