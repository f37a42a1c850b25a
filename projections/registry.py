"""The whole list of projections, by hand."""

from collections.abc import Callable, Sequence

from projections.projector import Projector
from projections.projectors.customer_summaries import CustomerSummaries
from projections.projectors.daily_sales import DailySales
from projections.projectors.order_deadlines import OrderDeadlines
from projections.projectors.order_timeline import OrderTimeline
from projections.projectors.order_views import OrderViews
from projections.projectors.product_sales import ProductSales

PROJECTORS: tuple[Projector, ...] = (
    OrderViews(),
    OrderTimeline(),
    CustomerSummaries(),
    DailySales(),
    ProductSales(),
    OrderDeadlines(),
)


class UnknownProjection(Exception):
    """Somebody named a projection that does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no projection '{name}'; there are: {', '.join(p.name for p in PROJECTORS)}.")


def named(names: Sequence[str]) -> list[Projector]:
    """Return the projectors of those names.

    Raises:
        UnknownProjection: one of them does not exist; the text lists those that do.
    """
    known = {projector.name: projector for projector in PROJECTORS}
    for name in names:
        if name not in known:
            raise UnknownProjection(name)
    return [known[name] for name in names]


def chosen(names: Sequence[str], *, everything: bool, error: Callable[[str], Exception]) -> list[Projector]:
    """Return the projectors that a command line asks for: some by name, or all.

    Raises:
        The exception that `error` makes of a sentence: neither or both were asked for, or a name is unknown.
    """
    if bool(names) == everything:
        raise error(f"Name projections, or give --all; there are: {', '.join(p.name for p in PROJECTORS)}.")
    try:
        return list(PROJECTORS) if everything else named(names)
    except UnknownProjection as unknown:
        raise error(str(unknown)) from unknown
