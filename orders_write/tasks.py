"""Celery's thin callers of the write side."""

import time
from datetime import timedelta

from celery import shared_task
from django.conf import settings

from orders_write import idempotency

_SECONDS = 20


@shared_task(name="orders_write.forget_answers")  # type: ignore[untyped-decorator]
def forget_answers() -> None:
    """Remove the answers that were kept for IDEMPOTENCY_HOURS, some at a time; what is left has its turn later."""
    deadline = time.monotonic() + _SECONDS
    while idempotency.forget(timedelta(hours=settings.IDEMPOTENCY_HOURS)) and time.monotonic() < deadline:
        pass
