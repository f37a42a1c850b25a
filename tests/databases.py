"""The two real test databases: made once per run as the owner, used as the application, emptied before each test."""

import hashlib
import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from tests import tokens

ALIASES = ("default", "read")
TEST_NAME = f"test_daybook_{os.getpid()}"
_TEMPLATE_LOCK_KEY = 4_919_201_129
_KEPT_ROWS = "('django_migrations', 'token_copies')"
_EMPTYING = {
    "default": """do $$ begin
        delete from idempotency_records;
        delete from django_session;
        delete from django_admin_log;
        delete from auth_user_groups;
        delete from auth_user_user_permissions;
        delete from auth_user;
        if exists (select from events) then
            alter table events disable trigger events_append_only;
            truncate events;
            alter table events enable always trigger events_append_only;
        end if;
        if exists (select from audit_entries) then
            alter table audit_entries disable trigger audit_append_only;
            truncate audit_entries;
            alter table audit_entries enable always trigger audit_append_only;
        end if;
    end $$""",
    "read": f"""do $$ declare found text; begin
        for found in select nspname from pg_namespace where nspname ~ '^(building|previous|retired)_' loop
            execute format('drop schema %I cascade', found);
        end loop;
        for found in select tablename from pg_tables where schemaname = 'public' and tablename not in {_KEPT_ROWS}
        order by tablename = 'rebuilds' loop
            execute format('delete from %I', found);
        end loop;
    end $$""",
}
_kept: dict[str, psycopg.Connection[Any]] = {}


def keep_apart() -> None:
    """Give this run queues of the broker and keys of the cache of its own: several runs share the servers."""
    from config.celery import app

    app.conf.broker_transport_options |= {"global_keyprefix": TEST_NAME}
    settings.CACHES["default"]["KEY_PREFIX"] = TEST_NAME


def owner_settings(alias: str) -> dict[str, Any]:
    """Return the connection settings of the role that may create databases and own the log."""
    return {**connections[alias].settings_dict, **settings.TEST_OWNERS[alias]}


def owner_connection(alias: str, name: str | None = None) -> psycopg.Connection[Any]:
    """Connect as the owner to the test database, or to the database `name`."""
    found = owner_settings(alias)
    return psycopg.connect(
        host=found["HOST"] or None,
        port=found["PORT"] or None,
        user=found["USER"] or None,
        password=found["PASSWORD"] or None,
        dbname=name or found["NAME"],
        autocommit=True,
    )


def create(alias: str) -> None:
    """Make an empty, migrated test database of this run's own; leave the alias connected as the application.

    It is a copy of a template, which the first run after a change of the migrations makes.
    """
    tokens.token.cache_clear()
    with owner_connection(alias, "postgres") as connection:
        connection.execute("select pg_advisory_lock(%s)", [_TEMPLATE_LOCK_KEY])
        template = _template(alias, connection)
        _execute(connection, "drop database if exists {} with (force)", TEST_NAME)
        _copied(alias, connection, template, TEST_NAME)
    _reconnect(alias, NAME=TEST_NAME)


def _template(alias: str, connection: psycopg.Connection[Any]) -> str:
    """Return the name of the migrated database to copy; make it when there is none, whole or not at all."""
    template = f"test_template_{_digest_of_migrations()}"
    if connection.execute("select 1 from pg_database where datname = %s", [template]).fetchone():
        return template
    unfinished = f"{template}_unfinished"
    _execute(connection, "drop database if exists {} with (force)", unfinished)
    _copied(alias, connection, "template1", unfinished)
    app = dict(connections[alias].settings_dict)
    _reconnect(alias, NAME=unfinished, **(settings.TEST_OWNERS[alias] if alias == "default" else {}))
    call_command("migrate", database=alias, verbosity=0)
    _reconnect(alias, NAME=app["NAME"], USER=app["USER"], PASSWORD=app["PASSWORD"])
    _execute(connection, "alter database {} rename to {}", unfinished, template)
    return template


def _digest_of_migrations() -> str:
    """Return what changes when a migration does, Django's own among them."""
    digest = hashlib.sha256(f"{django.get_version()} {settings.WRITE_APP_ROLE}".encode())
    for path in sorted(settings.BASE_DIR.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _copied(alias: str, connection: psycopg.Connection[Any], template: str, name: str) -> None:
    _execute(connection, "create database {} template {}", name, template)
    if alias == "read":
        _execute(connection, "alter database {} owner to {}", name, connections[alias].settings_dict["USER"])


def _execute(connection: psycopg.Connection[Any], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


def empty() -> None:
    """Empty the log and the audit trail (their triggers set aside by the owner), the read models, and what was built.

    Accounts and sessions go too; roles stay as the migrations made them, and tokens, which are made once in a run
    (tests/tokens.py).
    """
    for alias, statement in _EMPTYING.items():
        _kept_connection(alias).execute(statement)


def _kept_connection(alias: str) -> psycopg.Connection[Any]:
    """Return the owner's connection that serves every test of the run, a new one when it was lost."""
    kept = _kept.get(alias)
    if kept is None or kept.closed or kept.broken or kept.info.dbname != TEST_NAME:
        kept = _kept[alias] = owner_connection(alias)
    return kept


def drop() -> None:
    """Close what is open, and drop both test databases and the queue."""
    from config.celery import app

    with app.connection_for_write() as connection:
        connection.default_channel.client.delete(TEST_NAME, f"_kombu.binding.{TEST_NAME}")
    for alias in ALIASES:
        _close(alias)
        if kept := _kept.pop(alias, None):
            kept.close()
        with owner_connection(alias, "postgres") as connection:
            _execute(connection, "drop database if exists {} with (force)", TEST_NAME)


def urls() -> dict[str, str]:
    """Return the environment that makes another process use the test databases and the tests' broker and cache."""
    return {
        "WRITE_DATABASE_URL": _renamed(os.environ.get("WRITE_DATABASE_URL") or settings.URLS["WRITE_DATABASE_URL"]),
        "READ_DATABASE_URL": _renamed(os.environ.get("READ_DATABASE_URL") or settings.URLS["READ_DATABASE_URL"]),
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        "CACHE_URL": settings.CACHES["default"]["LOCATION"],
        "SECRET_KEY": settings.SECRET_KEY,
        "HTTPS": "off",
    }


def _renamed(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{TEST_NAME}"))


def _reconnect(alias: str, **changes: Any) -> None:
    _close(alias)
    connections[alias].settings_dict.update(changes)
    connections.settings[alias].update(changes)


def _close(alias: str) -> None:
    connections[alias].close()
    if hasattr(connections[alias], "close_pool"):
        connections[alias].close_pool()
