"""`manage.py check` says what a projector lacks."""

from datetime import timedelta

import pytest

from orders_read.models import CustomerSummary, OrderView
from orders_write.models import Event
from projections import projector_checks
from projections.projector import ADD
from projections.projectors.customer_summaries import CustomerSummaries
from projections.projectors.order_timeline import OrderTimeline
from projections.projectors.order_views import OrderViews


def _complaints(monkeypatch, *projectors):
    monkeypatch.setattr(projector_checks, "PROJECTORS", projectors)
    return [found.msg for found in projector_checks.projectors_are_complete()]


def _changed(kind, **changes):
    return type(kind.__name__, (kind,), changes)()


def test_the_registered_projectors_are_complete():
    assert projector_checks.projectors_are_complete() == []


def test_names_and_models_are_not_shared(monkeypatch):
    assert _complaints(monkeypatch, OrderViews(), OrderViews()) == [
        "2 projectors have the name order_views; give each its own.",
        f"2 projectors have the model {OrderView}; give each its own.",
    ]


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        (OrderViews, {"name": "Order views"}, "OrderViews.name is 'Order views'; use small letters"),
        (OrderViews, {"partitions": 0}, "version, partitions and lag_objective must be positive"),
        (OrderViews, {"lag_objective": timedelta(0)}, "version, partitions and lag_objective must be positive"),
        (OrderTimeline, {"model": Event}, "OrderTimeline.model does not live in the read database"),
        (OrderViews, {"model": CustomerSummary}, "the primary key of CustomerSummary must be one UUIDField"),
        (OrderViews, {"model": CustomerSummary}, "CustomerSummary needs an IntegerField `version`"),
        (OrderTimeline, {"model": OrderView}, "OrderView needs CompositePrimaryKey(stream's id, version)"),
        (CustomerSummaries, {"merges": {"orders": ADD, "ordres": ADD}}, "check cancelled_orders, expired_orders, fir"),
    ],
)
def test_what_is_missing_is_said(monkeypatch, kind, changes, said):
    assert any(said in text for text in _complaints(monkeypatch, _changed(kind, **changes)))
