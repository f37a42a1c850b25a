"""API tokens in the dashboard: made and shown once, found, and revoked for a reason, all of it on record."""

import re

import pytest

from gate.tokens import digest_of
from orders_write.ids import new_id
from orders_write.models import AccessToken, AuditEntry
from tests import tokens
from tests.dashboard.staff import account, signed_in

LIST, NEW = "/admin/tokens/", "/admin/tokens/new/"


@pytest.fixture
def client(databases):
    return signed_in(account("ada", "administrator"))


@pytest.fixture
def name(databases):
    """A name of this test's own."""
    return f"till {new_id()}"


def _make(client, called, **changes):
    asked = {"name": called, "role": "operator", "customer_id": "", "days": "30", "reason": ""} | changes
    return client.post(NEW, asked)


def _text(answer):
    return re.search(r'id="token"[^>]*>(dbk_[^<]+)<', answer.content.decode())[1]


def test_a_new_token_is_shown_once_and_goes_no_further(client, name):
    assert 'name="days"' in client.get(NEW).content.decode()
    answer = _make(client, name, role="customer", customer_id="ada", reason="web shop")
    text, token = _text(answer), AccessToken.objects.get(name=name)
    assert "no-store" in answer["Cache-Control"]
    assert (token.digest, token.customer_id, token.made_by) == (digest_of(text), "ada", "ada in the dashboard")
    assert round((token.expires_at - token.created_at).total_seconds()) == 30 * 86_400
    assert tokens.client(text).get("/api/customers/ada/orders").status_code == 200
    elsewhere = [str(answer.cookies), str(answer.headers), str(dict(client.session))]
    elsewhere += [client.get(page).content.decode() for page in (LIST, NEW, "/admin/audit/")]
    assert [place for place in elsewhere if text in place or token.digest in place] == []
    assert list(AuditEntry.objects.values_list("actor", "action", "target", "reason", "details")) == [
        ("ada", "make token", str(token), "web shop", {"customer_id": "ada", "days": 30})
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"role": "customer"}, "needs the customer_id"),
        ({"customer_id": "ada"}, "role customer alone"),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "9" * 40}, "less than or equal to 3650"),
        ({"role": "king"}, "Select a valid choice"),
        ({"name": "a\u202eb"}, "name: "),
        ({"name": "a\x00b"}, "Null characters are not allowed"),
        ({"name": " "}, "This field is required"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_beside_its_field(client, name, wrong, sentence):
    before = AccessToken.objects.count()
    answer = _make(client, name, **wrong)
    assert answer.status_code == 422
    assert sentence in "".join(re.findall(r'class="db-error"[^>]*>(.*?)<', answer.content.decode()))
    assert AccessToken.objects.count() == before


def test_tokens_are_found_by_state_role_and_name(client, name):
    _make(client, name)
    _make(client, name, role="auditor")
    older, newer = AccessToken.objects.filter(name=name).order_by("id")
    AccessToken.objects.filter(pk=older.pk).update(expires_at=older.created_at)

    def found(query):
        content = client.get(f"{LIST}?name={name[5:]}&{query}").content.decode()
        return [pk for pk in (older.pk, newer.pk) if f">number {pk}<" in content]

    assert [found(f"state={state}") for state in ("live", "expired", "revoked", "all")] == [
        [newer.pk], [older.pk], [], [older.pk, newer.pk],
    ]  # fmt: skip
    assert found("role=operator&state=all") == [older.pk]
    assert found("state=all&before=" + str(newer.pk)) == [older.pk]
    assert "No token is like that" in client.get(f"{LIST}?name=nobody+has+this").content.decode()


@pytest.mark.parametrize(
    "query", ["state=gone", "role=king", "before=x", "before=" + "9" * 40, "name=%00", "name=%ED%A0%80"]
)
def test_what_cannot_be_looked_for_is_no_error_of_the_service(client, query):
    assert client.get(f"{LIST}?{query}").status_code == 200


def test_a_token_is_revoked_for_a_reason(client, name):
    _make(client, name)
    token = AccessToken.objects.get(name=name)
    again = client.post(LIST, {"token": token.pk, "reason": " "})
    assert (again.status_code, "This field is required" in again.content.decode()) == (422, True)
    for sentence in ("is revoked", "was revoked before; nothing was done"):
        answer = client.post(LIST, {"token": token.pk, "reason": "laptop lost"}, follow=True)
        assert (answer.redirect_chain, sentence in answer.content.decode()) == ([(LIST, 302)], True)
    token.refresh_from_db()
    assert (token.state, token.revoked_by, token.revoke_reason) == ("revoked", "ada in the dashboard", "laptop lost")
    assert list(AuditEntry.objects.filter(action="revoke token").values_list("actor", "target", "reason")) == [
        ("ada", str(token), "laptop lost")
    ]


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 40, ""])
def test_no_token_is_revoked_that_there_is_not(client, number):
    assert client.post(LIST, {"token": number, "reason": "why not"}).status_code == 422


def test_nobody_but_an_administrator_makes_or_revokes_a_token(databases, name):
    tokens.token(name)
    token = AccessToken.objects.get(name=name)
    for role in ("viewer", "operator", "engineer"):
        client = signed_in(account(f"the {role}", role))
        assert _make(client, f"{name} too").status_code == 403
        assert client.post(LIST, {"token": token.pk, "reason": "no right to"}).status_code == 403
    token.refresh_from_db()
    assert (token.state, AccessToken.objects.filter(name=f"{name} too").exists()) == ("live", False)
