"""`order_deadlines`: whole rows, for each event, and the same rule as the order's own."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any

from orders_read.models import OrderDeadline
from orders_write import event_store, samples
from orders_write.domain.errors import DomainError
from orders_write.domain.order import decide, replay
from orders_write.ids import event_id
from projections.projectors.order_deadlines import OrderDeadlines
from projections.testing import folded, given, story
from tests.agreement import disagreements
from tests.builders import (
    LEEDS,
    TEA,
    add,
    authorize,
    cancel,
    capture,
    close,
    confirm,
    create,
    deliver,
    expire,
    fail,
    fulfill,
    give_back,
    hold,
    move,
    note,
    refund,
    release,
    track,
)
from tests.given_when_then import ORDER, events_of
from tests.lives import DELIVERED, LIVES, PAID
from tests.orders_write.random_orders import lives

LONG_AGO = datetime(2011, 12, 9, 12, 50, tzinfo=UTC)
PLACED = {
    "order_id": ORDER,
    "version": 1,
    "order_status": "placed",
    "payment_status": "none",
    "fulfillment_status": "unfulfilled",
    "total": Decimal("7.00"),
    "awaits": "expire",
}
CONFIRMED = PLACED | {"order_status": "confirmed", "awaits": ""}
ARRIVED = CONFIRMED | {"payment_status": "captured", "fulfillment_status": "delivered", "awaits": "close"}
NEVER = dict.fromkeys(("since", "event_id", "correlation_id"))


def _row(*commands):
    """The one row that commands lead to, posted in every way, and the events of its order."""
    (row,) = given(OrderDeadlines(), story(*events_of(*commands), at=LONG_AGO, stream_id=ORDER))
    return row, event_store.load_stream(ORDER)


def _since(stored):
    correlation = stored.metadata.correlation_id
    return {"since": stored.recorded_at, "event_id": event_id(ORDER, stored.version), "correlation_id": correlation}


def test_what_is_placed_may_expire_from_when_it_was_recorded(databases):
    row, (placed,) = _row(create())
    assert row == PLACED | _since(placed)
    assert (datetime.now(UTC) - row["since"]).total_seconds() < 60


def test_a_draft_may_expire_too(databases):
    row, (begun,) = _row(create(draft=True, items=()))
    assert row == PLACED | {"order_status": "draft", "total": Decimal(0)} | _since(begun)


def test_whoever_goes_on_with_an_order_has_the_whole_time_again(databases):
    row, (_, added) = _row(create(), add())
    assert row == PLACED | {"version": 2, "total": Decimal("7.375")} | _since(added)


def test_an_authorisation_is_going_on_with_it(databases):
    row, (_, authorised) = _row(create(), authorize())
    assert row == PLACED | {"version": 2, "payment_status": "authorised"} | _since(authorised)


def test_what_says_no_state_starts_no_clock(databases):
    row, (placed, *_) = _row(create(), note(), move(), move(LEEDS), fail())
    assert row == PLACED | {"version": 5} | _since(placed)


def test_a_confirmed_order_waits_for_nothing_by_itself(databases):
    row, _ = _row(create(), confirm())
    assert row == CONFIRMED | {"version": 2} | NEVER


def test_what_arrived_and_is_paid_may_close(databases):
    row, (*_, delivered) = _row(*DELIVERED)
    assert row == ARRIVED | {"version": 6} | _since(delivered)


def test_whichever_comes_last_starts_the_clock(databases):
    row, (*_, captured, _) = _row(create(), confirm(), fulfill(), deliver(), authorize(), capture(), track())
    assert row == ARRIVED | {"version": 7} | _since(captured)


def test_goods_and_money_that_come_back_start_it_anew(databases):
    row, (*_, refunded) = _row(*DELIVERED, give_back((1, 1)), refund("3.50"))
    states = {"version": 8, "payment_status": "partly_refunded", "fulfillment_status": "partly_returned"}
    assert row == ARRIVED | states | _since(refunded)


def test_free_goods_may_close_unpaid(databases):
    free = msgspec.structs.replace(TEA, unit_price=Decimal(0))
    row, (*_, delivered) = _row(create(items=(free,)), confirm(), fulfill(), deliver())
    assert row == ARRIVED | {"version": 4, "payment_status": "none", "total": Decimal(0)} | _since(delivered)


def test_what_is_not_paid_or_on_hold_may_not(databases):
    row, _ = _row(*PAID[:3], capture("3"), fulfill(), deliver())
    assert row == ARRIVED | {"version": 6, "payment_status": "partly_captured", "awaits": ""} | NEVER


def test_a_hold_stops_the_clock_and_a_release_starts_it(databases):
    (held,) = folded(OrderDeadlines(), story(*events_of(*DELIVERED, hold()), stream_id=ORDER))
    assert held == ARRIVED | NEVER | {"version": 7, "fulfillment_status": "on_hold", "awaits": ""}
    row, (*_, released) = _row(*DELIVERED, hold(), release())
    assert row == ARRIVED | {"version": 8} | _since(released)


@pytest.mark.parametrize(
    ("commands", "states"),
    [
        ((create(), expire()), PLACED | {"version": 2, "order_status": "expired"}),
        ((create(), hold(), cancel()), PLACED | {"version": 3, "order_status": "cancelled"}),
        ((*DELIVERED, close(), note()), ARRIVED | {"version": 8, "order_status": "closed"}),
    ],
)
def test_what_has_ended_waits_for_nothing(commands, states):
    assert folded(OrderDeadlines(), story(*events_of(*commands), stream_id=ORDER)) == [states | NEVER | {"awaits": ""}]


def test_every_event_keeps_the_row_level_with_its_order():
    for life in LIVES:
        for version in range(1, len(life) + 1):
            (row,) = folded(OrderDeadlines(), story(*life[:version]))
            order = replay(life[:version])
            told = ("order_status", "payment_status", "fulfillment_status", "total")
            assert [row["version"], *(row[name] for name in told)] == [
                version,
                *(getattr(order, name) for name in told),
            ]


def test_rows_agree_with_what_readers_see(project):
    samples.place(60, seed=7)
    project()
    assert set(OrderDeadline.objects.using("read").values_list("awaits", flat=True)) == {"expire", "close", ""}
    assert disagreements() == {}


@given_any(lives())
@settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_a_row_waits_for_exactly_what_the_order_would_allow(told):
    (row,) = folded(OrderDeadlines(), story(*told))
    allowed = [name for name, command in (("expire", expire()), ("close", close())) if _is_allowed(command, told)]
    assert allowed == [row["awaits"]] * bool(row["awaits"])


def _is_allowed(command, told):
    try:
        return bool(decide(command, replay(told)))
    except DomainError:
        return False
