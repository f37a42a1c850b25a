"""The import: every rule on made-up rows, and the real shop's year against its true figures.

That takes minutes: it is done where DAYBOOK_THOROUGH is set (`make thorough`), else the first weeks are added up.
"""

import csv
import gzip
import json
import os
from collections import Counter
from decimal import Decimal
from io import StringIO
from itertools import islice
from pathlib import Path
from uuid import uuid5
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Sum

from orders_read.models import CustomerSummary, DailySales, OrderView, ProductSales, TimelineEntry
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import ReturnItems
from orders_write.domain.values import LineQuantity
from orders_write.event_store import head, load_stream
from orders_write.imports.credit_notes import NO_ORDER, Return
from orders_write.imports.online_retail import COLUMNS, NAMESPACE
from orders_write.imports.sole import IMPORT_LOCK_KEY
from projections import rebuild
from projections.rebuild_run import Options
from projections.registry import PROJECTORS
from tests.agreement import disagreements
from tests.databases import owner_connection

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real shop's file is not here (../shared/data)")
FIRST_WEEKS = 20_000
TEA = ("100001", "T1", " EARL GREY ", "2", "2011-06-30 23:30", "3.505", "77", "EIRE")


BACK = ("C100009", "T1", "EARL GREY", "-1", "2011-07-02 10:00", "3.00", "77", "EIRE")
ORDER_EVENTS = ["OrderCreated", "OrderConfirmed", "PaymentAuthorized", "PaymentCaptured", "ItemsFulfilled"]


def _changed(row, **changes):
    return tuple((dict(zip(COLUMNS, row, strict=True)) | changes).values())


def _row(**changes):
    return _changed(TEA, **changes)


@pytest.fixture
def run(tmp_path, databases):
    """Return a function that imports rows and gives the summary and the rejected rows."""

    def imported(*rows, packed=False):
        path = tmp_path / ("shop.csv.gz" if packed else "shop.csv")
        with gzip.open(path, "wt", newline="") if packed else path.open("w", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
        return run_file(path)

    def run_file(path):
        printed, rejects = StringIO(), tmp_path / "rejects.csv"
        call_command("import_orders", str(path), "--format", "online-retail", "--rejects", str(rejects), "--json",
                     stdout=printed)  # fmt: skip
        return json.loads(printed.getvalue()), list(csv.reader(rejects.open()))[1:]

    imported.file = run_file
    return imported


@pytest.mark.parametrize("packed", [False, True])
def test_an_invoice_becomes_an_order_with_its_time_and_lines(run, project, packed):
    summary, rejected = run(TEA, _row(InvoiceNo="100002"), _row(StockCode="j", Description=""), TEA, packed=packed)
    assert (summary["rows"], summary["accepted_lines"], summary["orders"], rejected) == (4, 4, 2, [])
    project()
    order = OrderView.objects.using("read").get(reference="100001")
    assert [(item["product_id"], item["name"]) for item in order.items] == [
        ("T1", "EARL GREY"),
        ("j", "j"),
        ("T1", "EARL GREY"),
    ]
    assert (order.total, order.currency, order.customer_id, order.country) == (Decimal("21.03"), "GBP", "77", "EIRE")
    times = {order.created_at, order.confirmed_at, order.shipped_at, order.updated_at}
    assert [at.isoformat() for at in times] == ["2011-06-30T22:30:00+00:00"]
    assert (order.status, order.payment_status, order.captured) == ("shipped", "captured", order.total)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"InvoiceNo": "C100001"}, "credit note: quantity not negative"),
        ({"InvoiceNo": "C100001", "Quantity": "-1", "CustomerID": ""}, "credit note: no customer"),
        ({"InvoiceNo": "C100001", "Quantity": "-1", "UnitPrice": "0.00001"}, "credit note: price too fine"),
        ({"InvoiceNo": "C100001", "Quantity": "-1", "UnitPrice": "-1"}, "price negative"),
        ({"InvoiceNo": "C100001", "Quantity": "-1"}, NO_ORDER),
        ({"InvoiceNo": "C1", "Quantity": "-1"}, "not an order"),
        ({"InvoiceNo": "A100001"}, "not an order"),
        ({"InvoiceNo": ""}, "not an order"),
        ({"Quantity": "0"}, "quantity not positive"),
        ({"Quantity": "-3"}, "quantity not positive"),
        ({"Quantity": "two"}, "quantity not a number"),
        ({"UnitPrice": "0", "CustomerID": ""}, "stock adjustment (no price, no customer)"),
        ({"UnitPrice": "-1"}, "price negative"),
        ({"UnitPrice": "NaN"}, "price not a number"),
        ({"InvoiceDate": "yesterday"}, "date not a date"),
        ({"Description": "T\x00EA"}, "character not allowed"),
        ({"UnitPrice": "1.23456"}, "order refused: invalid-command"),
    ],
)
def test_what_is_no_line_of_an_order_is_rejected_with_its_line_and_reason(run, changes, reason):
    row = _row(**changes)
    summary, rejected = run(_row(InvoiceNo="100009"), row)
    assert (summary["orders"], summary["rejected_by_reason"]) == (1, {reason: 1})
    assert rejected == [["3", reason, *row]]


