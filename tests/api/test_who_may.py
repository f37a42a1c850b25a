"""Who may: every endpoint and every role, in one table, which an endpoint that is not in it breaks.

The order and the customer that are asked for are Ada's: `own` is her token, `foreign` another customer's, `session` the
browser of somebody signed in who is not staff. Her order is placed and not confirmed: who gets 409 may ask, later on.
"""

import re
import time
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.urls import URLPattern, get_resolver
from rest_framework.test import APIClient

from orders_read.models import OrderView
from orders_write.event_store import head, load_stream
from tests import tokens
from tests.api.commands import COMMANDS, ORDER

COLUMNS = ("none", "own", "foreign", "operator", "service", "auditor", "session")
TABLE = """
                                                                  none own foreign operator service auditor session
POST   /api/orders                                                401  201 201     201      403     403     403
POST   /api/orders/batch                                          401  403 403     200      403     403     403
POST   /api/orders/{order_id}/items                               401  200 404     200      403     403     403
PATCH  /api/orders/{order_id}/items/{line}                        401  200 404     200      403     403     403
DELETE /api/orders/{order_id}/items/{line}                        401  200 404     200      403     403     403
PUT    /api/orders/{order_id}/shipping-address                    401  200 404     200      403     403     403
POST   /api/orders/{order_id}/discounts                           401  403 403     200      403     403     403
PUT    /api/orders/{order_id}/shipping-fee                        401  403 403     200      403     403     403
POST   /api/orders/{order_id}/notes                               401  200 404     200      403     403     403
POST   /api/orders/{order_id}/confirmation                        401  403 403     200      403     403     403
POST   /api/orders/{order_id}/payments                            401  403 403     200      403     403     403
POST   /api/orders/{order_id}/fulfillments                        401  403 403     409      403     403     403
PATCH  /api/orders/{order_id}/fulfillments/{fulfillment}          401  403 403     404      403     403     403
DELETE /api/orders/{order_id}/fulfillments/{fulfillment}          401  403 403     404      403     403     403
POST   /api/orders/{order_id}/fulfillments/{fulfillment}/delivery 401  403 403     404      403     403     403
PUT    /api/orders/{order_id}/hold                                401  403 403     200      403     403     403
DELETE /api/orders/{order_id}/hold                                401  403 403     409      403     403     403
POST   /api/orders/{order_id}/cancellation                        401  200 404     200      403     403     403
DELETE /api/orders/{order_id}?reason=rain                         401  200 404     200      403     403     403
POST   /api/orders/{order_id}/expiry                              401  403 403     200      403     403     403
POST   /api/orders/{order_id}/closure                             401  403 403     409      403     403     403
POST   /api/orders/{order_id}/returns                             401  403 403     409      403     403     403
POST   /api/orders/{order_id}/refunds                             401  403 403     409      403     403     403
GET    /api/orders/{order_id}                                     401  200 404     200      403     200     403
GET    /api/orders                                                401  200 200     200      403     200     403
GET    /api/orders/{order_id}/timeline                            401  200 404     200      403     200     403
GET    /api/orders/search                                         401  200 200     200      403     200     403
GET    /api/customers/{customer_id}/orders                        401  200 404     200      403     200     403
GET    /api/customers/{customer_id}                               401  200 404     200      403     200     403
GET    /api/reports/daily-sales                                   401  403 403     200      403     200     403
GET    /api/reports/product-sales                                 401  403 403     200      403     200     403
GET    /api/projections                                           401  403 403     200      403     200     403
GET    /api/events                                                401  403 403     403      200     200     403
GET    /api/schema                                                200  200 200     200      200     200     200
GET    /api/docs                                                  200  200 200     200      200     200     200
GET    /api/redoc                                                 200  200 200     200      200     200     200
"""
ROWS = [line.split() for line in TABLE.splitlines()[2:]]
UNGUARDED = {"/favicon.ico", "/healthz", "/readyz"}  # whoever runs the service asks them without a token


def _filled(path, order_id, customer_id="ada"):
    """The path with what its parts stand for; every number in it is 1."""
    names = {"order_id": str(order_id), "customer_id": customer_id}
    return re.sub(r"{(\w+)}", lambda part: names.get(part[1], "1"), path)


def _body(column, method, path):
    """What the command at an address takes; a customer names no customer."""
    fitting = (one.body for one in COMMANDS.values() if (one.method, one.path) == (method, _filled(path, ORDER)))
    body = next(fitting, None)
    return {name: body[name] for name in body if name != "customer_id"} if body and column != "operator" else body


@pytest.fixture
def clients(databases):
    """A client for each column; the account behind the session is gone afterwards."""
    user = get_user_model().objects.create_user("visitor")
    found = {
        "none": tokens.client(),
        "own": tokens.client(tokens.customer("ada")),
        "foreign": tokens.client(tokens.customer("grace")),
        "session": APIClient(),
        **{role: tokens.client(tokens.token(f"{role}-1", role)) for role in ("operator", "service", "auditor")},
    }
    found["session"].force_login(user)
    yield found
    user.delete()


def _ask(clients, column, row, order_id, customer_id="ada"):
    method, path = row[:2]
    body = _body(column, method, path)
    asked = _filled(path, order_id, customer_id)
    answer = getattr(clients[column], method.lower())(asked, body, format="json" if body is not None else None)
    answer.close()
    return answer


