"""The HTTP edge of accounts: who is behind a request, and the steps by which somebody comes in."""

from __future__ import annotations

from shared_channels.accounts.entering.citizens import (
    Citizen,
    account_of_cookie,
    account_of_key,
    bound_citizen,
    enter_account,
    enter_as,
    enter_citizen,
    need_level,
    open_centre,
    province_of,
)
from shared_channels.accounts.entering.scopes import account_tx, centre_tx, province_tx

__all__ = [
    "Citizen",
    "account_of_cookie",
    "account_of_key",
    "account_tx",
    "bound_citizen",
    "centre_tx",
    "enter_account",
    "enter_as",
    "enter_citizen",
    "need_level",
    "open_centre",
    "province_of",
    "province_tx",
]
