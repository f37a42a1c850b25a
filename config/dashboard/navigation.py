"""The sidebar: which pages there are, for whom."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _page(title: str, icon: str, address: str, permission: str = "") -> dict[str, Any]:
    """Return one line: its icon is named as in Material Symbols, its address as in `urls`."""
    found = {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{address}")}
    return found | ({"permission": _may(permission)} if permission else {})


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [
            _page("Overview", "space_dashboard", "index"),
            _page("Projections", "sync", "projections", "projections.view_rebuild"),
            _page("Event log", "history", "events", "orders_write.view_event"),
        ]
    },
    {
        "title": "Shop",
        "items": [
            _page("Orders", "receipt_long", "orders", "orders_read.view_orderview"),
            _page("Customers", "groups", "customers", "orders_read.view_orderview"),
            _page("Sales", "bar_chart", "sales", "orders_read.view_orderview"),
        ],
    },
    {
        "title": "Access",
        "items": [
            _page("API tokens", "key", "tokens", "orders_write.manage_access"),
            _page("Audit trail", "history", "audit", "orders_write.manage_access"),
            _page("Users", "person", "auth_user_changelist", "auth.view_user"),
            _page("Roles", "group", "auth_group_changelist", "auth.view_group"),
        ],
    },
]
