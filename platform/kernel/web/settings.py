"""What the web face needs to know, handed in by the composition root; nothing here reads the environment."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flask import Flask, current_app


class Environment(StrEnum):
    """Which kind of installation this is; rehearsal and demo say so on every page."""

    PRODUCTION = "production"
    REHEARSAL = "rehearsal"
    DEMO = "demo"


@dataclass(frozen=True)
class WebSettings:
    """Settings of the HTTP edge.

    `signing_key` is at least 32 random bytes; keys for CSRF, cursors and ETags are derived from it.
    `trusted_proxies` is the number of fronts whose X-Forwarded-*, X-Request-Id and X-Request-Start are believed;
    the front and this process must share one clock, because arrivals are compared.
    `https` says that people reach us by https: cookies get the `__Host-` prefix and HSTS is sent.
    """

    signing_key: bytes
    version: str = "0"
    environment: Environment = Environment.PRODUCTION
    https: bool = True
    trusted_proxies: int = 0
    trusted_hosts: tuple[str, ...] = ()
    form_targets: tuple[str, ...] = ()
    static_folder: Path | None = None
    translation_folders: tuple[Path, ...] = ()
    max_body_bytes: int = 20 * 1024 * 1024
    max_form_bytes: int = 2 * 1024 * 1024
    max_form_parts: int = 500
    in_flight: int = 6
    waiting: int = 1
    patience_s: float = 0.05
    max_age_s: float = 0.3
    idle_minutes: int = 30
    api_title: str = "省级住房公积金综合服务平台接口"

    def __post_init__(self) -> None:
        if len(self.signing_key) < 32:
            raise ValueError("signing_key needs at least 32 bytes")

    @property
    def cookie_prefix(self) -> str:
        return "__Host-gjj_" if self.https else "gjj_"

    @property
    def session_cookie(self) -> str:
        """Name of the cookie that holds the opaque console session."""
        return self.cookie_prefix + "session"

    @property
    def citizen_cookie(self) -> str:
        """Name of the cookie that holds the opaque session of a depositor or an employer's clerk on the phone pages."""
        return self.cookie_prefix + "citizen"

    def key(self, purpose: str) -> bytes:
        """A key for one purpose only, so that a value signed for one thing never passes for another."""
        return hmac.new(self.signing_key, b"gjj.web\0" + purpose.encode(), hashlib.sha256).digest()


def web_settings(app: Flask | None = None) -> WebSettings:
    """The settings `make_web` was given."""
    settings = (app or current_app).extensions["gjj.web"]
    if not isinstance(settings, WebSettings):
        raise RuntimeError("the application was not made by kernel.web.factory.make_web")
    return settings
