"""What may become of an order, as the events that the domain decides: between them, every type of event."""

from tests.builders import (
    DUBLIN,
    LEEDS,
    TEA,
    add,
    amount_off,
    authorize,
    cancel,
    capture,
    change_quantity,
    close,
    confirm,
    create,
    deliver,
    expire,
    fail,
    fee,
    fulfill,
    give_back,
    hold,
    move,
    note,
    percent,
    refund,
    release,
    remove,
    take_back,
    track,
    void,
)
from tests.given_when_then import events_of

BUILDING = (
    create(draft=True, items=(), shipping_address=DUBLIN, reference="web-1"),
    add(TEA), add(), change_quantity(2, 5), add(TEA), remove(1), move(LEEDS),
    amount_off("0.50"), percent("10", line=3), fee("2.95"), note("ring twice"),
)  # fmt: skip
PAYING = (fail(), authorize("20"), confirm(), capture("5"), capture("4", "c-2"), void())
SHIPPING = (
    fulfill((2, 5), (3, 1)), take_back(), hold(), release(), fulfill((3, 2)), track(2), deliver(2),
    fulfill(carrier="Royal Mail", tracking="RM2"), deliver(3),
)  # fmt: skip
RETURNING = (give_back((3, 1)), refund("3.15"))

HANDLED = events_of(*BUILDING, *PAYING, *SHIPPING, *RETURNING, close(), note("all is well"))
WITHDRAWN = events_of(*BUILDING, authorize("8"), cancel("changed my mind", restock=False), note("a pity"))
REFUNDED = events_of(*BUILDING, *PAYING, refund("5"), move(), refund("4", "r-2"), cancel("out of jam"))
EXPIRED = events_of(*BUILDING, authorize("8"), hold(), expire())
LIVES = (EXPIRED, REFUNDED, WITHDRAWN, HANDLED)

PAID = (create(), authorize(), confirm(), capture())
DELIVERED = (*PAID, fulfill(), deliver())
