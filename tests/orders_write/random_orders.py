"""Random commands for one order, likely enough to be taken that an order gets far, and the lives that come of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from orders_write.domain import commands
from orders_write.domain.commands import Command
from orders_write.domain.ending import ENDED
from orders_write.domain.errors import DomainError
from orders_write.domain.events import Event
from orders_write.domain.order import Order, decide, evolve
from orders_write.domain.values import Item, LineQuantity
from tests.builders import DUBLIN, LEEDS, create
from tests.given_when_then import ORDER

Wish = Callable[[Order], Command]
PRODUCTS = ("tea", "jam", "pin")
PRICES = st.sampled_from([Decimal(price) for price in ("0", "0.125", "0.3333", "3.50", "10")])
ITEMS = st.builds(Item, st.sampled_from(PRODUCTS), st.sampled_from(["Tea", "Jam/Jelly"]), st.integers(1, 4), PRICES)
TEXTS = st.sampled_from(["because", "ring twice", "late", "wet", "no", " "])
REFERENCES = st.integers(1, 200).map("ref-{}".format)
NUMBERS = st.sampled_from([1, 1, 1, 2, 2, 3])
DISCOUNTS = st.sampled_from([Decimal(off) for off in ("0", "0.5", "10", "33.3333", "100")])


BEGINNINGS = st.builds(
    lambda items, currency, customer: create(items=tuple(items), currency=currency, customer_id=customer, draft=True),
    st.lists(ITEMS, max_size=3),
    st.sampled_from(["GBP", "JPY", "KWD"]),
    st.sampled_from(["ada", None]),
)


def _asked(kind: Callable[..., Command], **facts: st.SearchStrategy[Any]) -> st.SearchStrategy[Wish]:
    """Wishes for a command; an amount among its facts is worked out on the order as it is then."""
    return st.fixed_dictionaries(facts).map(lambda said: lambda order: _command(kind, said, order))


def _command(kind: Callable[..., Command], said: dict[str, Any], order: Order) -> Command:
    return kind(order_id=ORDER, **{name: fact(order) if callable(fact) else fact for name, fact in said.items()})


QUANTITIES = st.lists(st.builds(LineQuantity, NUMBERS, st.integers(1, 3)), min_size=1, max_size=2).map(tuple)
AMOUNTS = st.sampled_from([
    lambda order: order.total,
    lambda order: order.total - order.captured,
    lambda order: order.authorised - order.captured,
    lambda order: order.captured - order.refunded,
    lambda order: Decimal("0.1"),
])  # fmt: skip
PAYMENT = {"amount": AMOUNTS, "reference": REFERENCES}
BUILDING = [
    _asked(commands.AddOrderItem, item=ITEMS),
    _asked(commands.ChangeItemQuantity, line=NUMBERS, quantity=st.integers(0, 5)),
    _asked(commands.RemoveOrderItem, line=NUMBERS),
    _asked(commands.ApplyDiscount, percent=DISCOUNTS, line=st.none() | NUMBERS),
    _asked(commands.ApplyDiscount, amount=DISCOUNTS, line=st.none() | NUMBERS),
    _asked(commands.SetShippingFee, amount=PRICES),
    _asked(commands.ConfirmOrder),
]
MOVING = [
    _asked(commands.FulfillItems, items=st.just(()) | QUANTITIES),
    _asked(commands.FulfillItems, items=QUANTITIES),
    _asked(commands.MarkDelivered, fulfillment=NUMBERS),
    _asked(commands.ReturnItems, items=QUANTITIES, reason=TEXTS),
    _asked(commands.ReleaseHold),
    _asked(commands.CancelFulfillment, fulfillment=NUMBERS, reason=TEXTS),
    _asked(commands.UpdateTracking, fulfillment=NUMBERS, carrier=TEXTS, tracking=TEXTS),
    _asked(commands.HoldFulfillment, reason=TEXTS),
]
ANY_TIME = [
    _asked(commands.AuthorizePayment, **PAYMENT),
    _asked(commands.CapturePayment, **PAYMENT),
    _asked(commands.IssueRefund, **PAYMENT, reason=TEXTS),
    _asked(commands.RecordPaymentFailure, **PAYMENT, reason=TEXTS),
    _asked(commands.VoidPayment, reference=REFERENCES),
    _asked(commands.SetShippingAddress, shipping_address=st.sampled_from([LEEDS, DUBLIN])),
]
ENDING = [
    _asked(commands.CloseOrder),
    _asked(commands.CancelOrder, reason=TEXTS, restock=st.booleans()),
    _asked(commands.ExpireOrder),
    _asked(commands.AddNote, text=TEXTS),
]


@st.composite
def _one_of(draw: st.DrawFn, branches: list[st.SearchStrategy[Wish]]) -> Wish:
    """One of the branches; one that is in the list more often is taken more often."""
    return draw(draw(st.sampled_from(branches)))


BEFORE_CONFIRMATION = _one_of(ANY_TIME * 2 + BUILDING * 4 + BUILDING[-1:] * 20 + MOVING + ENDING)
AFTER_CONFIRMATION = _one_of(
    ANY_TIME * 4 + ANY_TIME[:3] * 4 + MOVING * 4 + MOVING[:5] * 8 + BUILDING + ENDING[:1] * 12 + ENDING
)
AFTER_THE_END = _one_of(ENDING * 4 + ANY_TIME + MOVING + BUILDING)


def wishes(order: Order) -> st.SearchStrategy[Wish]:
    """Wishes of every kind for an order as it is, most often for what it may take; its end is seldom wished for."""
    if order.order_status in ENDED:
        return AFTER_THE_END
    return AFTER_CONFIRMATION if order.is_confirmed else BEFORE_CONFIRMATION


@st.composite
def lives(draw: st.DrawFn, most: int = 40) -> list[Event]:
    """The events of one order's random life."""
    told = decide(draw(BEGINNINGS), None)
    order = evolve(None, told[0])
    for _ in range(draw(st.integers(0, most))):
        try:
            new = decide(draw(wishes(order))(order), order)
        except DomainError:
            continue
        for event in new:
            order = evolve(order, event)
        told += new
    return told
