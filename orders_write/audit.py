"""The audit trail: who did what to the service itself (read models, tokens, roles), when, from where, and why."""

from typing import Any

from django.db import DatabaseError

from orders_write.event_store import WRITE
from orders_write.models import AuditEntry


class NotRecorded(Exception):
    """The action is not on record, so it must not be done."""

    def __init__(self, action: str) -> None:
        super().__init__(f"Nothing was done: '{action}' could not be written into the audit trail. Try again.")


def record(
    action: str, target: str, *, by: str, address: str | None = None, reason: str = "", **details: Any
) -> AuditEntry:
    """Write an administrative action down, before it is done.

    Args:
        action: what is done, in the imperative, such as `rebuild projection`.
        target: what it is done to, such as a projection's name.
        by: who does it: a user's name, or `<name> on the command line`.
        address: the network address that the request came from; none on the command line.
        reason: why, in the words of who does it.
        details: what else belongs to it, as JSON takes it; no secrets and no personal data.

    Raises:
        NotRecorded: the write database does not answer.
    """
    try:
        return AuditEntry.objects.using(WRITE).create(
            action=action, target=target, actor=by, address=address, reason=reason, details=details
        )
    except DatabaseError as error:
        raise NotRecorded(action) from error
