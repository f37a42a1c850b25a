"""Tokens as people make, list and revoke them: on the command line, and in the admin."""

import json
import re
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from gate.tokens import digest_of
from orders_write.ids import new_id
from orders_write.models import AccessToken
from tests import tokens

ADMIN = "/admin/orders_write/accesstoken/"


def _run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def name(databases):
    """A name of this test's own."""
    return f"till {new_id()}"


def _token(name):
    return AccessToken.objects.get(name=name)


def test_a_token_is_printed_once_and_kept_as_a_hash(name):
    said, text = _run("create_token", "--name", name, "--days", "2").splitlines()
    token = _token(name)
    assert said == f"token {token.pk} of {name} (operator), valid until {token.expires_at:%Y-%m-%d}, shown once:"
    assert (token.digest, token.role, token.customer_id) == (digest_of(text), "operator", None)
    assert round((token.expires_at - token.created_at).total_seconds()) == 2 * 86_400
    assert text not in str(AccessToken.objects.filter(pk=token.pk).values().get())
    assert tokens.client(text).get("/api/orders/search").status_code == 200


def test_a_customers_token_names_its_customer(name):
    text = _run("create_token", "--actor", name, "--role", "customer", "--customer", " ada ", "--quiet")
    assert _token(name).customer_id == "ada"
    assert tokens.client(text).get("/api/customers/ada/orders").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--name", " "], "name must not be empty"),
        (["--name", "a" * 65], "at most 64 characters"),
        (["--name", "a\x00b"], "control character"),
        (["--name", "shop", "--role", "customer"], "needs the customer_id"),
        (["--name", "shop", "--customer", "ada"], "role customer alone"),
        (["--name", "shop", "--role", "customer", "--customer", " "], "customer_id must not be empty"),
        (["--name", "shop", "--days", "0"], "valid for 1 to 3650 days, not 0"),
        (["--name", "shop", "--role", "king"], "invalid choice"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(databases, arguments, sentence):
    before = AccessToken.objects.count()
    with pytest.raises(CommandError, match=sentence):
        _run("create_token", *arguments)
    assert AccessToken.objects.count() == before


def test_tokens_are_listed_and_revoked_by_id_or_name(name):
    for _ in range(3):
        _run("create_token", "--name", name, "--quiet")
    ids = [one["id"] for one in json.loads(_run("list_tokens", "--json")) if one["name"] == name]
    assert _run("revoke_token", str(ids[0]), "--reason", "lost") == f"token {ids[0]} of {name} (operator) is revoked."
    assert len(_run("revoke_token", "--name", name, "--reason", "closed").splitlines()) == 2
    assert name not in _run("list_tokens")
    ended = [one for one in json.loads(_run("list_tokens", "--all", "--json")) if one["name"] == name]
    assert [(one["state"], one["revoke_reason"]) for one in ended] == [("revoked", reason) for reason in
                                                                     ("lost", "closed", "closed")]  # fmt: skip
    assert "digest" not in ended[0]


def test_what_cannot_be_revoked_is_said_and_nothing_is(name):
    _run("create_token", "--name", name, "--quiet")
    live = str(_token(name).pk)
    wrong = [
        ([live, "999999999"], "Not there, or revoked before: 999999999; nothing was revoked"),
        (["--name", "nobody"], "No live token is called 'nobody'"),
        ([], "Give ids or --name"),
        ([live, "--name", name], "Give ids or --name"),
    ]
    for arguments, sentence in wrong:
        with pytest.raises(CommandError, match=sentence):
            _run("revoke_token", *arguments, "--reason", "lost")
    with pytest.raises(CommandError, match="not empty"):
        _run("revoke_token", live, "--reason", " ")
    assert _token(name).state == "live"


@pytest.fixture
def admin(databases):
    """Return a function that signs staff with some permissions in; the accounts are gone afterwards."""

    def signed_in(*permissions, **account):
        user = User.objects.create_user("root", is_staff=True, **account)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    yield signed_in
    LogEntry.objects.filter(user__username="root").delete()
    User.objects.filter(username="root").delete()


def test_the_admin_shows_a_new_token_once(admin, name):
    client = admin("add_accesstoken", "view_accesstoken")
    assert 'name="days"' in client.get(f"{ADMIN}add/").content.decode()
    asked = {"name": name, "role": "customer", "customer_id": "ada", "days": "30"}
    answer = client.post(f"{ADMIN}add/", asked)
    text = re.search(r'<code id="token">(dbk_\S+)</code>', answer.content.decode())[1]
    assert "no-store" in answer["Cache-Control"]
    token = _token(name)
    assert (token.digest, token.customer_id, token.made_by) == (digest_of(text), "ada", "root in the admin")
    assert LogEntry.objects.get(user__username="root").object_id == str(token.pk)
    assert tokens.client(text).get("/api/customers/ada/orders").status_code == 200
    for page in (ADMIN, f"{ADMIN}{token.pk}/change/"):
        content = client.get(page).content.decode()
        assert name in content
        assert text not in content
        assert token.digest not in content


@pytest.mark.parametrize(
    "wrong", [{"role": "customer"}, {"customer_id": "ada"}, {"days": "0"}, {"role": "king"}, {"name": "a\u202eb"}]
)
def test_the_admin_makes_no_token_that_makes_no_sense(admin, name, wrong):
    client = admin(is_superuser=True)
    asked = {"name": name, "role": "operator", "customer_id": "", "days": "30"} | wrong
    before = AccessToken.objects.count()
    answer = client.post(f"{ADMIN}add/", asked)
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (200, True)
    assert AccessToken.objects.count() == before


def _revoke(client, token, reason):
    asked = {"action": "revoke", "_selected_action": [token.pk], "reason": reason, "index": "0"}
    return client.post(ADMIN, asked, follow=True).content.decode()


def test_the_admin_revokes_for_a_reason(admin, name):
    client = admin("view_accesstoken", "change_accesstoken")
    _run("create_token", "--name", name, "--quiet")
    token = _token(name)
    assert "Nothing was revoked: say why" in _revoke(client, token, " ")
    assert _token(name).state == "live"
    assert f"oken {token.pk} of {name} (operator) is revoked." in _revoke(client, token, "left the company")
    token = _token(name)
    assert (token.state, token.revoked_by, token.revoke_reason) == ("revoked", "root in the admin", "left the company")
    assert LogEntry.objects.get(user__username="root").change_message == "Revoked: left the company"


def test_the_admin_edits_and_deletes_no_token_and_obeys_permissions(admin, name):
    _run("create_token", "--name", name, "--quiet")
    token, client = _token(name), admin("view_accesstoken")
    page = f"{ADMIN}{token.pk}"
    assert client.get(f"{page}/change/").status_code == 200
    assert client.post(f"{page}/change/", {"name": "other"}).status_code == 403
    assert client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{ADMIN}add/").status_code == 403
    assert client.post(f"{ADMIN}add/", {"name": name, "role": "operator", "days": "1"}).status_code == 403
    _revoke(client, token, "no right to")
    assert AccessToken.objects.filter(pk=token.pk).values().get() == {
        field: getattr(token, field) for field in [column.attname for column in AccessToken._meta.concrete_fields]
    }
