"""The dashboard while servers are down: pages say what is missing, whoever was signed in still looks, nothing fails."""

from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.test import Client

from config import patience
from orders_write.models import AuditEntry
from tests.dashboard.staff import account, signed_in
from tests.laws.dead_database import dead


@pytest.fixture
def client(databases):
    """A browser whose user has looked at a page a moment ago."""
    found = signed_in(account("ada", "administrator"))
    assert found.get("/admin/").status_code == 200
    return found


@contextmanager
def dead_cache(*aliases):
    """Point caches at a port where nobody listens."""
    alive = {alias: caches[alias] for alias in aliases}
    for alias in aliases:
        caches[alias] = type(alive[alias])("redis://127.0.0.1:1/0", {"OPTIONS": {}})
    try:
        yield
    finally:
        for alias, found in alive.items():
            caches[alias] = found


def _said(answer):
    return " ".join(answer.content.decode().split())


def test_whoever_was_signed_in_still_looks_while_the_accounts_are_down(client):
    with dead("default"):
        overview, audit = client.get("/admin/"), client.get("/admin/audit/")
    assert (overview.status_code, audit.status_code) == (200, 200)
    assert "the audit trail (OperationalError)" in _said(audit)
    assert ">ada<" in _said(overview).replace("> ", ">").replace(" <", "<")


def test_nothing_is_changed_by_somebody_who_is_merely_remembered(client):
    asked = {"name": "till-3", "role": "operator", "days": "30"}
    with dead("default"):
        answers = [client.post("/admin/tokens/new/", asked), client.post("/admin/logout/")]
    assert [(answer.status_code, answer["Retry-After"]) for answer in answers] == [(503, "5")] * 2
    assert "does not answer" in _said(answers[0])
    assert AuditEntry.objects.count() == 0


def test_a_remembered_user_may_what_he_might(databases):
    viewer = signed_in(account("rosa", "viewer"))
    viewer.get("/admin/")
    with dead("default"):
        assert [viewer.get(page).status_code for page in ("/admin/", "/admin/audit/")] == [200, 403]


def test_nobody_is_remembered_with_another_password_or_without_a_session(client):
    User.objects.filter(username="ada").update(password="!")
    assert client.get("/admin/").status_code == 302
    stranger = Client()
    with dead("default"):
        assert stranger.get("/admin/").status_code == 302
        assert stranger.get("/admin/login/").status_code == 200
        assert stranger.post("/admin/login/", {"username": "ada", "password": "long and secret"}).status_code == 503


def test_somebody_the_cache_does_not_know_is_told_that_he_cannot_be_signed_in(databases):
    stranger = signed_in(account("eve", "viewer"))
    with dead("default"):
        answer = stranger.get("/admin/")
    assert (answer.status_code, "nobody can sign in" in _said(answer)) == (503, True)


def test_without_the_cache_sessions_come_from_the_database(client):
    with dead_cache("default", "sessions"):
        assert client.get("/admin/").status_code == 200
        assert client.get("/admin/audit/").status_code == 200
        assert client.post("/admin/logout/").status_code == 200
        assert client.get("/admin/").status_code == 302


def test_without_both_there_is_a_page_that_says_so(client):
    with dead("default"), dead_cache("default", "sessions"):
        answer = client.get("/admin/")
    assert (answer.status_code, "does not answer" in _said(answer)) == (503, True)


def test_without_the_read_database_pages_say_what_is_missing(client):
    with dead("read"):
        answer = client.get("/admin/")
        assert client.get("/admin/audit/").status_code == 200
    assert (answer.status_code, "where the projections stand" in _said(answer)) == (200, True)


def test_a_database_that_is_down_is_asked_once_in_a_request(client, monkeypatch):
    """However many parts of a page need it: what it takes to find out is spent once."""
    from psycopg_pool import ConnectionPool

    waits = []
    getconn = ConnectionPool.getconn
    monkeypatch.setattr(
        ConnectionPool, "getconn", lambda pool, timeout=None: (waits.append(timeout), getconn(pool, timeout))[1]
    )
    with dead("default"), dead("read"):
        client.get("/admin/events/")
        assert waits == [patience.SECONDS] * 2
        waits.clear()
        client.get("/admin/audit/")
    assert waits == [patience.SECONDS]


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [("/admin/nothing/here/", 404, "There is nothing here"), ("/admin/audit/", 403, "This is not for you"),
     ("/admin/auth/user/9999999/change/", 403, "This is not for you")],
)  # fmt: skip
def test_errors_of_the_dashboard_are_pages_without_particulars(databases, path, status, title):
    answer = signed_in(account("rosa", "viewer")).get(path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert (f"<h1>{title}</h1>" in answer.content.decode(), "rosa" in answer.content.decode()) == (True, False)
    assert "script-src 'self' 'unsafe-eval'" in answer["Content-Security-Policy"]


def test_a_form_without_its_token_is_answered_by_a_page(databases):
    client = Client(enforce_csrf_checks=True)
    client.force_login(account("ada", "administrator"))
    answer = client.post("/admin/tokens/", {"token": "1", "reason": "x"})
    assert (answer.status_code, "<h1>The form is not valid any more</h1>" in answer.content.decode()) == (403, True)


def test_a_defect_is_a_page_with_its_number_and_nothing_else(client, monkeypatch):
    from config.dashboard.overview import Overview

    def broken(page, **kwargs):
        raise RuntimeError("the secret of the defect")

    monkeypatch.setattr(Overview, "get_context_data", broken)
    client.raise_request_exception = False
    answer = client.get("/admin/")
    assert (answer.status_code, answer["Correlation-Id"] in _said(answer)) == (500, True)
    assert "the secret of the defect" not in _said(answer)


def test_the_api_goes_on_to_answer_errors_as_problems(databases):
    assert Client().get("/nothing").json()["type"] == "/problems/not-found"
