"""Which orders a credit note's goods came from: the customer's own, earlier, newest first, one alone if it can be."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from orders_write.domain.values import Item
from orders_write.imports.credit_notes import NO_ORDER, NOT_ENOUGH, matched
from orders_write.imports.online_retail import Credit, Invoice, Row

START = datetime(2011, 6, 1, tzinfo=UTC)


def _invoice(number, day, *quantities, customer="77", product="tea", price="2"):
    items = [Item(product, product, quantity, Decimal(price)) for quantity in quantities]
    return Invoice(number, START + timedelta(days=day), customer, "EIRE", items=items)


def _credit(quantity, *, day=9, note="C1", number=1, customer="77", product="tea", price="2"):
    row = Row(number, (note,))
    return Credit(row, START + timedelta(days=day), customer, product, quantity, Decimal(price))


def _found(invoices, *credits):
    returns, rejected = matched(invoices, credits)
    taken = [(back.credit_note, back.invoice.number, dict(back.lines), str(back.refund)) for back in returns]
    return taken, [(credit.row.number, reason) for credit, reason in rejected]


def test_the_newest_order_that_has_enough_alone_is_taken():
    orders = [_invoice("1", 1, 5), _invoice("2", 2, 5), _invoice("3", 3, 1)]
    assert _found(orders, _credit(2)) == ([("C1", "2", {1: 2}, "4")], [])


def test_lines_of_one_order_give_together():
    assert _found([_invoice("1", 1, 1, 3)], _credit(3)) == ([("C1", "1", {1: 1, 2: 2}, "6")], [])


def test_several_orders_give_what_they_have_when_none_has_enough_alone():
    orders = [_invoice("1", 1, 2), _invoice("2", 2, 2)]
    assert _found(orders, _credit(3)) == ([("C1", "2", {1: 2}, "4"), ("C1", "1", {1: 1}, "2")], [])


def test_what_came_back_does_not_come_back_again():
    later = _credit(2, day=10, note="C2", number=2)
    assert _found([_invoice("1", 1, 3)], later, _credit(2)) == ([("C1", "1", {1: 2}, "4")], [(2, NOT_ENOUGH)])


@pytest.mark.parametrize(
    "order",
    [
        _invoice("1", 1, 3, customer="78"),
        _invoice("1", 1, 3, customer=None),
        _invoice("1", 1, 3, product="jam"),
        _invoice("1", 9, 3),
        _invoice("1", 10, 3),
    ],
    ids=["another customer's", "a guest's", "of another product", "at the same time", "later"],
)
def test_only_earlier_orders_of_the_same_customer_and_product_count(order):
    assert _found([order], _credit(1)) == ([], [(1, NO_ORDER)])


def test_rows_of_one_note_on_one_order_are_one_return_with_one_refund():
    rows = [_credit(1), _credit(1, number=2, day=9.001, price="1.50")]
    assert _found([_invoice("1", 1, 3)], *rows) == ([("C1", "1", {1: 2}, "3.50")], [])


def test_a_refund_ends_where_what_was_paid_ends():
    returns, _ = matched([_invoice("1", 1, 3)], [_credit(1, price="5"), _credit(1, number=2, price="5")])
    assert [(back.refund, back.excess) for back in returns] == [(Decimal(6), Decimal(4))]


def test_goods_that_were_free_bring_no_money():
    (back,), _ = matched([_invoice("1", 1, 3, price="0")], [_credit(1)])
    assert (back.money(), back.units) == (None, 1)
