"""The two real test databases: made once per run as the owner, used as the application, emptied before each test."""

import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from tests import tokens

ALIASES = ("default", "read")
TEST_NAME = f"test_daybook_{os.getpid()}"
APPEND_ONLY = {"events": "events_append_only", "audit_entries": "audit_append_only"}
_GENERATIONS = "select nspname from pg_namespace where nspname ~ '^(building|previous|retired)_'"
_ACCOUNTS = (
    "django_session", "django_admin_log", "auth_user_groups", "auth_user_user_permissions", "auth_user",
)  # fmt: skip
_KEPT = "('django_migrations', 'token_copies')"
_TABLES = f"select tablename from pg_tables where schemaname = 'public' and tablename not in {_KEPT}"


def keep_apart() -> None:
    """Give this run a queue of the broker and keys of the cache of its own: several runs share the servers."""
    from config.celery import app

    app.conf.task_default_queue = TEST_NAME
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
    """Make an empty test database and migrate it as its owner; leave the alias connected as the application."""
    tokens.token.cache_clear()
    app = dict(connections[alias].settings_dict)
    with owner_connection(alias, "postgres") as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(TEST_NAME)))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(TEST_NAME)))
        if alias == "read":
            owner = sql.SQL("alter database {} owner to {}").format(
                sql.Identifier(TEST_NAME), sql.Identifier(app["USER"])
            )
            connection.execute(owner)
    _reconnect(alias, NAME=TEST_NAME, **(settings.TEST_OWNERS[alias] if alias == "default" else {}))
    call_command("migrate", database=alias, verbosity=0)
    _reconnect(alias, USER=app["USER"], PASSWORD=app["PASSWORD"])


def empty() -> None:
    """Empty the log and the audit trail (their triggers set aside by the owner), the read models, and what was built.

    Accounts go too; roles stay as the migrations made them.
    Tokens stay: they are made once in a run (tests/tokens.py).
    """
    with owner_connection("default") as connection:
        connection.execute("delete from idempotency_records")
        for table in _ACCOUNTS:
            connection.execute(f"delete from {table}")
        for table, trigger in APPEND_ONLY.items():
            if connection.execute(f"select 1 from {table} limit 1").fetchone():
                connection.execute(f"alter table {table} disable trigger {trigger}")
                connection.execute(f"truncate {table}")
                connection.execute(f"alter table {table} enable always trigger {trigger}")
    with owner_connection("read") as connection:
        for (schema,) in connection.execute(_GENERATIONS).fetchall():
            connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
        for (table,) in connection.execute(_TABLES + " order by tablename = 'rebuilds'").fetchall():
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))


def drop() -> None:
    """Close what is open, and drop both test databases and the queue."""
    from config.celery import app

    with app.connection_for_write() as connection:
        connection.default_channel.client.delete(TEST_NAME, f"_kombu.binding.{TEST_NAME}")
    for alias in ALIASES:
        _close(alias)
        with owner_connection(alias, "postgres") as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(TEST_NAME)))


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
