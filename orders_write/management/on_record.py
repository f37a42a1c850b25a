"""The audit trail of what is done on the command line, or else not done."""

import getpass
from typing import Any

from django.core.management.base import CommandError

from orders_write import audit
from orders_write.audit import NotRecorded


def record(action: str, target: str, reason: str = "", **details: Any) -> None:
    """Write down what this system's user is about to do; for `details` see `audit.record`.

    Raises:
        CommandError: it could not be written, so nothing must be done.
    """
    try:
        audit.record(action, target, by=f"{getpass.getuser()} on the command line", reason=reason, **details)
    except NotRecorded as error:
        raise CommandError(str(error)) from error
