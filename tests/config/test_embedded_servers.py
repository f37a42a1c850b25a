"""The local servers: made whole or not at all, and started again after every kind of end."""

import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config.embedded_servers import EmbeddedError, Postgres, Valkey


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder for data, and a short one for sockets."""
    sockets = Path(tempfile.mkdtemp(prefix="daybook-test-", dir="/tmp"))
    (sockets / "write").mkdir(mode=0o700)
    yield tmp_path_factory.mktemp("servers of our own"), sockets
    shutil.rmtree(sockets)


@pytest.fixture(scope="module")
def cluster(folder):
    """A PostgreSQL whose cluster is made once for all tests of this file."""
    data, sockets = folder
    server = Postgres(data / "write", sockets / "write", role="clerk", owner="postgres")
    yield server
    server.stop()


@pytest.fixture
def postgres(cluster):
    """The PostgreSQL, running."""
    cluster.ensure_running()
    return cluster


@pytest.fixture
def broker(folder):
    """A Valkey, running."""
    data, sockets = folder
    server = Valkey(data / "valkey", sockets / "valkey.sock")
    server.ensure_running()
    yield server
    server.stop()


@pytest.fixture
def stranger(postgres):
    """Another program of the user that runs PostgreSQL."""
    user = postgres.data.owner()
    identity = {"user": user} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "600"], cwd="/", **identity) as process:
        yield process
        process.kill()


def _asked(server, question, user="postgres"):
    with psycopg.connect(host=str(server.sockets), user=user, dbname="daybook", autocommit=True) as connection:
        return connection.execute(question).fetchone()


def _client(server):
    return redis.Redis(unix_socket_path=str(server.socket))


def _pid(server):
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def _killed(server):
    postmaster = psutil.Process(_pid(server))
    postmaster.kill()
    psutil.wait_procs([postmaster], timeout=30)


def test_the_application_has_a_role_without_privileges(postgres):
    question = (
        "select current_user::text, rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"
    )
    assert _asked(postgres, question, user="clerk") == ("clerk", False, False, False)


def test_commits_are_durable_and_only_the_socket_listens(postgres):
    names = ("fsync", "full_page_writes", "synchronous_commit", "listen_addresses", "max_prepared_transactions")
    assert [_asked(postgres, f"show {name}")[0] for name in names] == ["on", "on", "on", "", "0"]


def test_nobody_else_can_reach_the_sockets(postgres, broker):
    assert stat.S_IMODE(postgres.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(postgres.sockets.parent.stat().st_mode) & 0o007 == 0
    assert stat.S_IMODE(broker.socket.stat().st_mode) == 0o700


def test_a_running_server_is_used_as_it_is(postgres):
    before = _pid(postgres)
    postgres.ensure_running()
    assert _pid(postgres) == before


def test_a_killed_server_starts_again_with_its_data(postgres):
    with psycopg.connect(host=str(postgres.sockets), user="postgres", dbname="daybook", autocommit=True) as connection:
        connection.execute("create table kept as select 42 as answer")
    _killed(postgres)
    postgres.ensure_running()
    assert _asked(postgres, "select answer from kept") == (42,)


@pytest.mark.parametrize("lock", ["postmaster.pid", ".s.PGSQL.5432.lock"])
def test_a_lock_whose_pid_is_another_programs_now_does_not_stop_it(postgres, stranger, lock):
    _killed(postgres)
    path = (postgres.data if lock == "postmaster.pid" else postgres.sockets) / lock
    path.write_text("\n".join([str(stranger.pid), *path.read_text().splitlines()[1:]]) + "\n")
    postgres.ensure_running()
    assert _asked(postgres, "select 1") == (1,)


def test_what_stops_it_from_starting_is_shown(postgres):
    postgres.stop()
    settings = postgres.data / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(f"{good}\nmax_wishes = 3\n")
    try:
        with pytest.raises(EmbeddedError, match="max_wishes"):
            postgres.ensure_running()
    finally:
        settings.write_text(good)


def test_a_server_whose_data_was_removed_makes_room_for_a_new_one(postgres):
    before = _pid(postgres)
    shutil.rmtree(postgres.data)
    (postgres.data.with_name("write.new") / "half made").mkdir(parents=True)
    postgres.ensure_running()
    assert _pid(postgres) != before
    assert _asked(postgres, "select to_regclass('kept')") == (None,)


def test_the_broker_forgets_nothing(broker):
    with _client(broker) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        client.set("task", "waiting")
    broker.stop()
    broker.ensure_running()
    with _client(broker) as client:
        assert client.get("task") == b"waiting"


def test_a_killed_broker_starts_again(broker):
    with _client(broker) as client:
        killed = psutil.Process(client.info("server")["process_id"])
    killed.kill()
    psutil.wait_procs([killed], timeout=30)
    broker.ensure_running()
    with _client(broker) as client:
        assert client.ping()