def test_free_goods_and_guests_are_orders(run, project):
    run(_row(UnitPrice="0"), _row(InvoiceNo="100002", CustomerID=""))
    project()
    facts = ("total", "customer_id", "status", "payment_status")
    found = OrderView.objects.using("read").order_by("reference").values_list(*facts)
    assert list(found) == [(Decimal(0), "77", "shipped", "none"), (Decimal("7.01"), None, "shipped", "captured")]


def test_a_credit_note_returns_and_refunds_at_its_own_time_and_price(run, project):
    summary, rejected = run(TEA, BACK)
    project()
    order = OrderView.objects.using("read").get()
    assert (summary["returned_rows"], summary["returned_units"], summary["refunded"], rejected) == (1, 1, "3.00", [])
    assert (order.status, order.refunded, order.items[0]["returned"]) == ("partly_returned", Decimal(3), 1)
    assert order.updated_at.isoformat() == "2011-07-02T09:00:00+00:00"
    assert order.payments[-1]["reference"] == "C100009"


def test_a_refund_is_never_more_than_was_paid(run, project):
    summary, _ = run(TEA, _changed(BACK, UnitPrice="10"))
    assert (summary["refunded"], summary["not_refunded"]) == ("7.010", "2.990")


def test_goods_that_were_free_come_back_without_a_refund(run, project):
    summary, _ = run(_row(UnitPrice="0"), BACK)
    assert (summary["returned_rows"], summary["refunded"], summary["not_refunded"]) == (1, "0", "3.00")


def test_returning_again_returns_nothing_twice(run):
    first, _ = run(TEA, BACK)
    before = head()
    again, _ = run(TEA, BACK)
    assert (first["returned_rows"], again["returned_rows"], again["already_returned_rows"]) == (1, 0, 1)
    assert (head(), again["returned_units"], again["refunded"]) == (before, 0, "0")


def test_a_refund_that_a_broken_import_left_out_is_made_up_for(run, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(Return, "money", lambda back: None)
        run(TEA, BACK)
    summary, _ = run(TEA, BACK)
    assert (summary["returned_units"], summary["refunded"]) == (0, "3.00")


def test_what_somebody_else_returned_meanwhile_is_refused_with_the_reason(run):
    run(TEA)
    order_id = uuid5(NAMESPACE, "100001")
    dispatch(ReturnItems(order_id=order_id, items=(LineQuantity(1, 2),), reason="broken"), Context("tests"))
    summary, rejected = run(TEA, BACK)
    assert rejected == [["3", "return refused: return-too-large", *BACK]]
    assert (summary["returned_rows"], summary["refunded"]) == (0, "0")


def test_one_import_runs_at_a_time(run):
    with owner_connection("default") as other:
        other.execute("select pg_advisory_lock(%s)", [IMPORT_LOCK_KEY])
        with pytest.raises(CommandError, match="Another import is running"):
            run(TEA)
        other.execute("select pg_advisory_unlock(%s)", [IMPORT_LOCK_KEY])
        run(TEA)


def test_importing_again_imports_nothing_twice(run):
    run(TEA)
    before = head()
    summary, _ = run(TEA, _row(InvoiceNo="100002"))
    assert (summary["orders"], summary["already_imported"], summary["already_imported_lines"]) == (1, 1, 1)
    assert head() == before + len(ORDER_EVENTS)
    assert [stored.event_type for stored in load_stream(uuid5(NAMESPACE, "100002"))] == ORDER_EVENTS


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "does not begin with the header"),
        (b"", "does not begin with the header"),
        (b"\x1f\x8b broken", "cannot be read"),
        (gzip.compress(b"x" * 1_000, mtime=0)[:10] + b"\xff" * 20, "cannot be read"),
        ((",".join(COLUMNS) + "\n1,\xe9").encode("latin-1"), "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_not_of_this_layout_is_refused(run, tmp_path, content, said):
    path = tmp_path / "other.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        run.file(path)
    assert head() == 0


def test_rejects_that_cannot_be_written_are_said_before_anything_is_imported(run, tmp_path):
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(map(",".join, (COLUMNS, TEA))))
    with pytest.raises(CommandError, match=r"nowhere/rejects.csv cannot be written: No such file or directory"):
        call_command("import_orders", str(path), format="online-retail", rejects=tmp_path / "nowhere" / "rejects.csv")
    assert head() == 0


@needs_data
def test_the_real_shops_first_weeks_add_up(run, project):
    rows = list(islice(_shop(), FIRST_WEEKS))
    summary, _ = run(*(row.values() for row in rows))
    assert summary["accepted_lines"] + summary["returned_rows"] + summary["rejected_rows"] == FIRST_WEEKS
    kept = [row for row in rows if _is_line(row)]
    assert (summary["accepted_lines"], summary["orders"]) == (len(kept), len({row["InvoiceNo"] for row in kept}))
    project()
    sold = OrderView.objects.using("read").aggregate(Sum("total"), Sum("unit_count"))
    worth = sum(int(row["Quantity"]) * Decimal(row["UnitPrice"]) for row in kept)
    assert sold == {"total__sum": worth, "unit_count__sum": sum(int(row["Quantity"]) for row in kept)}
    assert disagreements() == {}


