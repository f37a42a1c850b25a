"""Law 4 under fire: commands, while worker and poster die in mid-batch and web processes before they publish.

DAYBOOK_THOROUGH=1 sends 2,000 commands and kills 20 of each.
"""

import itertools
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from orders_read.models import OrderView
from orders_write import event_log, event_store
from orders_write.ids import new_id
from projections.registry import PROJECTORS
from projections.verify import verify
from tests.agreement import disagreements
from tests.databases import owner_connection
from tests.e2e.service import eventually
from tests.projections.helpers import all_posted, table

KILLS, COMMANDS = (20, 2_000) if os.environ.get("DAYBOOK_THOROUGH") else (3, 240)
CLIENTS, PAUSE = 4, 0.05
MID_BATCH = """
    select 1 from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
      and state in ('active', 'idle in transaction') and backend_type = 'client backend'
"""


class Shop:
    """Clients that place, extend and cancel orders, at a steady pace, and repeat whatever got no answer."""

    def __init__(self, service, order):
        self.service, self.order = service, order
        self.answered, self.kills_done = itertools.count(1), threading.Event()
        self.enough = False

    def run(self):
        """One client: orders of four commands each, until the kills and the commands are done."""
        while not (self.enough and self.kills_done.is_set()):
            path = f"/api/orders/{self._until_answered('POST', '/api/orders', self.order)['order_id']}"
            for quantity in (1, 2):
                item = {"product_id": f"p{quantity}", "name": "Jam", "quantity": quantity, "unit_price": "0.125"}
                self._until_answered("POST", f"{path}/items", item)
            self._until_answered("DELETE", f"{path}?reason=rain", None)

    def _until_answered(self, method, path, body):
        """Ask under one key until there is an answer, and return it."""
        key = {"Idempotency-Key": str(new_id())}
        answer = eventually(lambda: self._answer(method, path, body, key), f"{method} {path} is answered")
        self.enough = next(self.answered) >= COMMANDS
        time.sleep(PAUSE)
        return answer

    def _answer(self, method, path, body, key):
        try:
            status, answer = self.service.call(method, path, body, **key)
        except OSError:
            return None
        return answer if status in (200, 201) else None


def _kill_workers_mid_batch(service):
    with owner_connection("read") as connection:
        eventually(lambda: connection.execute(MID_BATCH).fetchone(), "a worker is in the middle of a batch", pause=0)
    service.kill("worker", "poster")
    service.start("worker", "poster")


def _kill_web_between_commit_and_publish(service):
    """A frozen broker holds every publish back, so what commits meanwhile is killed before it is published."""
    service.freeze_broker()
    try:
        head = event_store.head()
        eventually(lambda: event_store.head() > head, "a command was committed", 20)
        service.kill_web_workers()
    finally:
        service.thaw_broker()


@pytest.mark.timeout(400)
def test_the_read_model_equals_a_fresh_fold_of_the_log(service, order):
    service.kill("worker")
    service.leave_wake_ups_to_the_poster()
    service.start("worker", "poster")
    shop = Shop(service, order)
    with ThreadPoolExecutor(CLIENTS) as clients:
        running = [clients.submit(shop.run) for _ in range(CLIENTS)]
        try:
            for _ in range(KILLS):
                _kill_workers_mid_batch(service)
                _kill_web_between_commit_and_publish(service)
        finally:
            shop.kills_done.set()
        for client in running:
            client.result(120)
    eventually(all_posted, "the read models have caught up")
    assert table(PROJECTORS[0]) == _fresh_fold()
    assert {projector.name: verify(projector).shown for projector in PROJECTORS[1:]} == {
        projector.name: [] for projector in PROJECTORS[1:]
    }
    assert disagreements() == {}
    orders = OrderView.objects.using("read")
    assert orders.filter(status="cancelled", version=4, item_count=3).count() == orders.count() >= COMMANDS // 4


def _log():
    events, after = [], 0
    while batch := event_log.read_log(after, 5_000).events:
        events += batch
        after = batch[-1].position
    return events


def _fresh_fold():
    rows = PROJECTORS[0].fold({}, _log())
    searchable = dict(OrderView.objects.using("read").values_list("order_id", "search"))
    return [rows[key] | {"search": searchable[key[0]]} for key in sorted(rows)]
