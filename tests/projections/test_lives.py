"""Whole lives of orders, with every type of event: each way into a read model gives the same rows, and they agree."""

import pytest

from orders_write import event_store
from projections.projectors.customer_summaries import CustomerSummaries
from projections.projectors.daily_sales import DailySales
from projections.projectors.order_views import OrderViews
from projections.projectors.product_sales import ProductSales
from projections.testing import folded, given, new_events, story
from tests.agreement import disagreements
from tests.builders import created
from tests.lives import EXPIRED, HANDLED, LIVES, REFUNDED


@pytest.mark.parametrize(
    ("projector", "life"),
    [(OrderViews(), HANDLED), (CustomerSummaries(), REFUNDED), (DailySales(), REFUNDED), (ProductSales(), EXPIRED)],
)
def test_through_the_database_rows_are_as_they_are_folded_in_memory(databases, projector, life):
    stories = [story(*life), story(created())]
    rows = given(projector, *stories)
    assert [{name: row[name] for name in row if name != "net"} for row in rows] == folded(projector, *stories)


def test_read_models_agree_about_them(databases, project):
    for life in LIVES:
        event_store.append(list(new_events(story(*life))))
    project()
    assert disagreements() == {}
