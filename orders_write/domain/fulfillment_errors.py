"""How the business says no to shipping and returns: one class per rule, with the figures."""

from orders_write.domain.errors import DomainError


class AddressIsFixed(DomainError):
    """Where an order goes does not change once something of it is on its way."""

    code = "address-is-fixed"

    def __init__(self, fulfilled: int) -> None:
        super().__init__(f"Cannot change the shipping address: {fulfilled} units are fulfilled; cancel that first.")


class FulfillmentTooLarge(DomainError):
    """No more is fulfilled than was ordered."""

    code = "fulfillment-too-large"

    def __init__(self, line: int, quantity: int, ordered: int, fulfilled: int) -> None:
        super().__init__(f"Cannot fulfill {quantity} of line {line}: {ordered} ordered, {fulfilled} fulfilled.")


class NothingToFulfill(DomainError):
    """Everything is shipped already."""

    code = "nothing-to-fulfill"

    def __init__(self, ordered: int) -> None:
        super().__init__(f"There is nothing left to fulfill: {ordered} units ordered, {ordered} fulfilled.")


class OrderIsOnHold(DomainError):
    """Nothing ships on hold."""

    code = "order-is-on-hold"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The order is on hold ({reason}); release it first.")


class OrderIsNotOnHold(DomainError):
    """Only what is held is released."""

    code = "order-is-not-on-hold"

    def __init__(self) -> None:
        super().__init__("The order is not on hold; there is nothing to release.")


class FulfillmentNotFound(DomainError):
    """The order has no such fulfillment."""

    code = "fulfillment-not-found"

    def __init__(self, fulfillment: int, fulfillments: int) -> None:
        super().__init__(f"The order has no fulfillment {fulfillment}; it has {fulfillments}, numbered from 1.")


class FulfillmentIsCancelled(DomainError):
    """A cancelled fulfillment is over."""

    code = "fulfillment-is-cancelled"

    def __init__(self, fulfillment: int) -> None:
        super().__init__(f"Fulfillment {fulfillment} is cancelled; fulfill its items again.")


class FulfillmentIsDelivered(DomainError):
    """A fulfillment arrives once, and cannot be cancelled any more."""

    code = "fulfillment-is-delivered"

    def __init__(self, fulfillment: int) -> None:
        super().__init__(f"Fulfillment {fulfillment} is delivered; return its items instead.")


class FulfillmentIsReturned(DomainError):
    """A fulfillment whose items came back cannot be cancelled."""

    code = "fulfillment-is-returned"

    def __init__(self, fulfillment: int, line: int, fulfilled: int, returned: int) -> None:
        super().__init__(
            f"Cannot cancel fulfillment {fulfillment}: of line {line}, {fulfilled} fulfilled, {returned} returned."
        )


class ReturnTooLarge(DomainError):
    """No more is returned than was fulfilled."""

    code = "return-too-large"

    def __init__(self, line: int, quantity: int, fulfilled: int, returned: int) -> None:
        super().__init__(f"Cannot return {quantity} of line {line}: {fulfilled} fulfilled, {returned} returned.")


class OrderIsFulfilled(DomainError):
    """An order of which something was shipped is not cancelled."""

    code = "order-is-fulfilled"

    def __init__(self, fulfilled: int) -> None:
        super().__init__(f"Cannot cancel the order: {fulfilled} units are fulfilled; have them returned instead.")
