"""The web server's processes: which processors each keeps to."""

import os

import psutil
import pytest

from tests.e2e.service import Service, eventually

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux keeps processes to processors")


def _start(service, pinned, count):
    service.environment |= {"WEB_PINNED": pinned, "WEB_CONCURRENCY": str(count)}
    service.start("web")


def _workers(service):
    return psutil.Process(service.processes["web"].pid).children()


def _keep_to(service, processors):
    """Tell whether there is a worker for each of these sets of processors, and no other, and the service answers."""
    try:
        found = sorted(sorted(worker.cpu_affinity()) for worker in _workers(service))
    except psutil.Error:  # one has just ended
        return False
    return found == sorted(sorted(one) for one in processors) and service.is_up()


@pytest.fixture
def web(databases, tmp_path):
    """A service of which nothing runs but the broker."""
    service = Service(tmp_path)
    service.broker.start()
    yield service
    service.stop()


@pytest.fixture
def usable():
    """Two processors at most, which what is started meanwhile may use."""
    all_of_them = os.sched_getaffinity(0)
    some = set(sorted(all_of_them)[:2])
    os.sched_setaffinity(0, some)
    yield some
    os.sched_setaffinity(0, all_of_them)


@pytest.mark.parametrize("pinned", ["on", "auto"])
def test_each_worker_keeps_to_a_processor_of_its_own(web, usable, pinned):
    own = [{one} for one in usable]
    _start(web, pinned, len(own))
    eventually(lambda: _keep_to(web, own), "each worker has a processor")
    gone = _workers(web)[0]
    gone.kill()
    eventually(lambda: not gone.is_running() and _keep_to(web, own), "another took the place of a dead one")


@pytest.mark.parametrize(("pinned", "count"), [("off", 2), ("auto", 1)])
def test_workers_that_are_not_pinned_use_any(web, usable, pinned, count):
    _start(web, pinned, count)
    eventually(lambda: _keep_to(web, [usable] * count), "all workers run")


def test_anything_else_is_refused_with_what_to_do(web):
    _start(web, "maybe", 1)
    assert web.processes["web"].wait(30)
    assert "WEB_PINNED is 'maybe'; set it to auto, on or off." in web.logs()
