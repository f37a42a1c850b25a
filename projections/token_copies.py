"""Copies the tokens from the write side to the read side, so that each of them knows who asks without the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.db import Error, connections, transaction
from django.db.models import Max

from gate.token_row import TokenRow
from orders_read.models import TokenCopy
from orders_write import tokens
from orders_write.event_store import WRITE
from orders_write.models import AccessToken
from projections.rows import READ, columns

_LOCK_KEY = 4_919_201_129
_FINGERPRINT = """
    select count(*), bit_xor(hashtextextended(concat_ws('|', id, digest, name, role, customer_id, change,
        extract(epoch from created_at), extract(epoch from expires_at), extract(epoch from revoked_at)), 0)) from {}
"""
log = structlog.get_logger(__name__)


def copy() -> int:
    """Bring the copies up to the newest change, in one transaction of the read database; return how many changed.

    Raises:
        Error: one of the databases does not answer; the copies are as they were.
    """
    with _alone():
        return _copy()


def repair() -> bool:
    """Compare all copies with the tokens; copy all of them again when they differ, and tell whether they did.

    Raises:
        Error: one of the databases does not answer; the copies are as they were.
    """
    with _alone():
        _copy()
        if _fingerprint(WRITE, AccessToken) == _fingerprint(READ, TokenCopy):
            return False
        TokenCopy.objects.using(READ).all().delete()
        log.warning("copies of tokens differed from the tokens", copied=_copy())
    return True


def copy_or_log(**signal: Any) -> None:
    """Copy; when a database is down, say so in the log and leave it to the next sweep."""
    try:
        copy()
    except Error as error:
        log.warning("tokens not copied to the read side; the next sweep will", error=str(error))


@contextmanager
def _alone() -> Iterator[None]:
    """Let one copy at a time, and read the tokens only then: an old state of a token never covers a newer one."""
    with transaction.atomic(using=READ):
        with connections[READ].cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', '2s', true), pg_advisory_xact_lock(%s)", [_LOCK_KEY])
        yield


def _copy() -> int:
    changed = [TokenCopy(**values) for values in tokens.changed_after(_known()).values(*columns(TokenCopy))]
    others = [column for column in columns(TokenCopy) if column != "id"]
    copies = TokenCopy.objects.using(READ)
    copies.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=others)
    return len(changed)


def _known() -> int:
    """Return the newest change among the copies. Copies that are ahead are of a log that was restored: they go."""
    known = TokenCopy.objects.using(READ).aggregate(last=Max("change"))["last"] or 0
    if known <= tokens.last_change():
        return known
    TokenCopy.objects.using(READ).all().delete()
    return 0


def _fingerprint(alias: str, model: type[TokenRow]) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(_FINGERPRINT.format(model._meta.db_table))
        return cursor.fetchone()