@needs_data
@pytest.mark.skipif(not os.environ.get("DAYBOOK_THOROUGH"), reason="it takes minutes (make thorough)")
@pytest.mark.timeout(600)
def test_the_real_year_is_right_to_the_penny(run, project):
    truth = json.loads((DATA / "online_retail_truth.json").read_text())
    summary, rejected = run.file(DATA / "online_retail.csv.gz")
    figures = ("rows", "accepted_lines", "orders")
    assert {name: summary[name] for name in figures} == {name: truth[name] for name in figures}
    assert summary["accepted_lines"] + summary["returned_rows"] + summary["rejected_rows"] == summary["rows"]
    _compare_rejects_with_truth(summary, rejected, truth)
    project()
    _compare_with_truth(truth)
    assert disagreements() == {}
    _compare_reports_with_truth(summary, truth)
    for projector in PROJECTORS:
        rebuild.rebuild(projector, Options(verify=True, workers=2))


def _compare_rejects_with_truth(summary, rejected, truth):
    """Credit notes are the truth's one reason; they are returned now, or rejected for one of several."""
    by_reason = Counter(reason.split(":")[0] for _, reason, *_ in rejected)
    by_reason["credit note"] += summary["returned_rows"]
    assert by_reason == truth["rejected_by_reason"]
    refused = {line for line, *_ in rejected}
    back = [row for row in _credits() if row["line"] not in refused]
    worth = sum(-int(row["Quantity"]) * Decimal(row["UnitPrice"]) for row in back)
    assert worth == Decimal(summary["refunded"]) + Decimal(summary["not_refunded"])
    assert sum(-int(row["Quantity"]) for row in back) == summary["returned_units"]


def _shop():
    with gzip.open(DATA / "online_retail.csv.gz", "rt", newline="") as file:
        yield from csv.DictReader(file)


def _is_line(row):
    """Tell whether a row is one of an order, by the rules that the data's own README gives."""
    has_price = Decimal(row["UnitPrice"]) > 0 or (Decimal(row["UnitPrice"]) == 0 and row["CustomerID"])
    return row["InvoiceNo"].isdigit() and int(row["Quantity"]) > 0 and has_price


def _credits():
    for line, row in enumerate(_shop(), start=2):
        if row["InvoiceNo"].startswith("C"):
            yield row | {"line": str(line)}


def _compare_with_truth(truth):
    revenue, months, customers, products = Decimal(0), Counter(), Counter(), Counter()
    views = list(OrderView.objects.using("read").defer("search", "search_text"))
    for view in views:
        revenue += view.total
        months[view.created_at.astimezone(ZoneInfo("Europe/London")).strftime("%Y-%m")] += view.total
        customers[view.customer_id] += view.total
        for item in view.items:
            products[item["product_id"]] += Decimal(item["total"])
    guests = sum(view.customer_id is None for view in views)
    del customers[None]
    assert (len(views), guests, len(customers)) == (truth["orders"], truth["guest_orders"], truth["customers"])
    assert sum(view.unit_count for view in views) == truth["units"]
    assert revenue == Decimal(truth["revenue"])
    assert months == {month: Decimal(total) for month, total in truth["revenue_by_month"].items()}
    assert _top(customers) == _pairs(truth["top_customers"])
    assert _top(products) == _pairs(truth["top_products"])
    largest = max(views, key=lambda view: view.total)
    assert (largest.reference, largest.total) == (truth["largest_order"], Decimal(truth["largest_order_total"]))


def _compare_reports_with_truth(summary, truth):
    customers, days, products, timeline = (
        model.objects.using("read") for model in (CustomerSummary, DailySales, ProductSales, TimelineEntry)
    )
    assert timeline.filter(event_type="OrderCreated").count() == truth["orders"]
    assert customers.count() == truth["customers"]
    gross = customers.annotate(gross=F("lifetime_value") + F("refunded")).order_by("-gross")
    assert list(gross.values_list("customer_id", "gross")[:10]) == _pairs(truth["top_customers"])
    revenue, refunded = Decimal(truth["revenue"]), Decimal(summary["refunded"])
    sums = days.aggregate(*map(Sum, ("orders", "units", "returned_units", "gross", "refunded", "net")))
    sold = (truth["orders"], truth["units"], summary["returned_units"])
    assert tuple(sums.values()) == (*sold, revenue, refunded, revenue - refunded)
    by_product = products.values("product_id").annotate(total=Sum("revenue")).order_by("-total")
    assert list(by_product.values_list("product_id", "total")[:10]) == _pairs(truth["top_products"])
    assert products.aggregate(Sum("units"), Sum("revenue")) == {"units__sum": truth["units"], "revenue__sum": revenue}


def _top(totals):
    return totals.most_common(10)


def _pairs(pairs):
    return [(name, Decimal(total)) for name, total in pairs]
