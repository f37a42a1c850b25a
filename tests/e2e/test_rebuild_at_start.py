"""A release that changed a projection: its worker rebuilds the rows when it starts, if it is told to."""

from orders_read.models import Checkpoint
from projections.lag import status
from projections.models import Rebuild
from projections.registry import PROJECTORS
from tests.agreement import disagreements
from tests.e2e.service import eventually
from tests.projections.helpers import add_jam, checkpoint

ORDER_VIEWS = PROJECTORS[0]


def test_rows_of_the_last_release_are_rebuilt_by_the_worker_that_starts(service, place):
    service.kill("worker")
    order_ids = [place() for _ in range(10)]
    service.start("worker")
    eventually(_at_head, "posted")
    service.kill("worker")
    checkpoint(ORDER_VIEWS, version=0)
    add_jam(order_ids[0])
    service.environment["REBUILD_AT_START"] = "on"
    service.start("worker")
    eventually(_at_head, "rebuilt and posted")
    assert list(Rebuild.objects.values_list("projection", "state")) == [("order_views", "done")]
    assert checkpoint(ORDER_VIEWS).generation == 2
    assert Checkpoint.objects.filter(generation=2).count() == 1
    assert disagreements() == {}


def _at_head():
    return all((one.state, one.lag_events) == ("active", 0) for one in status())
