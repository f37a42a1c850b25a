"""`/healthz`: the process is alive. `/readyz`: what it can serve, each part by name, each asked with a time-out."""

from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
from django.db import DatabaseError, connections
from django.http import HttpRequest, JsonResponse

from config.celery import app
from projections.lag import status

_SECONDS = 1


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer without asking anybody."""
    return JsonResponse({"status": "alive"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 `ready`, 200 `degraded` (one part is down: the other side still serves), or 503 `unavailable`."""
    checks: dict[str, Any] = dict(servers())
    databases = [checks["write_database"], checks["read_database"]]
    checks["projections"] = _projections() if databases == ["ok", "ok"] else []
    if "ok" not in databases:
        return JsonResponse({"status": "unavailable", "checks": checks}, status=503)
    posting = all(one["state"] == "active" for one in checks["projections"])
    ready = posting and [*databases, checks["broker"]] == ["ok"] * 3
    return JsonResponse({"status": "ready" if ready else "degraded", "checks": checks})


def servers() -> dict[str, str]:
    """Return `ok`, or what went wrong, for each server by its name; none is waited for longer than a second or so."""
    return {
        "write_database": _asked(lambda: _database("default")),
        "read_database": _asked(lambda: _database("read")),
        "broker": _asked(_broker),
    }


def _asked(question: Callable[[], object]) -> str:
    try:
        question()
    except Exception as error:
        return f"down: {type(error).__name__}"
    return "ok"


def _database(alias: str) -> None:
    """Ask on a connection of its own: the pool would make readiness wait for its time-out."""
    found = connections[alias].settings_dict
    options = {"host": found["HOST"], "port": found["PORT"], "user": found["USER"], "password": found["PASSWORD"]}
    given = {name: value for name, value in options.items() if value}
    with psycopg.connect(
        dbname=found["NAME"], connect_timeout=_SECONDS, options=f"-c statement_timeout={_SECONDS}s", **given
    ) as connection:
        connection.execute("select 1")


def _broker() -> None:
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=_SECONDS)


def _projections() -> Any:
    try:
        return msgspec.to_builtins(status())
    except DatabaseError:
        return []
