"""What the first start of the service leaves behind: a login, a token and sample orders."""

import secrets
from collections.abc import Callable

from config import embedded
from config.child_process import say

LOGIN, SAMPLES, DAYS = "admin", 120, 14


def greet(manage: Callable[..., str], address: str) -> None:
    """Make a login and a token, shown this once, and orders if there are none; does nothing on later starts.

    Args:
        manage: runs one management command and returns what it printed.
        address: where the service will be, such as http://127.0.0.1:8000.
    """
    greeted = embedded.home() / "greeted"
    if greeted.exists():
        return
    _place_orders(manage)
    token = manage("create_token", "--name", "demo", "--role", "operator", "--quiet")
    say("run", f"login  {_login()}")
    say("run", f"token  {token}   (shown once)")
    say("run", f'try    curl -H "Authorization: Bearer {token}" "{address}/api/orders/search"')
    greeted.touch()


def _place_orders(manage: Callable[..., str]) -> None:
    from orders_write import event_store

    if event_store.head() == 0:  # never into a log that somebody already uses
        say("run", manage("place_sample_orders", str(SAMPLES), "--days", str(DAYS)))


def _login() -> str:
    """Return the new login and its password; an account that is there already keeps its own."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    if users.filter(username=LOGIN).exists():
        return f"{LOGIN}, with the password it has (`manage.py changepassword {LOGIN}` sets another)"
    password = secrets.token_urlsafe(12)
    users.create_superuser(LOGIN, f"{LOGIN}@localhost", password)
    return f"{LOGIN} / {password}   (shown once)"
