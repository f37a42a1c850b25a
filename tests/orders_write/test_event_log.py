"""Reading the log by COPY: what fails there is what it is in any other statement."""

import pytest
from django.db import OperationalError, connections

from orders_write.event_log import FIRST_STREAM, LAST_STREAM, WHOLE, _read, read_streams
from tests.databases import owner_connection

READS = [
    pytest.param(lambda: list(read_streams(FIRST_STREAM, LAST_STREAM, 10)), id="stream by stream"),
    pytest.param(lambda: _read(0, 10, WHOLE), id="by position"),
]


@pytest.mark.parametrize("read", READS)
def test_a_connection_that_is_lost_fails_as_djangos_do(databases, read):
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (session,) = cursor.fetchone()
    with owner_connection("default") as owner:
        owner.execute("select pg_terminate_backend(%s, 5000)", [session])
    with pytest.raises(OperationalError):
        read()
    connections["default"].close()
