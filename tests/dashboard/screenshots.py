"""`python -m tests.dashboard.screenshots [FOLDER]`: every page as it looks, wide and narrow, light and dark.

The service runs on databases of its own, with a shop's orders in them: some not posted yet, one stream held by an event
that no projector can read, a rebuild behind it, and lag as it was measured.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

ORDERS, DAYS, BEHIND, SECONDS_OF_LAG = 160, 30, 12, 25
ACCOUNT = "ada"
# What the parameters in the addresses of pages stand for: a page with a parameter of another name needs a line here.
PARAMETERS: dict[str, Callable[[], Any]] = {
    "order_id": lambda: _longest_order(),
    "stream_id": lambda: _longest_order(),
    "position": lambda: _event_of(_longest_order()),
    "customer_id": lambda: _customer(),
    "projection": lambda: "order_views",
    "name": lambda: "order_views",
}
# The theme's own pages, by the name of the picture.
OTHERS = {
    "login": "/admin/login/",
    "users": "/admin/auth/user/",
    "user": "/admin/auth/user/{user}/change/",
    "roles": "/admin/auth/group/",
    "role": "/admin/auth/group/{group}/change/",
    "password": "/admin/password_change/",
    "overview": "/admin/",
}
LOOKS = {"": {}, "-dark": {"color_scheme": "dark"}}


def parameters(page: Any) -> list[str]:
    """Return the names of the parameters in a page's address."""
    from django.urls import get_resolver

    names = get_resolver().namespace_dict["admin"][1].reverse_dict.getlist(page.name)
    return list(names[0][0][0][1])


def addresses() -> dict[str, str]:
    """Return the address of every page of the dashboard, by the name of its picture."""
    from django.contrib.auth.models import Group, User
    from django.urls import reverse

    from config.dashboard.urls import PAGES

    numbers = {"user": User.objects.get(username=ACCOUNT).pk, "group": Group.objects.get(name="operator").pk}
    found = {name: address.format(**numbers) for name, address in OTHERS.items()}
    for path, page in PAGES.items():
        if path.endswith(".csv"):
            continue  # a file, not a page
        values = {name: PARAMETERS[name]() for name in parameters(page)}
        found[page.name] = reverse(f"admin:{page.name}", kwargs=values)
    return found


def _longest_order() -> Any:
    from orders_write.models import Event

    return (
        Event.objects.exclude(stream_id=_held()).order_by("-version", "position").values_list("stream_id", flat=True)[0]
    )


def _held() -> Any:
    from projections.models import ParkedEvent

    return ParkedEvent.objects.values_list("stream_id", flat=True).first()


def _event_of(order_id: Any) -> int:
    from orders_write.models import Event

    return int(Event.objects.filter(stream_id=order_id).order_by("version").values_list("position", flat=True)[1])


def _customer() -> str:
    from orders_read.models import CustomerSummary

    return str(CustomerSummary.objects.order_by("-orders").values_list("customer_id", flat=True)[0])


@contextmanager
def _service() -> Iterator[Any]:
    """Run the service on new databases, with orders in them; at the end its worker is gone and orders wait for it."""
    from config import embedded
    from tests import databases
    from tests.e2e.service import Service, eventually

    embedded.ensure_running()
    databases.keep_apart()
    for alias in databases.ALIASES:
        databases.create(alias)
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder))
        service.environment |= {"LAG_SAMPLE_SECONDS": "1", "LOGIN_LIMIT_PER_ADDRESS": "1000"}
        try:
            service.broker.start()
            service.start("web", "worker", "beat")
            eventually(service.is_up, "the web server answers")
            _live_a_day(service)
            yield service
        finally:
            service.stop()
            databases.drop()


def _live_a_day(service: Any) -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from orders_write import samples
    from orders_write.models import Event
    from projections.lag import status
    from projections.models import ParkedEvent, ProjectionLagSample
    from tests.dashboard.browser import PASSWORD
    from tests.e2e.service import eventually
    from tests.projections.helpers import all_posted, poison

    manage = partial(call_command, stdout=StringIO())
    User.objects.create_superuser(ACCOUNT, "ada@example.com", PASSWORD)
    for role in ("viewer", "operator", "engineer", "administrator"):
        manage("create_user", f"{role}-1", "--role", role, "--quiet", "--reason", "a new colleague")
    manage("create_token", "--name", "till-3", "--quiet", "--reason", "the till at the door")
    manage("create_token", "--name", "web shop", "--role", "customer", "--customer", "c-1", "--quiet")
    placed = samples.place(ORDERS, seed=7, days=DAYS)
    poison(placed[3], version=Event.objects.filter(stream_id=placed[3]).count() + 1)
    eventually(ParkedEvent.objects.exists, "the poisoned stream is held")
    eventually(all_posted, "all is posted", 120)
    manage("rebuild_projections", "daily_sales", "--park", "--json")
    samples_wanted = SECONDS_OF_LAG * len(status())
    eventually(lambda: ProjectionLagSample.objects.count() >= samples_wanted, "lag is measured", 180, 0.5)
    service.kill("worker")
    samples.place(BEHIND, seed=8)


def _take(service: Any, folder: Path) -> None:
    from tests.dashboard import browser
    from tests.dashboard.browser import NARROW, WIDE, Visitor

    found = addresses()
    with browser.running() as chromium:
        for size, viewport in (("", WIDE), ("-narrow", NARROW)):
            for look, options in LOOKS.items():
                visitor = Visitor(chromium, f"http://127.0.0.1:{service.port}", viewport=viewport, **options)
                _picture(visitor.page, found["login"], folder / f"login{look}{size}.png")
                visitor.sign_in(ACCOUNT)
                for name, address in found.items():
                    if name != "login":
                        _picture(visitor.page, address, folder / f"{name}{look}{size}.png")
                visitor.context.close()


def _picture(page: Any, address: str, path: Path) -> None:
    answer = page.goto(address)
    if answer.status != 200:
        raise SystemExit(f"{address} answers {answer.status}")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=path, full_page=page.evaluate("document.documentElement.scrollHeight") < 4_000)
    print(f"{path}  {path.stat().st_size // 1024} kB")


def main() -> None:
    """Take every picture into a folder."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with _service() as service:
        _take(service, folder)
    print(f"{sum(one.stat().st_size for one in folder.glob('*.png')) / 1e6:.1f} MB in {folder}")


if __name__ == "__main__":
    main()
