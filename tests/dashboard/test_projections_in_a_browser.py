"""The projections of the running service in a browser: behind, paused, held, compared, rebuilt; and put right again."""

from uuid import UUID, uuid4

import pytest

from orders_write.models import AuditEntry
from tests.databases import owner_connection
from tests.e2e.service import eventually
from tests.projections.helpers import poison

ORDER_VIEWS = "/admin/projections/order_views/"
_AS_ANOTHER = (
    "update events set data = (select data from events where stream_id = %s and version = 2) where position = %s"
)
TEA = {"product_id": "tea", "name": "Tea", "quantity": 2, "unit_price": "3.50"}
JAM = {"product_id": "jam", "name": "Jam", "quantity": 1, "unit_price": "2"}


@pytest.fixture
def place(service):
    """Return a function that places an order over HTTP and waits until it is shown, unless told not to."""

    def run(*, extended: bool = False, shown: bool = True) -> UUID:
        order_id = str(uuid4())
        address = {"recipient": "Ada", "line1": "1 High Street", "city": "Leeds", "country": "United Kingdom"}
        body = {
            "order_id": order_id,
            "customer_id": "ada",
            "currency": "GBP",
            "items": [TEA],
            "shipping_address": address,
        }
        answer = service.call("POST", "/api/orders", body)
        assert answer[0] == 201, answer
        if extended:
            assert service.call("POST", f"/api/orders/{order_id}/items", JAM)[0] == 200
        if shown:
            eventually(lambda: service.call("GET", f"/api/orders/{order_id}")[0] == 200, "the order is shown")
        return UUID(order_id)

    return run


@pytest.fixture
def page(visit, user):
    """The page of `order_views`, opened by an administrator."""
    opened = visit().sign_in(user("ada"))
    opened.set_default_timeout(
        60_000
    )  # a worker starts a process for what is asked, which takes its time when all are busy
    opened.goto(ORDER_VIEWS)
    return opened


def _confirm(page, opener, button, **fields):
    """Open a dialog, fill it in and confirm it."""
    page.get_by_role("button", name=opener, exact=True).click()
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name=button, exact=True).click()


def _tile(page, name):
    return page.locator(".db-tile", has_text=name)


def test_a_projection_falls_behind_without_a_worker_and_recovers(visit, user, service, place):
    page = visit().sign_in(user("ada"))
    page.set_default_timeout(60_000)
    place()
    page.get_by_text("Everything is all right.").wait_for()
    service.kill("worker")
    place(shown=False)
    row = page.get_by_role("row", name="order_views")
    row.get_by_text("(over 2 s)").wait_for()
    row.get_by_text("1 event,").wait_for()
    page.get_by_text("behind; its objective is 2 s.").first.wait_for()
    service.start("worker")
    page.get_by_text("Everything is all right.").wait_for()
    assert row.get_by_text("on time (within 2 s)").is_visible()


def test_a_rebuild_shows_its_bar_until_the_swap(page, place):
    place()
    with owner_connection("read") as reader:
        reader.execute("begin")
        reader.execute("select count(*) from order_views")  # the swap waits for whoever reads
        _confirm(page, "Rebuild", "Rebuild", Reason="new code")
        page.get_by_text("Asked a worker to rebuild").wait_for()
        page.get_by_role("progressbar", name="Rebuild: 100").wait_for()
        page.get_by_text("Swap them in").and_(page.locator("[aria-current=step]")).wait_for()
        reader.execute("commit")
    page.get_by_role("row", name="done ada").wait_for()
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    page.get_by_role("row", name="1 1 of 1 active").wait_for()
    recorded = AuditEntry.objects.filter(target="order_views").order_by("pk")
    assert list(recorded.values_list("action", "actor", "reason")) == [
        ("rebuild projection", "ada", "new code"),
        ("roll back projection", "ada", ""),
    ]


def test_a_poisoned_stream_is_held_retried_and_skipped(page, place):
    healthy, fixed, hopeless = place(extended=True), place(), place()
    position = poison(fixed, version=2)
    poison(hopeless, version=2)
    held = page.get_by_role("article", name=f"Stream {fixed}")
    held.get_by_text("its JSON is not that of OrderItemAdded").first.wait_for()
    held.get_by_role("button", name="Retry").click()
    page.get_by_text(f"Stream {fixed} is still held").wait_for()
    with owner_connection("default") as owner:
        owner.execute("alter table events disable trigger events_append_only")
        owner.execute(_AS_ANOTHER, [healthy, position])
        owner.execute("alter table events enable always trigger events_append_only")
    held.get_by_role("button", name="Retry").click()
    page.get_by_text(f"Stream {fixed} is free: 1 waiting events applied.").wait_for()
    page.get_by_role("article", name=f"Stream {hopeless}").get_by_role("button", name="Skip…").click()
    page.get_by_label("Why may it be skipped?").fill("a writer's fault")
    page.get_by_role("button", name="Skip it").click()
    page.get_by_role("row", name="a writer's fault ada").wait_for()
    page.get_by_text("None. An event that cannot be applied would hold").wait_for()


def test_a_comparison_shows_differences_field_by_field_and_a_repair_ends_them(page, place):
    order_id = place()
    with owner_connection("read") as owner:
        owner.execute("update order_views set total = 999 where order_id = %s", [order_id])
    page.get_by_role("button", name="Verify").click()
    page.get_by_label("Compare", exact=True).select_option("verify all rows")
    page.get_by_role("dialog").get_by_role("button", name="Verify").click()
    page.get_by_role("row", name=f"{order_id} total 999.0000 7.0000").wait_for()
    _confirm(page, "Repair differing rows", "Repair")
    page.get_by_text("0 of").and_(page.locator("#compared p")).wait_for()


def test_a_paused_projection_stays_until_it_is_resumed(page, place):
    place()
    _confirm(page, "Pause", "Pause", Reason="an import runs")
    page.get_by_text("by ada").and_(page.locator("#standing p")).wait_for()
    place(shown=False)
    _tile(page, "Events behind").get_by_text("1", exact=True).wait_for()
    _confirm(page, "Resume", "Resume")
    _tile(page, "Events behind").get_by_text("0", exact=True).wait_for()
