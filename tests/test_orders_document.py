"""docs/orders.md names every command, every state and every error code of the domain, and no others."""

import re
from pathlib import Path
from typing import get_args

from orders_write.domain import fulfillment_errors, payment_errors
from orders_write.domain.commands import COMMANDS
from orders_write.domain.errors import DomainError
from orders_write.domain.values import FulfillmentStatus, OrderStatus, PaymentStatus

TEXT = (Path(__file__).parent.parent / "docs" / "orders.md").read_text()
RULES = (fulfillment_errors, payment_errors)  # what is not imported is not among the subclasses


def _codes(kind=DomainError):
    return {found.code for found in kind.__subclasses__()}.union(*map(_codes, kind.__subclasses__()))


def test_every_error_code_is_documented_and_there_are_no_others():
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", TEXT)) == _codes()


def test_every_command_is_documented():
    rows = re.findall(r"^\| `([A-Z]\w+)` \|", TEXT, re.MULTILINE)
    assert set(rows) == {command.__name__ for command in COMMANDS}


def test_every_state_is_documented():
    states = {*get_args(OrderStatus), *get_args(PaymentStatus), *get_args(FulfillmentStatus)}
    assert states <= set(re.findall(r"`(\w+)`", TEXT))
