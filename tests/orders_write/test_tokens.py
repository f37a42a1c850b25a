"""Tokens as people make, list and revoke them on the command line; the dashboard's are in tests/dashboard."""

import getpass
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from gate.tokens import digest_of
from orders_write.ids import new_id
from orders_write.models import AccessToken, AuditEntry
from tests import tokens


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


def test_what_the_command_line_does_to_tokens_is_on_record(name):
    _run("create_token", "--name", name, "--role", "customer", "--customer", "ada", "--days", "2", "--reason", "shop")
    _run("revoke_token", "--name", name, "--reason", "lost")
    token, by = _token(name), f"{getpass.getuser()} on the command line"
    assert list(AuditEntry.objects.order_by("id").values_list("actor", "action", "target", "reason", "details")) == [
        (by, "make token", str(token), "shop", {"customer_id": "ada", "days": 2}),
        (by, "revoke token", str(token), "lost", {}),
    ]
