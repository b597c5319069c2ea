"""Files in and out of the edge: routes say how much they take, answers are attachments that run nothing."""

from __future__ import annotations

import io
from urllib.parse import unquote

import pytest
from flask import Flask, Response
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from kernel.permissions import Permission
from kernel.web.blueprints import Pages
from kernel.web.downloads import SANDBOX, attachment, disposition
from kernel.web.uploads import files_of, uploaded
from tests.web.parts import web


def _app() -> Flask:
    app = web()
    pages = Pages("files", __name__)

    @pages.post("/api/takes", permission=Permission.PUBLIC, body_bytes=files_of(3 * 1024 * 1024))
    def takes() -> str:
        return ",".join(f"{one.name}:{one.media_type}:{len(one.data)}" for one in uploaded("file", most=2))

    @pages.post("/api/plain", permission=Permission.PUBLIC)
    def plain() -> str:
        return str(len(uploaded("file")))

    @pages.get("/gives", permission=Permission.PUBLIC)
    def gives() -> Response:
        return attachment("张三 合同.pdf", "application/pdf", b"%PDF-")

    app.register_blueprint(pages)
    return app


def _send(app: Flask, path: str, *sizes: int) -> tuple[int, str]:
    files = [
        FileStorage(io.BytesIO(bytes(size)), f"{i}.pdf", content_type="application/pdf")
        for i, size in enumerate(sizes)
    ]
    boundary, body = encode_multipart({"file": files})
    answer = app.test_client().post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    return answer.status_code, answer.get_data(as_text=True)


def test_a_route_takes_what_it_says() -> None:
    app = _app()
    assert _send(app, "/api/takes", 3 * 1024 * 1024) == (200, f"0.pdf:application/pdf:{3 * 1024 * 1024}")
    assert _send(app, "/api/takes", 4 * 1024 * 1024)[0] == 413
    assert _send(app, "/api/takes", 1, 2, 3) == (200, "0.pdf:application/pdf:1,1.pdf:application/pdf:2")


def test_other_routes_take_no_large_files() -> None:
    app = _app()
    assert _send(app, "/api/plain", 1000) == (200, "1")
    assert _send(app, "/api/plain", 3 * 1024 * 1024)[0] == 413


def test_an_attachment_is_saved_and_runs_nothing() -> None:
    answer = _app().test_client().get("/gives")
    assert answer.data == b"%PDF-"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == SANDBOX
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith(
        "attachment; filename=\"file.pdf\"; filename*=UTF-8''"
    )


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("合同.pdf", "file.pdf"),
        ("a b-1.pdf", "a b-1.pdf"),
        ('x"\r\nSet-Cookie: y.pdf', "xSet-Cookie y.pdf"),
        ("", "file"),
    ],
)
def test_names_in_the_header(name: str, plain: str) -> None:
    header = disposition(name)
    assert header.startswith(f'attachment; filename="{plain}"; ')
    assert "\r" not in header
    assert "\n" not in header
    assert unquote(header.partition("UTF-8''")[2]) == name
