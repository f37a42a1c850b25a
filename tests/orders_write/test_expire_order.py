"""ExpireOrder: what it leads to, and every rule that refuses it."""

from decimal import Decimal

from orders_write.domain.errors import OrderIsCancelled, OrderIsConfirmed, OrderIsExpired, OrderNotFound
from orders_write.domain.events import OrderExpired, PaymentVoided
from tests.builders import ADA, TEA_LINE, authorize, cancel, confirm, create, expire, hold
from tests.given_when_then import given, given_done


def _expired(lines=(TEA_LINE,), total="7.00"):
    sums = {"total": Decimal(total), "worth": Decimal(total)}
    return OrderExpired(order_status="expired", fulfillment_status="unfulfilled", lines=lines, **sums, **ADA)


def test_an_order_that_was_never_confirmed_is_given_up():
    given_done(create()).when(expire()).then(_expired())
    given_done(create(), hold()).when(expire()).then(_expired())
    given_done(create(draft=True, items=())).when(expire()).then(_expired((), "0"))


def test_what_is_authorised_is_voided_first():
    voided = PaymentVoided(amount=Decimal(7), reference=None, authorised=Decimal(0), payment_status="voided")
    given_done(create(), authorize()).when(expire()).then(voided, _expired())


def test_confirmed_and_ended_orders_do_not_expire():
    given().when(expire()).then_refused(OrderNotFound, "There is no order")
    given_done(create(), confirm()).when(expire()).then_refused(OrderIsConfirmed, "is confirmed")
    given_done(create(), cancel()).when(expire()).then_refused(OrderIsCancelled, "is cancelled")
    given_done(create(), expire()).when(expire()).then_refused(OrderIsExpired, "takes notes only")
