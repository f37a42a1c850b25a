"""A projection's page: what it shows, who may do what, and what becomes of each action."""

import pytest
from django.core.cache import cache
from django.db import connections
from django.test.utils import CaptureQueriesContext

from config.dashboard.projection import Projection
from orders_read.models import OrderView
from orders_write import audit
from orders_write.audit import NotRecorded
from orders_write.models import AuditEntry
from projections import generations, operations, pausing, rebuild, watch
from projections.catch_up import catch_up
from projections.models import Rebuild
from projections.operations import Note
from projections.registry import PROJECTORS
from tests import databases as test_databases
from tests.dashboard.staff import client as signed_in
from tests.dashboard.staff import shown_to_an_administrator, text_of
from tests.laws.dead_database import dead
from tests.projections.helpers import poison

ORDER_VIEWS = PROJECTORS[0]
PAGE = "/admin/projections/order_views/"
ACTIONS = (
    "pause", "resume", "retry", "skip", "verify", "repair", "rebuild", "resume_rebuild", "cancel", "roll_back",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_noted(databases):
    """What other tests have asked for is forgotten."""
    cache.delete("operation-order_views")


@pytest.fixture
def ada(databases):
    """An administrator's client."""
    return signed_in()


@pytest.fixture
def interrupted(shop, monkeypatch):
    """A rebuild whose process is gone."""

    def end(*args):
        raise SystemExit

    with monkeypatch.context() as broken, pytest.raises(SystemExit):
        broken.setattr(generations, "add_indexes", end)
        rebuild.rebuild(ORDER_VIEWS)


def _said(client, action, **fields):
    """Send an action, and return what the page that follows says."""
    return text_of(client.post(PAGE, {"action": action, **fields}, follow=True))


def _recorded():
    return list(AuditEntry.objects.order_by("pk").values_list("actor", "action", "target", "reason"))


def test_everything_that_the_engine_remembers_is_shown(shop, ada):
    rebuild.rebuild(ORDER_VIEWS)
    watch.sample_lag()
    for order_id in shop[:2]:
        poison(order_id, version=3)
    catch_up(ORDER_VIEWS)
    add_jam_behind(shop[1])
    assert "1 event skipped. Stream" in _said(ada, "skip", stream=shop[0], reason="a writer's fault")
    said = text_of(ada.get(PAGE))
    assert "a writer's fault ada" in said
    assert "its JSON is not that of OrderItemAdded" in said
    assert "Traceback (most recent call last)" in said
    assert "1 event waits behind it OrderItemAdded at position" in said
    assert "2 done somebody" in said
    assert "Nobody: no transaction that has drawn a position is open." in said
    assert "The lag was 0 s at most; the objective of 2.0 s was kept in 100 % of the time." in said


def add_jam_behind(order_id):
    """Let one more event wait behind a poisoned one (which the write side cannot extend)."""
    poison(order_id, version=4)
    catch_up(ORDER_VIEWS)


@pytest.mark.parametrize(
    ("permissions", "path", "status"),
    [
        (["auth.view_user"], PAGE, 403),
        (["auth.view_user"], "/admin/projections/", 403),
        (["projections.view_rebuild"], PAGE, 200),
        (["projections.view_rebuild"], "/admin/projections/", 200),
        (["projections.view_rebuild"], "/admin/projections/orders/", 404),
        (["projections.view_rebuild"], f"{PAGE}?hours=168", 200),
        (["projections.view_rebuild"], f"{PAGE}?hours=%00", 200),
    ],
)
def test_who_may_look(shop, permissions, path, status):
    assert signed_in("grace", *permissions).get(path).status_code == status


def test_who_may_look_and_no_more_has_no_buttons_and_is_refused(shop):
    client = signed_in("grace", "projections.view_rebuild")
    assert "data-opens" not in client.get(PAGE).content.decode()
    assert {client.post(PAGE, {"action": action}).status_code for action in ACTIONS} == {403}
    assert not AuditEntry.objects.exists()


def test_a_period_that_makes_no_sense_is_answered_beside_its_field(shop, ada):
    assert "Select a valid choice. 99 is not one of the available choices." in text_of(ada.get(f"{PAGE}?hours=99"))


def test_pausing_and_resuming_are_on_record(shop, ada):
    assert "order_views is paused: its rows stay" in _said(ada, "pause", reason="an import runs")
    assert pausing.paused(ORDER_VIEWS).paused_by == "ada"
    assert "order_views is paused already, by ada" in _said(ada, "pause", reason="again")
    assert "Paused by ada" in text_of(ada.get(PAGE))
    assert "order_views goes on" in _said(ada, "resume", reason="it is over")
    assert "order_views is not paused." in _said(ada, "resume")
    assert _recorded() == [
        ("ada", "pause projection", "order_views", "an import runs"),
        ("ada", "pause projection", "order_views", "again"),
        ("ada", "resume projection", "order_views", "it is over"),
        ("ada", "resume projection", "order_views", ""),
    ]


@pytest.mark.parametrize("reason", ["", "  ", "a\x00b", "x" * 501])
def test_a_reason_that_is_none_is_refused_in_its_dialog(shop, ada, reason):
    page = ada.post(PAGE, {"action": "pause", "reason": reason})
    assert page.status_code == 422
    assert 'id="dialog-pause" class="db-dialog" aria-labelledby="dialog-title-pause" data-open' in page.content.decode()
    assert 'id="pause-reason_error"' in page.content.decode()
    assert (pausing.paused(ORDER_VIEWS), AuditEntry.objects.count()) == (None, 0)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "explode"}, "There is no such action"),
        ({"action": "skip", "stream": "x", "reason": "y"}, "Skip parked event: say which stream, and why."),
        ({"action": "retry"}, "Retry parked events: say which stream, and why."),
        ({"action": "retry", "stream": "01890a5d-ac96-774b-bcce-b302099a8057"}, "holds no parked event of stream"),
        ({"action": "rebuild", "workers": "10" * 50}, "Ensure this value is less than or equal to 16."),
        ({"action": "verify", "what": "rm -rf"}, "Select a valid choice."),
        ({"action": "cancel"}, "order_views has no interrupted rebuild"),
    ],
)
def test_what_makes_no_sense_is_answered_with_a_sentence(shop, ada, fields, said):
    answer = ada.post(PAGE, fields, follow=True)
    assert (answer.status_code in (200, 422), said in text_of(answer)) == (True, True)


