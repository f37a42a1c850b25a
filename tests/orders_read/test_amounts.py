"""Amounts as people write them: exact, with at least the currency's own decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_read.serializers import amount


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        ("12.5", "GBP", "12.50"),
        ("12.5000", "GBP", "12.50"),
        ("0.125", "GBP", "0.125"),
        ("0.0001", "GBP", "0.0001"),
        ("0", "GBP", "0.00"),
        ("0E-4", "GBP", "0.00"),
        ("1200.0000", "JPY", "1200"),
        ("1E+3", "JPY", "1000"),
        ("0.5", "JPY", "0.5"),
        ("99.9", "BHD", "99.900"),
        ("1", "XAU", "1"),
        ("999999999999999.9999", "GBP", "999999999999999.9999"),
    ],
)
def test_amount(value, currency, expected):
    assert amount(Decimal(value), currency) == expected


@given(st.decimals("0", "999999999999999", places=4), st.sampled_from(["GBP", "JPY", "BHD", "CLF"]))
def test_no_digit_is_lost(value, currency):
    written = amount(value, currency)
    assert Decimal(written) == value
    assert not written.endswith(".")
