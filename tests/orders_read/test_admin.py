"""The orders in Django's admin: to look at only."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders_read.models import OrderView
from tests.orders_read.conftest import ADA_TEA, GRACE_BOWLS

ORDERS = "/admin/orders_read/orderview/"


@pytest.fixture
def staff(databases):
    """A client signed in as a superuser, who may do what anyone may."""
    User.objects.filter(username="ada").delete()
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    yield client
    User.objects.filter(username="ada").delete()


def test_the_list_and_its_search(shop, staff):
    assert str(GRACE_BOWLS) in staff.get(ORDERS).content.decode()
    found = staff.get(ORDERS, {"q": "536365"}).content.decode()
    assert str(ADA_TEA) in found
    assert str(GRACE_BOWLS) not in found
    by_id = staff.get(ORDERS, {"q": f" {ADA_TEA} "}).content.decode()
    assert str(ADA_TEA) in by_id
    assert str(GRACE_BOWLS) not in by_id


def test_an_order_is_shown_without_a_field_to_edit(shop, staff):
    page = staff.get(f"{ORDERS}{ADA_TEA}/change/").content.decode()
    assert "Darjeeling tea" in page
    assert 'name="_save"' not in page


@pytest.mark.parametrize("action", ["add/", f"{ADA_TEA}/change/", f"{ADA_TEA}/delete/"])
def test_nothing_can_be_changed(shop, staff, action):
    before = list(OrderView.objects.order_by("pk").values())
    assert staff.post(ORDERS + action, {"status": "shipped", "post": "yes"}).status_code == 403
    assert list(OrderView.objects.order_by("pk").values()) == before