def _endpoints(patterns, prefix="/"):
    for pattern in patterns:
        path = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        if not isinstance(pattern, URLPattern):
            yield from _endpoints(pattern.url_patterns, path) if path != "/admin/" else ()
        elif view := getattr(pattern.callback, "cls", None):
            yield from ((method.upper(), path) for method in view.http_method_names if hasattr(view, method))
        else:
            yield None, path


def test_the_table_has_every_endpoint_there_is():
    found = {pair for pair in _endpoints(get_resolver().url_patterns) if pair[0] not in ("OPTIONS", "HEAD")}
    assert {path for method, path in found if method is None} == UNGUARDED
    assert {pair for pair in found if pair[0]} == {(row[0], row[1].partition("?")[0]) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2]))
def test_who_may(clients, place, project, row):
    shared, expected = place(customer="ada"), dict(zip(COLUMNS, map(int, row[2:]), strict=True))
    order_ids = [shared if row[0] == "GET" or expected[column] >= 400 else place(customer="ada") for column in COLUMNS]
    if row[0] == "GET":
        project()
    answers = [_ask(clients, column, row, order_id) for column, order_id in zip(COLUMNS, order_ids, strict=True)]
    assert dict(zip(COLUMNS, (answer.status_code for answer in answers), strict=True)) == expected
    for column, answer in zip(COLUMNS, answers, strict=True):
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", column


@pytest.mark.parametrize("row", [row for row in ROWS if "{" in row[1]], ids=lambda row: " ".join(row[:2]))
def test_what_is_refused_is_refused_alike_whether_it_is_there_or_not(clients, place, project, row):
    there, not_there, before = place(customer="ada"), uuid4(), head()
    if row[0] == "GET":
        project()
    for column, status in zip(COLUMNS, row[2:], strict=True):
        if status in ("401", "403") or (column, status) == ("foreign", "404"):
            known = _said(_ask(clients, column, row, there, "ada"), there, "ada")
            unknown = _said(_ask(clients, column, row, not_there, "eve"), not_there, "eve")
            assert known == unknown, column
    assert head() == before


def _said(answer, order_id, customer_id):
    """Everything an answer says, but for what the question named."""
    changing = ("Correlation-Id", "RateLimit-Remaining", "RateLimit-Reset", "Read-Lag")
    headers = {name: value for name, value in answer.items() if name not in changing}
    body = answer.content.decode().replace(str(order_id), "ID").replace(customer_id, "CUSTOMER")
    return answer.status_code, headers | {"Content-Length": ""}, body


LISTS = ["/api/orders/search", "/api/orders/search?q=tea", "/api/orders/search?q=ada", "/api/customers/grace/orders"]
LISTS += [f"/api/orders/search?sort_by={name}" for name in ("total", "updated_at")]
LISTS += ["/api/orders/search?status=placed", "/api/orders/search?q={order_id}"]
LISTS += [f"/api/orders?{asked}" for asked in ("", "cursor=*", "product_id=tea", "status=placed", "customer_id=ada")]


@pytest.mark.parametrize("path", LISTS)
def test_a_customer_neither_lists_finds_nor_counts_the_orders_of_others(clients, place, project, path):
    own = place(customer="grace")
    project()
    alone = clients["foreign"].get(path.format(order_id=own)).json()
    foreign = [place(customer="ada"), place(customer="ada"), place(customer=None)]
    project()
    assert clients["foreign"].get(path.format(order_id=own)).json() == alone
    assert clients["foreign"].get(path.format(order_id=foreign[0])).content.count(str(foreign[0]).encode()) == 0
    assert clients["operator"].get("/api/orders/search").json()["total"] == 4


def test_the_customer_of_an_order_comes_from_the_token_and_its_id_from_the_service(clients, project):
    body = _body("own", "POST", "/api/orders")
    for refused in ("customer_id", "order_id"):
        answer = clients["own"].post("/api/orders", body | {refused: str(uuid4())}, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, refused)
    order_id = clients["own"].post("/api/orders", body, format="json").json()["order_id"]
    project()
    assert clients["operator"].get(f"/api/orders/{order_id}").json()["customer_id"] == "ada"


LOADING = {
    "get": lambda order_id: OrderView.objects.filter(order_id=order_id).first(),
    "delete": lambda order_id: list(load_stream(order_id)),
}
ASKED = ("get", "get as_of_version=1", "get as_of=2090-01-01T00:00:00Z", "delete reason=rain")


@pytest.mark.parametrize("ask", ASKED)
def test_the_time_of_an_answer_does_not_tell_whether_the_order_is_there(clients, place, project, ask):
    """A foreign order of 2,000 lines takes as long as none; a part of what it takes to load one would show."""
    foreign = place(*((f"tea-{number}", 1, "3.50") for number in range(2_000)))
    project()
    client, loads = clients["foreign"], LOADING[ask.split()[0]]
    pairs = [(_seconds(client, ask, foreign), _seconds(client, ask, uuid4())) for _ in range(50)]
    there, not_there = (min(taken) for taken in zip(*pairs, strict=True))
    loading = min(_seconds_of(lambda: loads(foreign)) for _ in range(20))
    assert there - not_there < 0.5 * loading


def _seconds(client, ask, order_id):
    method, _, query = ask.partition(" ")
    asking = getattr(client, method)
    answers = []
    took = _seconds_of(lambda: answers.append(asking(f"/api/orders/{order_id}?{query}")))
    assert answers[0].status_code == 404
    return took


def _seconds_of(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
