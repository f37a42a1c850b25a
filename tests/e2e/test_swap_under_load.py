"""Rebuilds and swaps while commands arrive and a real worker posts: nothing lost, nothing twice, nothing half-built.

DAYBOOK_THOROUGH=1 rebuilds twenty times; else each read model once.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
from django.db import connections

from projections import rebuild
from projections.models import Rebuild
from projections.rebuild_run import Options
from projections.registry import PROJECTORS
from projections.verify import verify
from tests.agreement import disagreements
from tests.e2e.service import ROOT, eventually
from tests.projections.helpers import add_jam, all_posted

REBUILDS = 20 if os.environ.get("DAYBOOK_THOROUGH") else len(PROJECTORS)
COMMANDS_A_SECOND = 100


class Customers:
    """Place and extend orders at a steady pace, in a thread, until told to stop."""

    def __init__(self, place):
        self.place, self.enough, self.commands, self.error = place, threading.Event(), 0, None

    def run(self):
        began = time.monotonic()
        try:
            while not self.enough.is_set():
                order_id = self.place(("tea", 1 + self.commands % 7, "3.50"), customer=f"c{self.commands % 9}")
                add_jam(order_id)
                self.commands += 2
                time.sleep(max(0, began + self.commands / COMMANDS_A_SECOND - time.monotonic()))
        except BaseException as error:
            self.error = error
        finally:
            connections.close_all()


class Reader:
    """Asks for every order that it has ever seen, as fast as it can: none may be missing or incomplete."""

    def __init__(self):
        self.enough, self.answers, self.longest, self.error = threading.Event(), 0, 0.0, None

    def run(self):
        seen = set()
        try:
            with closing(connections["read"].copy()) as connection, connection.cursor() as cursor:
                while not self.enough.is_set():
                    began = time.monotonic()
                    cursor.execute("select order_id, version, item_count, total from order_views")
                    rows = cursor.fetchall()
                    self.longest = max(self.longest, time.monotonic() - began)
                    assert all(version == items and total > 0 for _, version, items, total in rows)
                    found = {row[0] for row in rows}
                    assert seen <= found
                    seen, self.answers = found, self.answers + 1
        except BaseException as error:
            self.error = error


@pytest.mark.timeout(240)
def test_rebuilds_while_commands_arrive(service, place):
    customers, reader = Customers(place), Reader()
    threads = [threading.Thread(target=customers.run), threading.Thread(target=reader.run)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: customers.commands > 100, "commands arrive")
        for number in range(REBUILDS):
            projector = PROJECTORS[number % len(PROJECTORS)]
            rebuild.rebuild(projector, Options(verify=number >= REBUILDS - len(PROJECTORS)))
    finally:
        customers.enough.set()
        threads[0].join()
        reader.enough.set()
        threads[1].join()
    assert customers.error is None
    assert reader.error is None
    assert reader.answers > 100
    assert Rebuild.objects.filter(state="done").count() == REBUILDS
    eventually(all_posted, "every projection is at the head")
    assert disagreements() == {}
    assert {projector.name: verify(projector).shown for projector in PROJECTORS} == {
        projector.name: [] for projector in PROJECTORS
    }


def test_celerys_workers_fold_a_rebuild(service, place):
    for _ in range(60):
        add_jam(place())
    eventually(all_posted, "posted")
    command = [sys.executable, "manage.py", "rebuild_projections", "order_views", "--distributed", "--workers", "2"]
    subprocess.run(command, cwd=ROOT, env=service.environment, check=True, timeout=60)
    assert list(Rebuild.objects.values_list("state", "events_done")) == [("done", 120)]
    assert verify(PROJECTORS[0]).differences == 0
