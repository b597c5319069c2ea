"""Addresses of files the pages use, all our own (no other host), with the version in the address so caches turn over."""

from __future__ import annotations

from flask import Flask, Response, request

from kernel.web.settings import web_settings

VENDOR = {
    "tabler.css": "vendor/tabler/tabler.min.css",
    "tabler.js": "vendor/tabler/tabler.min.js",
    "icons.css": "vendor/tabler-icons/tabler-icons.min.css",
    "echarts.js": "vendor/echarts/echarts.min.js",
    "htmx.js": "vendor/htmx/htmx.min.js",
    "weui.css": "vendor/weui/weui.min.css",
}
"""Short names of other people's files, as the build lays them out."""


def asset(name: str) -> str:
    """Address of a vendor file by its short name, or of our own (`css/console.css`); a front may serve the folder."""
    return f"{request.script_root}/static/{VENDOR.get(name, name)}?v={web_settings().version}"


def _cache(response: Response) -> Response:
    """Files asked for with a version never change under that address."""
    if request.endpoint == "static" and response.status_code == 200 and "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def init_app(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset
    app.after_request(_cache)
