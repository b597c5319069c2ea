"""Where a link tells what happens: one log line and, for whoever watches, one event. No phone and no text is ever told."""

from __future__ import annotations

import logging

from shared_channels.sms.carriers.ports import LinkEvent, LinkHandlers

_log = logging.getLogger("shared_channels.sms.carriers")


class Journal:
    """Log of one link."""

    __slots__ = ("_handlers", "_name")

    def __init__(self, name: str, handlers: LinkHandlers) -> None:
        self._name = name
        self._handlers = handlers

    def tell(self, code: str, words: str, /, *, trouble: bool = False, **facts: object) -> None:
        """``code``: stable English name; ``words``: Chinese; ``facts``: numbers and codes only."""
        _log.log(
            logging.WARNING if trouble else logging.INFO,
            "link=%s event=%s %s",
            self._name,
            code,
            " ".join(f"{name}={value}" for name, value in facts.items()),
        )
        self._handlers.on_event(LinkEvent(code, words, facts, trouble))

    def failed(self, code: str, error: BaseException) -> None:
        """A handler of ours raised: type only, its text may carry personal data."""
        _log.error("link=%s event=%s error=%s", self._name, code, type(error).__name__)
        self._handlers.on_event(LinkEvent(code, "本方处理程序出错", {"error": type(error).__name__}, True))