def test_an_interrupted_rebuild_is_shown_as_such_and_can_be_discarded(interrupted, ada):
    page = ada.get(PAGE)
    said = text_of(page)
    assert "Its process is gone. The live rows are untouched" in said
    assert "Fold the log into new tables (done) Build their indexes (now)" in said
    assert page.context["rebuilds"].open.state == "interrupted"
    assert ">Resume rebuild</button>" in page.content.decode()
    assert "The rebuild is cancelled" in _said(ada, "cancel")
    assert Rebuild.objects.get().state == "cancelled"


def test_what_takes_long_is_asked_of_a_worker_once(shop, ada):
    assert "Asked a worker to rebuild; it begins within seconds." in _said(ada, "rebuild", workers="2", park="on")
    noted = operations.note(ORDER_VIEWS)
    assert (noted.what, noted.by, noted.state) == ("rebuild", "ada", "waiting")
    assert "ada has asked to rebuild a moment ago" in _said(ada, "roll_back")
    assert "waiting ada asked to rebuild" in text_of(ada.get(PAGE))
    entry = AuditEntry.objects.earliest("pk")
    assert (entry.action, entry.details) == ("rebuild projection", {"workers": "2", "verify": "False", "park": "True"})


def test_nothing_is_done_that_cannot_be_recorded(shop, ada, monkeypatch):
    def unwritable(action, *args, **kwargs):
        raise NotRecorded(action)

    monkeypatch.setattr(audit, "record", unwritable)
    assert "could not be written into the audit trail" in _said(ada, "pause", reason="an import runs")
    assert pausing.paused(ORDER_VIEWS) is None


@pytest.mark.parametrize("alias", ["default", "read"])
def test_it_is_shown_while_a_database_is_down(shop, alias):
    with dead(alias):
        page = shown_to_an_administrator(Projection, projection="order_views")
    assert (page.status_code, "Checkpoints" in text_of(page)) == (200, True)
    assert "Missing, because a server does not answer" in text_of(page)


def test_it_asks_a_bounded_number_of_questions(shop, ada):
    with CaptureQueriesContext(connections["default"]) as write, CaptureQueriesContext(connections["read"]) as read:
        ada.get(PAGE)
    assert len(write) <= 20
    assert len(read) <= 35


@pytest.fixture
def workers_environment(monkeypatch):
    """What a worker's process would have in its environment: this test's databases."""
    for name, url in test_databases.urls().items():
        monkeypatch.setenv(name, url)


@pytest.mark.parametrize(
    ("what", "state", "said"),
    [
        ("verify all rows", "done", ""),
        ("resume rebuild", "failed", f"{rebuild.NoOpenRebuild('order_views')}"),
    ],
)  # fmt: skip
def test_a_process_that_ends_says_how(shop, workers_environment, what, state, said):
    OrderView.objects.using("read").filter(order_id=shop[0]).update(status="lost")
    operations.start("order_views", what, "ada", []).join()
    noted = operations.note(ORDER_VIEWS)
    assert noted == Note(what, "ada", noted.at, state, said)
