"""The log in the admin: to be looked at, by whoever may, and never changed."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from orders_write.models import Event


@pytest.fixture
def admin(databases):
    """A browser with a superuser behind it; the account is gone afterwards."""
    user = get_user_model().objects.create_superuser("root", "root@localhost", "secret")
    client = Client()
    client.force_login(user)
    yield client
    user.delete()


def test_events_are_listed_and_found_by_their_order(admin, place):
    first, second = place(), place()
    assert str(first) in admin.get("/admin/orders_write/event/").content.decode()
    found = admin.get(f"/admin/orders_write/event/?q={second}").content.decode()
    assert str(second) in found
    assert str(first) not in found


def test_an_event_can_be_read_but_not_changed_added_or_deleted(admin, place):
    place()
    event = Event.objects.get()
    page = f"/admin/orders_write/event/{event.position}"
    content = admin.get(f"{page}/change/").content.decode()
    assert "OrderCreated" in content
    assert 'name="_save"' not in content
    assert admin.post(f"{page}/change/", {"data": "{}"}).status_code == 403
    assert admin.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get("/admin/orders_write/event/add/").status_code == 403
    assert Event.objects.get() == event
