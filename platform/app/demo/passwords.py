"""The demo's password: one for all fictional people of an installation, made from its own key, so that a second start knows it again."""

from __future__ import annotations

import base64

from app.installation.installation import Installation


def demo_password(installation: Installation) -> str:
    """Sixteen characters without look-alikes. Only `gjj demo` uses it, and writes it into DIR/demo.json alone."""
    material = installation.web_settings().key("demo-password")
    return base64.b32encode(material)[:16].decode().lower().replace("l", "m").replace("o", "p")
