"""One link to one gateway in asyncio: log-in, window, keep-alive, reconnection, slowing down, intake of reports."""
