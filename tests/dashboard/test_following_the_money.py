"""In a real browser: from the log along an event's chain to the rows it touched, and from a chart to its file."""

import csv
import json
from pathlib import Path

from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import AddNote, CreateOrder
from orders_write.domain.values import Address
from orders_write.ids import event_id, new_id
from tests.builders import JAM, TEA
from tests.e2e.service import eventually

_PIXELS = """
    canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(one => one > 0)
"""


def _order():
    order_id, leeds = new_id(), Address("United Kingdom", city="Leeds")
    placed = CreateOrder(order_id=order_id, customer_id="ada", currency="GBP", items=(TEA, JAM), shipping_address=leeds)
    asked = Context("shop")
    dispatch(placed, asked)
    reaction = Context("letterbox", correlation_id=asked.correlation_id, causation_id=event_id(order_id, 1))
    dispatch(AddNote(order_id=order_id, text="thank you letter sent"), reaction)
    return order_id


def test_the_log_is_filtered_and_an_event_followed_to_its_cause_and_its_rows(visit, user):
    order_id = _order()
    page = visit().sign_in(user("ada"))
    page.get_by_role("link", name="Event log").click()
    page.get_by_text("Types: all").click()
    page.get_by_label("NoteAdded").check()
    page.get_by_label("Actor").fill("letterbox")
    page.get_by_role("button", name="Filter").click()
    page.get_by_text("Types: 1 chosen").wait_for()
    assert page.get_by_role("row").count() == 2
    page.get_by_role("link", name="NoteAdded").click()
    page.get_by_label("What it says").get_by_text("thank you letter sent").wait_for()
    page.get_by_role("region", name="Causes and effects").get_by_role("link", name="OrderCreated").click()
    page.get_by_role("heading", name="OrderCreated at position").wait_for()
    assert page.get_by_text(str(order_id)).first.is_visible()
    page.get_by_role("link", name="Open ada GBP in customer_summaries").click()
    page.get_by_role("heading", name="Customer ada").wait_for()
    assert page.get_by_role("heading", name="Delete").count() == 0


def _cells(page):
    return [row.split("\t") for row in page.locator(".db-table tbody").inner_text().splitlines()]


def test_a_report_is_drawn_and_its_file_says_the_same(visit, user, tmp_path):
    _order()
    page = visit().sign_in(user("ada"))
    page.get_by_role("link", name="bar_chart Sales").click()
    page.get_by_role("link", name="By product").click()
    eventually(lambda: page.reload() and page.get_by_role("cell", name="Darjeeling").count(), "the report is posted")
    assert page.locator("canvas").evaluate_all(f"all => all.map({_PIXELS.strip()})") == [True, True]
    shown = _cells(page)
    revenue = json.loads(page.locator("canvas").first.get_attribute("data-chart"))
    assert [float(one) for one in revenue["datasets"][0]["data"]] == [float(row[-1]) for row in shown]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    download.value.save_as(tmp_path / "sales.csv")
    with Path(tmp_path / "sales.csv").open(newline="") as file:
        rows = [[row[0], *row[2:]] for row in csv.reader(file)]
    assert rows[1:] == shown
