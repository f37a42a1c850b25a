"""The pictures of the dashboard leave no page out."""

from config.dashboard.urls import PAGES
from tests.dashboard.screenshots import OTHERS, PARAMETERS, parameters


def test_every_page_has_a_picture():
    unknown = {page.name: [one for one in parameters(page) if one not in PARAMETERS] for page in PAGES.values()}
    assert {name: missing for name, missing in unknown.items() if missing} == {}
    assert OTHERS.keys() & {page.name for page in PAGES.values()} == set()
