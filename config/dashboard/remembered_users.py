"""Who was signed in a short while ago, for the time in which the database that knows the accounts is down.

What a user may do is kept in the cache whenever a page is shown to him, for REMEMBERED_SECONDS: that is how long
somebody whose role was taken, or whose account was closed, can go on looking when the write database goes down at that
moment. A remembered user looks; he changes nothing (config/browsers.py).
"""

from typing import Any

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from config.dashboard.page import DOWN

REMEMBERED_SECONDS = 900
CACHE = "sessions"
_FIELDS = ("pk", "username", "email", "first_name", "last_name", "is_active", "is_staff", "is_superuser")


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in; while the write database does not answer, as he was when it last did.

    Raises:
        DatabaseError: it does not answer, and nobody is remembered.
    """
    try:
        user = auth.get_user(request)
        if isinstance(user, User) and user.is_staff:
            _remember(request, user)
    except DOWN:
        return _remembered(request)
    return user  # type: ignore[return-value]


def is_remembered(user: Any) -> bool:
    """Tell whether this is somebody as he was a while ago."""
    return getattr(user, "is_remembered", False)


def _remember(request: HttpRequest, user: User) -> None:
    kept = {name: getattr(user, name) for name in _FIELDS} | {"permissions": user.get_all_permissions()}
    kept["session"] = request.session[auth.HASH_SESSION_KEY]
    caches[CACHE].set(_key(request), kept, REMEMBERED_SECONDS)


def _remembered(request: HttpRequest) -> User | AnonymousUser:
    kept = caches[CACHE].get(_key(request))
    if not kept or not constant_time_compare(kept.pop("session"), request.session.get(auth.HASH_SESSION_KEY, "")):
        raise
    permissions = kept.pop("permissions")
    user = User(**kept)
    user._perm_cache = permissions  # type: ignore[attr-defined] # what Django's backend would look up
    user.is_remembered = True  # type: ignore[attr-defined]
    return user


def _key(request: HttpRequest) -> str:
    return f"dashboard-user:{request.session.session_key}"
