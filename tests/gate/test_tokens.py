"""Actors and the text of tokens: what can be wrong about them is refused where they are made."""

import pytest

from gate.tokens import Actor, digest_of, is_text, new_text


def test_a_text_is_random_has_its_form_and_is_not_what_is_kept():
    first, second = new_text(), new_text()
    assert first != second
    assert is_text(first)
    assert len(digest_of(first)) == 64
    assert digest_of(first) != digest_of(second)


@pytest.mark.parametrize("text", ["", "dbk_", "dbk_" + "a" * 42, "dbk_" + "a" * 44, "x" * 47, "dbk_" + "é" * 43, "a b"])
def test_what_is_no_token_is_not_looked_up(text):
    assert not is_text(text)


@pytest.mark.parametrize(
    ("role", "customer_id"),
    [("king", None), ("customer", None), ("customer", ""), ("operator", "ada"), ("auditor", "")],
)
def test_an_actor_that_makes_no_sense_is_refused(role, customer_id):
    with pytest.raises(ValueError, match=r"[a-z]\.$|king"):
        Actor("shop", role, customer_id)


def test_two_customers_tokens_of_one_name_have_scopes_of_their_own():
    actors = [Actor("shop", "customer", "a/b"), Actor("b/shop", "customer", "a"), Actor("shop", "operator")]
    assert [actor.scope for actor in actors] == ["customer/a%2Fb/shop", "customer/a/b%2Fshop", "operator//shop"]
