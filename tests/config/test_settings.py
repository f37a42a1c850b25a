"""Settings: what is half configured is refused, and everything there is to set is written down."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections

from config import supervisor
from tests.databases import owner_connection

ROOT = Path(__file__).parent.parent.parent
URLS = {
    "WRITE_DATABASE_URL": "postgres://app:pw@write:5432/daybook",
    "READ_DATABASE_URL": "postgres://read:pw@read:5432/daybook",
    "CELERY_BROKER_URL": "redis://redis/0",
    "CACHE_URL": "redis://redis/1",
    "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
}


def _manage(*arguments, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in URLS}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=clean | environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("missing", list(URLS))
def test_a_setting_that_is_missing_is_named(missing):
    given = {name: value for name, value in URLS.items() if name != missing}
    found = _manage("create_token", "--actor", "x", **given)
    assert found.returncode != 0
    assert missing in found.stderr


def test_with_everything_set_a_deployment_is_clean():
    found = _manage("check", "--deploy", "--fail-level", "WARNING", **URLS)
    assert found.returncode == 0, found.stderr


def test_one_database_for_both_sides_is_refused():
    found = _manage("check", **(URLS | {"READ_DATABASE_URL": URLS["WRITE_DATABASE_URL"]}))
    assert "daybook.E001" in found.stderr


def test_every_setting_has_its_line_in_the_example():
    files = (ROOT / "config" / "settings.py", ROOT / "gunicorn.conf.py")
    read = {name for file in files for name in re.findall(r'env\.\w+\("([A-Z_]+)"', file.read_text())}
    documented = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read - documented <= {"DAYBOOK_AS_OWNER"}  # manage.py sets it for itself


def test_the_compose_file_has_every_part_and_names_it_by_settings_that_exist():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert set(compose["services"]) == {"write-db", "read-db", "redis", "migrate", "web", "worker", "poster", "beat"}
    for name, service in compose["services"].items():
        assert set(service.get("depends_on", {})) <= set(compose["services"]), name
    documented = (ROOT / ".env.example").read_text()
    used = set(compose["x-daybook"]["environment"])
    assert [name for name in used if f"{name}=" not in documented] == []


def test_every_queue_is_taken_by_one_kind_of_process():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    composed = {name: service.get("command", []) for name, service in services.items()}
    for commands in (composed, supervisor._commands()):
        assert _taken(commands) == {"worker": "celery", "poster": settings.WAKE_UPS}
    assert [queue.name for queue in settings.CELERY_TASK_QUEUES] == ["celery", settings.WAKE_UPS]


def _taken(commands):
    """Return the queue that each process takes tasks from."""
    option = "--queues"
    return {name: words[words.index(option) + 1] for name, words in commands.items() if option in words}


BROKEN = {
    "daybook.E002": (
        "alter table events enable trigger events_log_lock",
        "alter table events enable always trigger events_log_lock",
    ),
    "daybook.E003": (
        "alter table events alter position set cache 20",
        "alter table events alter position set cache 1",
    ),
    "daybook.E004": ("grant delete on events to {app}", "revoke delete on events from {app}"),
    "daybook.E007": (
        "revoke update on idempotency_records from {app}",
        "grant update on idempotency_records to {app}",
    ),
}


@pytest.mark.parametrize("code", BROKEN)
def test_what_the_laws_rest_on_is_checked(databases, code):
    call_command("check", databases=["default", "read"])
    breaking, mending = (text.format(app=connections["default"].settings_dict["USER"]) for text in BROKEN[code])
    with owner_connection("default") as owner:
        owner.execute(breaking)
        try:
            with pytest.raises(SystemCheckError, match=code):
                call_command("check", databases=["default", "read"])
        finally:
            owner.execute(mending)
