"""Orders in a real browser: found, walked through, changed, and changed by two people at a time."""

import csv
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from orders_write.command_bus import Context, dispatch
from tests.builders import add, create, percent
from tests.dashboard.browser import PASSWORD
from tests.dashboard.staff import VIEW, member
from tests.e2e.service import eventually
from tests.given_when_then import ORDER
from tests.projections.helpers import all_posted

PAGE = f"/admin/orders/{ORDER}/"


@pytest.fixture(scope="module")
def order(service, django_db_blocker):
    """An order of tea and jam at version 3, that the running worker has posted."""
    with django_db_blocker.unblock():
        for command in (create(), add(), percent("10")):
            dispatch(command, Context("grace"))
        eventually(all_posted, "all is posted")


def _do(page, action, **typed):
    page.get_by_role("link", name=action, exact=True).click()
    dialog = page.get_by_role("dialog")
    for label, value in typed.items():
        dialog.get_by_label(label.replace("_", " "), exact=False).first.fill(value)
    dialog.get_by_role("button", name=action, exact=True).click()


def test_an_order_is_found_by_a_products_name_and_exported(visit, user, order, tmp_path):
    page = visit().sign_in(user("ada"))
    page.goto("/admin/orders/")
    page.get_by_label("Words").fill("darjeeling")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator("mark")).to_have_text("Darjeeling")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    download.value.save_as(tmp_path / "orders.csv")
    (row,) = csv.DictReader((tmp_path / "orders.csv").read_text().splitlines())
    assert (row["order_id"], row["version"], Decimal(row["total"])) == (str(ORDER), "3", Decimal("6.635"))
    page.get_by_role("link", name=str(ORDER)).click()
    expect(page).to_have_title(f"Order {ORDER} | Daybook")


def test_its_versions_are_walked_by_slider_keyboard_and_links(visit, user, order):
    page = visit().sign_in(user("ada"))
    page.goto(PAGE)
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("As it was at version 1 of 3.")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("As it was at version 2 of 3.")).to_be_visible()
    expect(page.get_by_role("row", name="Strawberry jam")).to_contain_text("new")
    expect(slider).to_be_focused()
    assert page.url.endswith("?version=2")
    slider.fill("3")
    expect(page.get_by_text("Version 3, the newest")).to_be_visible()
    page.get_by_role("link", name="Version 2", exact=True).click()
    expect(page.get_by_text("As it was at version 2 of 3.")).to_be_visible()
    expect(slider).to_have_value("2")
    page.get_by_role("link", name="Back to now", exact=True).click()
    expect(page.get_by_role("link", name="Add an item")).to_be_visible()


def test_an_item_is_added_two_people_meet_and_the_order_is_cancelled(visit, user, order):
    ada, grace = visit().sign_in(user("ada")), visit().sign_in(user("grace"))
    for page in (ada, grace):
        page.goto(PAGE)
    _do(ada, "Add an item", Product="pin", Name="Pin", Quantity="2", Unit_price="0.50")
    expect(ada.get_by_text("Item added: the order is at version 4.")).to_be_visible()
    expect(ada.get_by_role("row", name="Pin")).to_contain_text("1.00 GBP")
    grace.get_by_role("link", name="Cancel the order").click()
    dialog = grace.get_by_role("dialog")
    expect(dialog).to_contain_text("v4 by ada")
    dialog.get_by_label("Reason").fill("out of tea")
    _do(ada, "Add a note", Text="ring twice")
    expect(ada.get_by_text("Note added: the order is at version 5.")).to_be_visible()
    dialog.get_by_role("button", name="Cancel the order").click()
    expect(dialog).to_contain_text("Somebody else was faster. Nothing of yours was done.")
    expect(dialog).to_contain_text("v5 by ada")
    expect(dialog.get_by_label("Reason")).to_have_value("out of tea")
    dialog.get_by_role("button", name="Cancel the order").click()
    expect(grace.get_by_text("Cancelled: the order is at version 6.")).to_be_visible()
    expect(grace.get_by_role("definition").first).to_have_text("cancelled")
    expect(grace.get_by_role("link", name="Add an item")).to_have_count(0)


def test_a_wrong_form_keeps_what_was_typed_beside_its_error(visit, user, order):
    page = visit(viewport={"width": 390, "height": 844}).sign_in(user("ada"))
    page.goto("/admin/orders/new/")
    page.get_by_label("Country").fill("EIRE")
    row = page.get_by_role("group", name="Item 1")
    for label, typed in {"Product": "pin", "Name": "Pin", "Quantity": "0", "Unit price": "1"}.items():
        row.get_by_label(label).fill(typed)
    page.get_by_role("button", name="Place the order").click()
    expect(row.get_by_text("A quantity is a whole number from 1 to 1000000, not 0.")).to_be_visible()
    row.get_by_label("Quantity").fill("2")
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_text("Order placed.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_viewer_sees_no_forms(visit, order, django_db_blocker):
    with django_db_blocker.unblock():
        viewer = member("only looks", VIEW)
        viewer.set_password(PASSWORD)
        viewer.save()
    page = visit().sign_in("only looks")
    page.goto(PAGE)
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.get_by_role("heading", name="What can be done")).to_have_count(0)
    expect(page.locator(".db-page form[method=post]")).to_have_count(0)
