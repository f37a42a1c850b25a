"""The audit trail: who signs in and out, what is looked for, and how it is taken away."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from config.dashboard.sheets import cell
from orders_write import audit
from orders_write.models import AccessToken, AuditEntry
from tests.dashboard.staff import account, signed_in
from tests.databases import owner_connection

PAGE, LOGIN = "/admin/audit/", "/admin/login/"


@pytest.fixture
def client(databases):
    return signed_in(account("ada", "administrator"))


@pytest.fixture
def trail(client):
    """Three entries, the oldest first."""
    return [
        audit.record("rebuild projection", "order_views", by="ada", address="192.0.2.7", reason="slow"),
        audit.record("make token", "token 7 of till-3 (operator)", by="rosa", days=30, customer_id=None),
        audit.record("rebuild projection", "daily_sales", by="rosa", given=["a", "b"], done=True),
    ]


def _found(client, query=""):
    return [entry.pk for entry in client.get(f"{PAGE}?{query}").context["rows"]]


def test_signing_in_and_out_is_on_record(databases):
    user = account("ada", "administrator")
    user.set_password("long and secret")
    user.save()
    client = Client(REMOTE_ADDR="192.0.2.7")
    for name, password in (("ada", "wrong"), ("long and secret", "ada"), ("ada", "long and secret")):
        client.post(LOGIN, {"username": name, "password": password})
    client.post("/admin/logout/")
    assert list(AuditEntry.objects.order_by("id").values_list("actor", "address", "action", "target")) == [
        ("ada", "192.0.2.7", "fail to sign in", "the dashboard"),
        ("somebody unknown", "192.0.2.7", "fail to sign in", "the dashboard"),
        ("ada", "192.0.2.7", "sign in", "the dashboard"),
        ("ada", "192.0.2.7", "sign out", "the dashboard"),
    ]


@pytest.fixture
def no_trail(databases):
    """The audit trail's table is away."""
    with owner_connection("default") as owner:
        owner.execute("alter table audit_entries rename to set_aside")
        yield
        owner.execute("alter table set_aside rename to audit_entries")


def test_djangos_own_commands_are_on_record(databases, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "root")
    monkeypatch.setattr("getpass.getpass", lambda prompt: "long and secret")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "long and secret")
    account = {"username": "ada", "email": "ada@example.org", "interactive": False}
    call_command("createsuperuser", **account, reason="the first", stdout=StringIO())
    call_command("changepassword", "ada", stdout=StringIO())
    assert list(AuditEntry.objects.order_by("id").values_list("actor", "action", "target", "reason", "details")) == [
        ("root on the command line", "make user", "ada", "the first", {"is_superuser": True}),
        ("root on the command line", "set password", "ada", "", {"is_superuser": True}),
    ]
    with pytest.raises(CommandError, match="already taken"):
        call_command("createsuperuser", **account)
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize(("command", "arguments"), [
    ("createsuperuser", ["--username", "eve", "--email", "eve@example.org", "--no-input"]),
    ("changepassword", ["ada"]),
    ("create_user", ["eve", "--role", "viewer"]),
    ("create_token", ["--name", "eve"]),
])  # fmt: skip
def test_what_cannot_be_recorded_is_not_done(no_trail, monkeypatch, command, arguments):
    ada = account("ada", "viewer")
    monkeypatch.setattr("getpass.getpass", lambda prompt: "long and secret")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "long and secret")
    with pytest.raises(CommandError, match="Nothing was done"):
        call_command(command, *arguments, stdout=StringIO())
    assert list(User.objects.values_list("username", "password")) == [("ada", ada.password)]
    assert not AccessToken.objects.filter(name="eve").exists()


def test_ones_own_password_is_set_on_record(databases):
    user = account("ada", "viewer")
    user.set_password("long and secret")
    user.save()
    client, newer = signed_in(user), {"new_password1": "longer and newer", "new_password2": "longer and newer"}
    assert client.post("/admin/password_change/", {"old_password": "wrong", **newer}).status_code == 200
    assert AuditEntry.objects.count() == 0
    assert client.post("/admin/password_change/", {"old_password": "long and secret", **newer}).status_code == 302
    assert list(AuditEntry.objects.values_list("actor", "action", "target")) == [("ada", "set password", "ada")]


def test_entries_are_found_by_what_was_done_who_did_it_to_what_and_when(client, trail):
    first, second, third = (entry.pk for entry in trail)
    at = AuditEntry.objects.get(pk=second).at.replace(tzinfo=None).isoformat()
    assert _found(client) == [third, second, first]
    assert _found(client, "action=rebuild+projection") == [third, first]
    assert _found(client, "who=rosa") == [third, second]
    assert _found(client, "target=order_views") == [first]
    assert _found(client, f"since={at}") == [third, second]
    assert _found(client, f"until={at}") == [first]
    assert _found(client, f"before={third}") == [second, first]
    assert _found(client, "who=nobody") == []
    assert "Nothing is on record" in client.get(f"{PAGE}?who=nobody").content.decode()


def test_the_page_says_everything_of_an_entry(client, trail):
    content = " ".join(client.get(PAGE).content.decode().split())
    for said in ("192.0.2.7", "slow", "given: a, b", "done: yes", "days: 30", '<option value="make token">'):
        assert said in content
    assert "customer_id" not in content


def test_a_long_trail_comes_a_page_at_a_time(client):
    entries = [AuditEntry(action="rebuild projection", target="order_views", actor="ada") for _ in range(120)]
    AuditEntry.objects.bulk_create(entries)
    pages, query = [], "who=ada"
    while query:
        answer = client.get(f"{PAGE}?{query}")
        pages.append([entry.pk for entry in answer.context["rows"]])
        query = answer.context["older"]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [pk for page in pages for pk in page] == list(
        AuditEntry.objects.order_by("-at", "-id").values_list("pk", flat=True)
    )


def test_the_number_of_questions_does_not_grow(client, django_assert_max_num_queries):
    AuditEntry.objects.bulk_create([AuditEntry(action=f"do {n}", target="t", actor="ada") for n in range(60)])
    with django_assert_max_num_queries(8):
        client.get(PAGE)


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "until=0001-01-01T00:00:00", "since=9999-12-31T23:59:59", "before=0", "who=%00",
     "action=" + "x" * 300, "before=99999999999", "target=%ED%A0%80", "since=99999-01-01", "format=csv&before=x"],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_no_error_of_the_service(client, trail, query):
    assert client.get(f"{PAGE}?{query}").status_code == 200


def test_what_is_found_is_taken_away_as_csv(client, trail):
    answer = client.get(f"{PAGE}?who=ada&format=csv")
    assert answer["Content-Disposition"] == 'attachment; filename="audit-trail.csv"'
    lines = list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))
    at = AuditEntry.objects.get(pk=trail[0].pk).at.isoformat()
    assert lines == [
        ["at", "actor", "address", "action", "target", "reason", "details"],
        [at, "ada", "192.0.2.7", "rebuild projection", "order_views", "slow", "{}"],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"), ("@sum", "'@sum"), ("plain", "plain"), (None, ""), ({"a": 1}, '{"a":1}'),
        (datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC), "2026-05-04T03:02:01+00:00"),
    ],
)  # fmt: skip
def test_no_cell_is_taken_for_a_formula(value, text):
    assert cell(value) == text


def test_nothing_about_the_trail_can_be_posted(client, trail):
    assert client.post(PAGE, {"delete": trail[0].pk}).status_code == 405
