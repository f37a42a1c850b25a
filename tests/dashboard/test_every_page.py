"""Every page of the dashboard, with orders in it, is for everybody: for axe, on a narrow screen, by keyboard."""

import pytest

from orders_write import samples
from tests.dashboard import screenshots
from tests.dashboard.accessibility import accessible, reachable
from tests.e2e.service import eventually
from tests.projections.helpers import all_posted


@pytest.mark.timeout(300)
def test_every_page_is_for_everybody(visit, user, service):
    samples.place(20, seed=7, days=3)
    eventually(all_posted, "all is posted")
    page = visit().sign_in(user("ada"))
    found = []
    for name, address in screenshots.addresses().items():
        if name == "overview" or name not in screenshots.OTHERS:
            page.goto(address)
            found += _objections(page)
    assert found == []


def _objections(page):
    """Return what axe or the keyboard finds, page by page."""
    found = []
    for check in (accessible, reachable):
        try:
            check(page)
        except AssertionError as error:
            found.append(str(error)[:1500])
    return found
