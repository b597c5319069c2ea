"""A gateway as its own process, to be killed: ``python -m … '{"dsn": …, "port": …}'``. Prints one line when it works."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from kernel.db import Database
from kernel.db.gateway_door import GatewayDoor
from kernel.db.signing import ContextSigner
from kernel.vault import Vault
from shared_channels.sms.carriers.settings import link_settings
from shared_channels.sms.dispatch.adapters.postgres import PostgresStore
from shared_channels.sms.dispatch.adapters.vault_keys import VaultKeys
from shared_channels.sms.dispatch.policy import DispatchSettings
from shared_channels.sms.dispatch.service.engine import Engine, LineSettings
from tests.database import KEY, KEYRING


async def serve(given: dict[str, Any]) -> None:
    """Until it is killed."""
    database = Database(given["dsn"], ContextSigner("test", KEY, 40))
    database.vault = Vault(KEYRING)
    store = PostgresStore(GatewayDoor(given["dsn"]))
    lines = [LineSettings(link_settings(**given["line"]), "cmcc")]
    engine = Engine(store, VaultKeys(database), lines, DispatchSettings(**given["rules"]))
    await engine.start()
    print("working", flush=True)
    while True:
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
