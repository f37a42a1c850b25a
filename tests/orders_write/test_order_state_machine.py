"""Random commands, thousands of them: the order's rules hold whatever is asked, and readers see the same states.

`DAYBOOK_THOROUGH=1` tries 5,000 sequences of up to 60 commands instead of a few short ones.
"""

import os
from collections import Counter
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import data

from orders_write.domain import events
from orders_write.domain.ending import ENDED
from orders_write.domain.errors import DomainError
from orders_write.domain.order import decide, evolve, replay
from orders_write.domain.possible import possible
from orders_write.event_codec import decode, encode
from projections.projectors.order_views import OrderViews
from projections.testing import folded, story
from tests.orders_write.random_orders import BEGINNINGS, wishes

IS_THOROUGH = os.environ.get("DAYBOOK_THOROUGH") == "1"
STATES = ("order_status", "payment_status", "fulfillment_status")
SUMS = ("subtotal", "discount", "shipping_fee", "total", "authorised", "captured", "refunded")


class OneOrder(RuleBasedStateMachine):
    """An order, everything that has happened to it, and what must be true after each command."""

    @initialize(drawn=data())
    def begin(self, drawn):
        self.told, self.order = [], None
        self._ask(drawn.draw(BEGINNINGS))

    @rule(drawn=data())
    def ask(self, drawn):
        self._ask(drawn.draw(wishes(self.order))(self.order))

    def _ask(self, command):
        try:
            new = decide(command, self.order)
        except DomainError:
            return
        assert new
        assert self.order is None or type(command) in possible(command.order_id, self.order)
        assert self.order is None or self.order.order_status not in ENDED or isinstance(new[0], events.NoteAdded)
        for event in new:
            self._evolve(event)

    def _evolve(self, event):
        before, self.order = self.order, evolve(self.order, event)
        self.told.append(event)
        for name in (*STATES, *SUMS):
            if name in event.__struct_fields__:
                assert getattr(event, name) == getattr(self.order, name), (event, name)
        if before and before.order_status not in ("draft", "placed"):
            assert (self.order.lines, self.order.total) == (before.lines, before.total)

    def teardown(self):
        if self.told:
            self._replayed_from_storage_it_is_the_same()
            self._readers_see_it_as_it_is()
            self._what_happened_adds_up()

    def _replayed_from_storage_it_is_the_same(self):
        assert replay([decode(*encode(event)) for event in self.told]) == self.order

    def _readers_see_it_as_it_is(self):
        (row,) = folded(OrderViews(), story(*self.told))
        for name in (*STATES, *SUMS, "hold_reason", "country"):
            assert row[name] == getattr(self.order, name), name
        entries = [(item["line"], item["quantity"], Decimal(item["total"])) for item in row["items"]]
        assert entries == [(line.line, line.quantity, line.total) for line in self.order.lines]
        for count in ("fulfilled", "returned"):
            found = {item["line"]: item[count] for item in row["items"]}
            assert +Counter(found) == +Counter(getattr(self.order, count))
        assert [one["status"] for one in row["fulfillments"]] == [one.status for one in self.order.fulfillments]
        assert (row["unit_count"], row["version"]) == (self.order.units, len(self.told))

    def _what_happened_adds_up(self):
        changes = sum((event.total_change for event in self.told if hasattr(event, "total_change")), Decimal(0))
        assert self.told[0].total + changes == self.order.total
        paid = self._sums(events.PaymentCaptured), self._sums(events.RefundIssued)
        assert paid == (self.order.captured, self.order.refunded)
        held = self._sums(events.PaymentAuthorized) - self._sums(events.PaymentVoided)
        assert held == self.order.authorised
        used = [event.reference for event in self.told[1:] if getattr(event, "reference", None)]
        assert len(used) == len(set(used))

    def _sums(self, kind):
        return sum((event.amount for event in self.told if isinstance(event, kind)), Decimal(0))

    @invariant()
    def amounts_are_never_below_zero_and_add_up(self):
        order = self.order
        assert all(0 <= line.discount <= line.gross for line in order.lines)
        assert 0 <= order.discount <= order.subtotal == sum((line.total for line in order.lines), Decimal(0))
        assert order.total == order.subtotal - order.discount + order.shipping_fee >= 0

    @invariant()
    def money_goes_no_further_than_it_was_let(self):
        assert 0 <= self.order.refunded <= self.order.captured <= self.order.authorised

    @invariant()
    def goods_go_no_further_than_they_were_let(self):
        order = self.order
        for line in order.lines:
            returned, fulfilled = order.returned.get(line.line, 0), order.fulfilled.get(line.line, 0)
            assert 0 <= returned <= fulfilled <= line.quantity
        standing = Counter()
        for fulfillment in order.fulfillments:
            if fulfillment.status != "cancelled":
                standing.update({item.line: item.quantity for item in fulfillment.items})
        assert +standing == +Counter(order.fulfilled)

    @invariant()
    def what_is_not_confirmed_does_not_move(self):
        if self.order.order_status in ("draft", "placed", "expired"):
            assert (self.order.units_fulfilled, self.order.captured) == (0, 0)
        assert (self.order.order_status == "draft") <= (not self.order.lines)

    @invariant()
    def an_end_leaves_nothing_open(self):
        order = self.order
        if order.order_status in ENDED:
            assert order.authorised == order.captured
        if order.order_status == "cancelled":
            assert not order.units_fulfilled
            assert order.captured == order.refunded
        if order.order_status == "closed":
            assert order.fulfillment_status in ("delivered", "partly_returned", "returned")
            assert order.captured >= order.total or order.refunded


TestOneOrder = OneOrder.TestCase
TestOneOrder.settings = settings(
    max_examples=5_000 if IS_THOROUGH else 60,
    stateful_step_count=60 if IS_THOROUGH else 30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
