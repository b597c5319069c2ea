"""A route without a permission cannot exist."""

from __future__ import annotations

from typing import Any

import pytest
from flask.views import MethodView

from kernel.permissions import Permission
from kernel.web.blueprints import PERMISSION, PRIORITY, STALE_OK, Api, Pages
from kernel.web.priority import Priority

KINDS = [Pages, Api]


def view() -> str:
    return ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete", "route"])
def test_every_way_to_register_demands_a_permission(kind: Any, verb: str) -> None:
    blueprint = kind("things", __name__)
    with pytest.raises(TypeError, match="permission"):
        getattr(blueprint, verb)("/things")


@pytest.mark.parametrize("kind", KINDS)
def test_add_url_rule_demands_it_too(kind: Any) -> None:
    with pytest.raises(TypeError, match="permission"):
        kind("things", __name__).add_url_rule("/things", "things", lambda: "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_word_is_not_a_permission(kind: Any) -> None:
    with pytest.raises(TypeError, match="permission"):
        kind("things", __name__).get("/things", permission="public")


@pytest.mark.parametrize("kind", KINDS)
def test_the_declaration_is_kept_on_the_view(kind: Any) -> None:
    blueprint = kind("things", __name__, priority=Priority.BATCH)

    @blueprint.get("/things", permission=Permission.CATALOGUE_READ, stale_ok=True)
    def things() -> str:
        return ""

    assert getattr(things, PERMISSION) is Permission.CATALOGUE_READ
    assert getattr(things, STALE_OK) is True
    assert getattr(things, PRIORITY) is Priority.BATCH


def test_one_view_has_one_permission() -> None:
    pages = Pages("things", __name__)

    @pages.get("/a", permission=Permission.CATALOGUE_READ)
    def things() -> str:
        return ""

    with pytest.raises(TypeError, match="twice"):
        pages.get("/b", permission=Permission.PUBLIC)(things)


@pytest.mark.parametrize("kind", KINDS)
def test_a_class_of_several_acts_is_refused(kind: Any) -> None:
    class Things(MethodView):
        def get(self) -> str:
            return ""

    with pytest.raises(TypeError, match="functions"):
        kind("things", __name__).route("/things", permission=Permission.PUBLIC)(Things)
