"""Keeps watch without being asked: records how far projections are behind, and compares rows with the log.

Beat calls both at the intervals of the settings. Neither changes a read model.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from orders_write import event_store
from projections import lag
from projections.checkpoints import Standing, standing
from projections.models import ProjectionLagSample, Verification
from projections.projector import Projector
from projections.registry import PROJECTORS
from projections.verify import Verified, verify

log = structlog.get_logger(__name__)


def sample_lag() -> None:
    """Record the lag of every partition, and forget samples older than LAG_HISTORY_DAYS.

    Raises:
        OperationalError: one of the two databases does not answer.
    """
    now = timezone.now()
    ProjectionLagSample.objects.bulk_create(
        ProjectionLagSample(
            projection=one.projection,
            partition=one.partition,
            sampled_at=now,
            lag_events=one.lag_events,
            lag_seconds=one.lag_seconds,
            objective_held=one.objective_held,
            position=one.position,
            head=one.head,
        )
        for one in lag.status()
    )
    forgotten = now - timedelta(days=settings.LAG_HISTORY_DAYS)
    ProjectionLagSample.objects.filter(sampled_at__lt=forgotten).delete()


def verify_next() -> Verified | None:
    """Compare some rows of the projection whose last comparison is the oldest; None where there is none to compare.

    Rows that streams share take a fold of the whole log: they are compared while it has no more than
    VERIFY_WHOLE_LOG_UPTO events; beyond that `manage.py verify_projections` does it when asked.
    """
    whole_log_is_short = event_store.head() <= settings.VERIFY_WHOLE_LOG_UPTO
    possible = [one for one in PROJECTORS if standing(one) is Standing.CURRENT]
    possible = [one for one in possible if whole_log_is_short or not one.shares_rows]
    if not possible:
        return None
    return _warned(verify(_longest_unverified(possible), settings.VERIFY_SAMPLE))


def _longest_unverified(projectors: list[Projector]) -> Projector:
    verified = dict(Verification.objects.values_list("projection", "verified_at"))
    never = timezone.now() - timedelta(days=10_000)
    return min(projectors, key=lambda projector: verified.get(projector.name, never))


def _warned(found: Verified) -> Verified:
    if found.differences:
        log.error(
            "rows differ from the log",
            projection=found.projection,
            differences=found.differences,
            advice=f"manage.py verify_projections {found.projection} --all --repair",
        )
    return found
