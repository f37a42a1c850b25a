"""A draft: an order that is begun without a line."""

from decimal import Decimal

from orders_write.domain.errors import InvalidCommand
from tests.builders import TEA, TEA_LINE, add, added, create, created
from tests.given_when_then import given, given_done

DRAFT = create(draft=True, items=())


def test_a_draft_has_no_lines_and_costs_nothing():
    given().when(DRAFT).then(created(lines=(), total=Decimal(0), order_status="draft"))


def test_with_lines_it_is_placed():
    given().when(create(draft=True)).then(created())
    given_done(DRAFT).when(add(TEA)).then(added(TEA_LINE, "7.00"))


def test_only_a_draft_has_no_lines():
    given().when(create(items=())).then_refused(InvalidCommand, "at least one item")
