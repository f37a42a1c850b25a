"""The whole list of projections, by hand."""

from collections.abc import Sequence

from projections.projector import Projector
from projections.projectors.order_views import OrderViews

PROJECTORS: tuple[Projector, ...] = (OrderViews(),)


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
