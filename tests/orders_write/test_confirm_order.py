"""ConfirmOrder: what it leads to, and every rule that refuses it."""

from decimal import Decimal

import msgspec

from orders_write.domain.errors import OrderHasNoLines, OrderIsCancelled, OrderIsConfirmed
from orders_write.domain.events import OrderConfirmed
from tests.builders import ADA, JAM_LINE, TEA_LINE, add, amount_off, cancel, confirm, create, fee, remove
from tests.given_when_then import given_done


def test_lines_and_amounts_are_frozen_in_the_event():
    frozen = OrderConfirmed(
        order_status="confirmed",
        lines=(msgspec.structs.replace(TEA_LINE, discount=Decimal(1)), JAM_LINE),
        subtotal=Decimal("6.375"),
        discount=Decimal(2),
        shipping_fee=Decimal("1.50"),
        total=Decimal("5.875"),
        **ADA,
    )
    built = (create(), add(), amount_off("1", line=1), amount_off("2"), fee("1.50"))
    given_done(*built).when(confirm()).then(frozen)


def test_a_draft_has_nothing_to_confirm():
    given_done(create(draft=True, items=())).when(confirm()).then_refused(OrderHasNoLines, "a draft with 0 lines")
    given_done(create(), remove(1)).when(confirm()).then_refused(OrderHasNoLines, "a draft with 0 lines")


def test_an_order_is_confirmed_once():
    given_done(create(), confirm()).when(confirm()).then_refused(OrderIsConfirmed, "is confirmed with a total of 7.00")


def test_a_cancelled_order_is_not_confirmed():
    given_done(create(), cancel()).when(confirm()).then_refused(OrderIsCancelled, "(out of tea) and takes notes only")
