"""How the admin's theme is set up: names, colours, the sidebar and our own assets."""

from typing import Any

from django.templatetags.static import static

from config.dashboard.navigation import NAVIGATION

_PRIMARY = {
    "50": "oklch(97.1% .014 240)", "100": "oklch(94.2% .03 240)", "200": "oklch(88.7% .06 240)",
    "300": "oklch(81% .1 240)", "400": "oklch(71% .13 241)", "500": "oklch(61% .15 243)",
    "600": "oklch(51% .15 246)", "700": "oklch(44.5% .135 247)", "800": "oklch(38.5% .115 247)",
    "900": "oklch(33.5% .095 248)", "950": "oklch(25% .07 249)",
}  # fmt: skip
FAVICON = "dashboard/favicon.svg"
THEME: dict[str, Any] = {
    "SITE_TITLE": "Daybook",
    "SITE_HEADER": "Daybook",
    "SITE_SUBHEADER": "orders and read models",
    "SITE_SYMBOL": "menu_book",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static(FAVICON)}],
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {"primary": _PRIMARY},
    "STYLES": [lambda request: static("dashboard/dashboard.css")],
    "SCRIPTS": [lambda request: static("dashboard/dashboard.js")],
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
}
