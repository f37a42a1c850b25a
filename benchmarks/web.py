"""The web server as the service runs it, but one process, kept to one processor; for the views of any application."""

from functools import partial
from pathlib import Path
from typing import Any


def server(folder: Path, started: list[Any], application: str) -> Any:
    """Start a web server of one process, put it into `started`, and return it."""
    from tests.e2e.service import Service, eventually

    service = Service(folder / application)
    service.folder.mkdir(exist_ok=True)
    service.environment |= {"WEB_CONCURRENCY": "1", "WEB_PINNED": "on"}
    command = service.commands["web"]
    command[command.index("config.wsgi")] = application
    service.broker.start()
    service.start("web")
    started.append(service)
    eventually(partial(_answers, service), f"{application} answers")
    return service


def _answers(service: Any) -> bool:
    try:
        return bool(service.request("GET", "/").status)
    except OSError:
        return False
