"""The roles of the release as rows: `roles.csv` gives names and duties, `role_permissions.csv` what each may do."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

from kernel.permissions import Permission

OFFICERS = {"system_officer": "system", "security_officer": "security", "audit_officer": "audit"}


def roles() -> list[dict[str, Any]]:
    """Rows of `role`."""
    return [
        {
            "code": row["code"],
            "name_zh": row["name_zh"],
            "tenant_kinds": row["tenant_kinds"],
            "first_screen_zh": row["first_screen_zh"],
            "duties_zh": row["duties_zh"],
            "exclusive_with": row["exclusive_with"],
            "officer": OFFICERS.get(row["code"]),
        }
        for row in _read("roles.csv")
    ]


def role_permissions() -> list[dict[str, Any]]:
    """Rows of `role_permission`. An unknown permission or role is a defect of the data file and stops the migration."""
    known = {row["code"] for row in _read("roles.csv")}
    found = []
    for row in _read("role_permissions.csv"):
        if row["role"] not in known:
            raise ValueError(f"role_permissions.csv names the unknown role {row['role']}")
        for name in row["permissions"].split(";"):
            permission = Permission.named(name)
            found.append(
                {
                    "code": f"{row['role']}:{permission}",
                    "role_code": row["role"],
                    "permission": str(permission),
                }
            )
    return found


def _read(name: str) -> list[dict[str, str]]:
    text = (files("kernel.permissions") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
