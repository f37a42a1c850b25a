"""Makes and revokes access tokens. Each change has a number; projections bring the read side's copy up to it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connections, transaction
from django.db.models import Max, QuerySet

from gate.checks import text
from gate.tokens import Actor, digest_of, new_text
from orders_write.event_store import WRITE
from orders_write.models import AccessToken
from orders_write.signals import tokens_changed

MAX_DAYS = 3_650
_LOCK_KEY = 4_919_201_128


def actor_named(name: str, role: str, customer_id: str | None) -> Actor:
    """Return an actor whose names are as the API takes them, so that a customer's id is the one of its orders.

    Raises:
        ValueError: a name is empty, too long or holds characters that are not let in; role and customer do not match.
    """
    return Actor(_name("name", name), role, None if customer_id is None else _name("customer_id", customer_id))


def make(actor: Actor, days: int, made_by: str) -> tuple[AccessToken, str]:
    """Make a token that is valid for some days; return it and its text, which is stored nowhere.

    Raises:
        ValueError: `days` is out of bounds.
    """
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"A token is valid for 1 to {MAX_DAYS} days, not {days}.")
    secret, now = new_text(), datetime.now(UTC)
    with _next_change() as change:
        token = _tokens().create(
            digest=digest_of(secret),
            name=actor.name,
            role=actor.role,
            customer_id=actor.customer_id,
            created_at=now,
            expires_at=now + timedelta(days=days),
            made_by=made_by,
            change=change,
        )
    return token, secret


def revoke(ids: Sequence[int], revoked_by: str, reason: str) -> list[AccessToken]:
    """End tokens for ever, on the record, all at once; return them. Those that were revoked before stay as they are."""
    with _next_change() as first:
        live = list(_tokens().filter(pk__in=ids, revoked_at=None).order_by("id"))
        for change, token in enumerate(live, start=first):
            token.revoked_at, token.change = datetime.now(UTC), change
            token.revoked_by, token.revoke_reason = revoked_by, reason
            token.save(using=WRITE)
    return live


def changed_after(change: int) -> QuerySet[AccessToken]:
    """Return the tokens that changed after a change, in the order of their changes."""
    return _tokens().filter(change__gt=change).order_by("change")


def last_change() -> int:
    """Return the number of the newest change, 0 before the first."""
    return _tokens().aggregate(last=Max("change"))["last"] or 0


@contextmanager
def _next_change() -> Iterator[int]:
    """Give the number of a change. One change at a time: a number that is seen has all smaller ones before it."""
    with transaction.atomic(using=WRITE):
        with connections[WRITE].cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK_KEY])
        yield last_change() + 1
        transaction.on_commit(_ring, using=WRITE, robust=True)


def _ring() -> None:
    tokens_changed.send_robust(sender=None)


def _tokens() -> QuerySet[AccessToken]:
    return AccessToken.objects.using(WRITE)


def _name(field: str, given: str) -> str:
    try:
        cleaned = str(text(64)(given))
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from error
    if not cleaned:
        raise ValueError(f"{field} must not be empty.")
    return cleaned
