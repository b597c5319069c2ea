"""Home, items, one item. Readable without a login and without JavaScript.

What is not connected yet says so and names a way that works: the hotline, the counter, the guide.
"""

from __future__ import annotations

from flask import render_template, request, url_for

from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.web import current
from shared_channels.accounts.entering import account_of_cookie, enter_as, open_centre
from shared_channels.mobile.console.face import enter_as_visitor, framed, pages
from shared_channels.mobile.console.following import money_of
from shared_channels.mobile.policy import SHORT_NAMES, favourites
from tenants.catalogue import queries
from tenants.catalogue.models import ServiceItemRevision
from tenants.catalogue.policy.words import BUSINESS_KINDS, PHONE_CHANNELS, vocabulary
from tenants.catalogue.service.offering import open_pairs


def _on_the_phone(rows: list[ServiceItemRevision]) -> list[ServiceItemRevision]:
    """Those that can be done now in a channel that these pages serve."""
    pairs = open_pairs(current.session(), rows)
    return [
        row
        for row in rows
        if any(
            channel in PHONE_CHANNELS and (pairs is None or (row.code, channel) in pairs)
            for channel in row.channels
        )
    ]


@pages.get("/", permission=Permission.PUBLIC)
def home(centre_code: str) -> str:
    centre = open_centre(centre_code)
    signed = account_of_cookie(centre)
    if signed is None:
        context, money = enter_as_visitor(centre_code, "home"), None
    else:
        enter_as(centre, signed)
        context, money = framed(centre, "home"), money_of(signed)
    rows = _on_the_phone(queries.public_items(current.session(), audience="person"))
    return render_template(
        "mobile/home.html",
        favourites=favourites(rows),
        short_names=SHORT_NAMES,
        signed=signed,
        money=money,
        **context,
    )


@pages.get("/items", permission=Permission.PUBLIC)
def items(centre_code: str) -> str:
    context = enter_as_visitor(centre_code, "services")
    text = request.args.get("q", "").strip()[:40]
    rows = queries.public_items(current.session(), text)
    groups = [(kind, [row for row in rows if row.item.business_kind == kind]) for kind in BUSINESS_KINDS]
    open_here = {row.code for row in _on_the_phone(rows)}
    return render_template(
        "mobile/items.html",
        groups=[(kind, members) for kind, members in groups if members],
        text=text,
        open_here=open_here,
        **context,
        today=clock.today(),
        **vocabulary(),
    )


@pages.get("/items/<code>", permission=Permission.PUBLIC)
def item(centre_code: str, code: str) -> str:
    context = enter_as_visitor(centre_code, "services")
    row = queries.public_item(current.session(), code)
    return render_template(
        "mobile/item.html",
        row=row,
        content=row.item,
        online=bool(_on_the_phone([row]))
        and row.item.online_depth != "咨询"
        and row.item.business_kind != "查询",
        pairs=open_pairs(current.session(), [row]),
        **{**context, "back_url": url_for("h5.items", centre_code=centre_code)},
        today=clock.today(),
        **vocabulary(),
    )
