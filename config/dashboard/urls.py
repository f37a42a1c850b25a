"""The addresses of the dashboard's pages, below /admin/."""

from typing import TYPE_CHECKING

from django.urls import URLPattern, path

from config.dashboard.audit_trail import AuditTrail
from config.dashboard.customers import Customer, Customers
from config.dashboard.event import EventPage
from config.dashboard.events import EventLog
from config.dashboard.new_order import NewOrder
from config.dashboard.order import Order
from config.dashboard.orders import Orders, OrdersExport
from config.dashboard.overview import Projections
from config.dashboard.page import Page
from config.dashboard.projection import Projection
from config.dashboard.sales import Sales
from config.dashboard.tokens import NewToken, Tokens

if TYPE_CHECKING:
    from config.dashboard.site import DashboardSite

PAGES: dict[str, type[Page]] = {
    "tokens/": Tokens,
    "tokens/new/": NewToken,
    "audit/": AuditTrail,
    "events/": EventLog,
    "events/<int:position>/": EventPage,
    "customers/": Customers,
    "customers/<path:customer_id>/": Customer,
    "sales/": Sales,
    "orders/": Orders,
    "orders/export.csv": OrdersExport,
    "orders/new/": NewOrder,
    "orders/<uuid:order_id>/": Order,
    "projections/": Projections,
    "projections/<slug:projection>/": Projection,
}


def patterns(site: "DashboardSite") -> list[URLPattern]:
    """Return one address per page, open to signed-in staff alone; each page says who of them may see it."""
    return [path(address, site.admin_view(page.as_view(site=site)), name=page.name) for address, page in PAGES.items()]
