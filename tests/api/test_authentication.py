"""Tokens and sessions as each side knows them: revoked, expired and remembered tokens, staff and their CSRF tokens."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from gate.tokens import Actor
from orders_read.models import TokenCopy
from orders_write.event_store import load_stream
from orders_write.models import AccessToken
from orders_write.tokens import make, revoke
from projections.token_copies import repair
from tests import tokens
from tests.api.test_hostile_input import BODY, ORDER

SEARCH = "/api/orders/search"


def _made(name="shop", role="operator"):
    token, text = make(Actor(name, role), days=1, made_by="tests")
    return token, tokens.client(text)


def _statuses(client):
    return client.get(SEARCH).status_code, client.delete(f"/api/orders/{ORDER}?reason=rain").status_code


def test_a_new_token_is_known_to_both_sides_at_once(databases):
    _, client = _made()
    assert _statuses(client) == (200, 404)


def test_a_revoked_token_is_refused_by_both_sides_within_about_a_second(databases):
    token, client = _made()
    assert _statuses(client) == (200, 404)
    began = time.monotonic()
    revoke([token.pk], "tests", "lost")
    while _statuses(client) != (401, 401):
        assert time.monotonic() - began < 1.5
        time.sleep(0.05)
    assert client.get(SEARCH).json()["detail"].startswith("The token is revoked; make a new one")


def test_an_expired_token_is_refused_by_both_sides(databases):
    token, client = _made()
    for rows in (AccessToken.objects, TokenCopy.objects.using("read")):
        rows.filter(pk=token.pk).update(expires_at=token.created_at - timedelta(seconds=1))
    assert _statuses(client) == (401, 401)
    assert client.get(SEARCH).json()["detail"].startswith("The token is expired; make a new one")


def test_a_busy_token_costs_no_query(databases):
    _, client = _made()
    client.get("/api/orders/search?colour=red")
    with CaptureQueriesContext(connections["read"]) as read, CaptureQueriesContext(connections["default"]) as write:
        assert client.get("/api/orders/search?colour=red").status_code == 400
    assert (len(read.captured_queries), len(write.captured_queries)) == (0, 0)


@pytest.mark.parametrize("text", ["nonsense", "dbk_" + "é" * 43, "a" * 10_000])
def test_what_has_not_the_form_of_a_token_costs_no_query_either(databases, text):
    client = APIClient()
    with CaptureQueriesContext(connections["read"]) as read:
        answer = client.get(SEARCH, HTTP_AUTHORIZATION=f"Bearer {text}")
    assert (answer.status_code, len(read.captured_queries)) == (401, 0)


def test_a_token_that_nobody_made_is_refused(databases):
    assert _statuses(tokens.client("dbk_" + "a" * 43)) == (401, 401)


def test_a_token_of_two_customers_is_remembered_for_each(databases, place, project):
    ada, grace = (tokens.client(tokens.customer(name)) for name in ("ada", "grace"))
    place(customer="ada")
    project()
    assert [client.get(SEARCH).json()["total"] for client in (ada, grace, ada)] == [1, 0, 1]


def test_each_side_looks_into_its_own_table(databases):
    """A token that is not copied yet gives commands, and one that is only a copy gives queries."""
    token, client = _made()
    TokenCopy.objects.using("read").filter(pk=token.pk).delete()
    assert _statuses(client) == (401, 404)
    repair()
    tokens.forget()
    AccessToken.objects.filter(pk=token.pk).update(revoked_at=token.created_at)
    assert _statuses(client) == (200, 401)
    repair()
    tokens.forget()
    assert _statuses(client) == (401, 401)


@pytest.fixture
def browser(databases):
    """Return a function that signs a new account in; the accounts are gone afterwards."""
    users = get_user_model().objects

    def signed_in(*roles, **account):
        client, user = APIClient(enforce_csrf_checks=True), users.create_user("rosa", **account)
        user.groups.set(Group.objects.filter(name__in=roles))
        client.force_login(user)
        return client

    yield signed_in
    users.filter(username="rosa").delete()


@pytest.mark.parametrize("role", ["viewer", "engineer"])
def test_staff_who_may_only_look_change_nothing_by_the_api(browser, role):
    client = browser(role, is_staff=True)
    assert client.get(SEARCH).status_code == 200
    client.get("/admin/")
    csrf = client.cookies["csrftoken"].value
    answer = client.post("/api/orders", BODY, format="json", HTTP_X_CSRFTOKEN=csrf)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed")


def test_staff_who_may_change_orders_are_operators(browser):
    client = browser("operator", is_staff=True)
    assert client.get(SEARCH).status_code == 200
    assert client.get("/api/orders/search?colour=red").status_code == 400
    client.get("/admin/")
    csrf = client.cookies["csrftoken"].value
    answer = client.post("/api/orders", BODY | {"order_id": ORDER}, format="json", HTTP_X_CSRFTOKEN=csrf)
    assert answer.status_code == 201
    assert load_stream(answer.json()["order_id"])[0].metadata.actor == "rosa"


def test_staff_change_nothing_without_the_csrf_token(browser):
    answer = browser("operator", is_staff=True).post("/api/orders", BODY, format="json")
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed")
    assert "CSRF" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("roles", "account"),
    [(["operator"], {}), (["operator"], {"is_staff": True, "is_active": False}), ([], {"is_staff": True})],
)
def test_others_may_nothing_by_being_signed_in(browser, roles, account):
    assert browser(*roles, **account).get(SEARCH).status_code in (401, 403)


def test_a_token_goes_before_a_session(browser):
    client = browser("operator", is_staff=True)
    auditor = f"Bearer {tokens.token('auditor-1', 'auditor')}"
    answer = client.post("/api/orders", BODY, format="json", HTTP_AUTHORIZATION=auditor)
    assert answer.json()["detail"] == "This is not for the role auditor; it is for: customer, operator."
    assert client.get(SEARCH, HTTP_AUTHORIZATION="Bearer nonsense").status_code == 401
