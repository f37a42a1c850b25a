"""The read side's copies of tokens: made on commit, and made good by the sweep whatever failed before."""

import threading

import pytest
from django.db import Error, connections, transaction

from gate.tokens import Actor
from orders_read.models import TokenCopy
from orders_write import tokens
from orders_write.models import AccessToken
from projections import tasks
from projections.rows import columns
from projections.token_copies import copy, repair
from tests.laws.dead_database import dead


def _make(name="shop"):
    return tokens.make(Actor(name, "operator"), days=1, made_by="tests")[0]


def _both(token):
    return [
        rows.filter(pk=token.pk).values(*columns(TokenCopy)).first()
        for rows in (AccessToken.objects, TokenCopy.objects.using("read"))
    ]


def _same_everywhere():
    return [
        list(rows.order_by("pk").values(*columns(TokenCopy)))
        for rows in (AccessToken.objects, TokenCopy.objects.using("read"))
    ]


def test_a_token_is_copied_when_it_is_committed_and_when_it_is_revoked(databases):
    token = _make()
    made, copied = _both(token)
    assert made == copied
    assert copied["revoked_at"] is None
    tokens.revoke([token.pk], "tests", "lost")
    revoked, copied = _both(token)
    assert revoked == copied
    assert copied["revoked_at"] is not None


def test_what_is_rolled_back_is_not_copied(databases):
    with transaction.atomic():
        token = _make()
        transaction.set_rollback(True)
    assert _both(token) == [None, None]


def test_a_token_made_while_the_read_database_is_down_is_copied_by_the_next_sweep(databases, caplog):
    with dead("read"):
        token = _make()
        tokens.revoke([token.pk], "tests", "lost")
    assert "tokens not copied to the read side; the next sweep will" in caplog.text
    assert _both(token)[1] is None
    tasks.sweep()
    made, copied = _both(token)
    assert made == copied


def test_a_sweep_goes_on_while_the_write_database_is_down(databases, caplog):
    with dead("default"):
        tasks.sweep()
    assert "tokens not copied" in caplog.text


def test_a_read_database_that_was_lost_gets_every_token_again(databases):
    _make()
    TokenCopy.objects.using("read").all().delete()
    assert copy() == AccessToken.objects.count()
    made, copied = _same_everywhere()
    assert made == copied
    assert copy() == 0


def test_copies_of_a_write_database_that_was_restored_go(databases):
    token = _make()
    ahead = {**_both(token)[1], "id": token.pk + 1_000, "digest": "0" * 64, "change": tokens.last_change() + 1_000}
    TokenCopy.objects.using("read").create(**ahead)
    assert copy() == AccessToken.objects.count()
    made, copied = _same_everywhere()
    assert made == copied


def test_copies_that_differ_are_made_anew_when_they_are_compared(databases):
    """As after a restore of the write database that drew the same numbers again."""
    token = _make()
    assert not repair()
    TokenCopy.objects.using("read").filter(pk=token.pk).update(digest="0" * 64)
    assert copy() == 0
    tasks.verify_next()
    made, copied = _same_everywhere()
    assert made == copied
    assert not repair()


def test_many_changes_at_once_have_numbers_in_the_order_of_their_commits_and_all_are_copied(databases):
    first = tokens.last_change()
    threads = [threading.Thread(target=_make_and_revoke) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens.last_change() == first + 12
    made, copied = _same_everywhere()
    assert made == copied


def _make_and_revoke():
    try:
        tokens.revoke([_make().pk], "tests", "lost")
    finally:
        connections.close_all()


def test_a_copy_that_fails_leaves_the_copies_as_they_were(databases):
    before = list(TokenCopy.objects.using("read").order_by("pk").values())
    with dead("default"), pytest.raises(Error):
        copy()
    assert list(TokenCopy.objects.using("read").order_by("pk").values()) == before
