"""What the engine remembers, in Django's admin: to look at only."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from projections import rebuild, watch
from projections.catch_up import catch_up
from projections.parking import skip
from projections.registry import PROJECTORS
from tests.projections.helpers import poison

ORDER_VIEWS = PROJECTORS[0]
MODELS = ("rebuild", "parkedevent", "skippedevent", "verification", "projectionlagsample")


@pytest.fixture
def staff(databases):
    """A client signed in as a superuser, who may do what anyone may."""
    User.objects.filter(username="ada").delete()
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    yield client
    User.objects.filter(username="ada").delete()


@pytest.fixture
def remembered(shop):
    """A shop where everything that the engine remembers has happened once."""
    rebuild.rebuild(ORDER_VIEWS)
    watch.sample_lag()
    watch.verify_next()
    for order_id in shop[:2]:
        poison(order_id, version=3)
    catch_up(ORDER_VIEWS)
    skip(ORDER_VIEWS, shop[0], reason="a writer's fault", by="ada")


@pytest.mark.parametrize("model", MODELS)
def test_it_is_listed_and_cannot_be_changed(remembered, staff, model):
    page = staff.get(f"/admin/projections/{model}/").content.decode()
    assert "order_views" in page
    assert staff.post(f"/admin/projections/{model}/add/", {}).status_code == 403
    assert staff.get(f"/admin/projections/{model}/1/delete/").status_code in (302, 403)
