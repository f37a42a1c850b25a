"""Keeps on record who signed in to the dashboard and out of it, and who could not."""

from typing import Any

import structlog
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from config.dashboard.recording import record
from config.rate_limits import LOGIN
from orders_write.audit import NotRecorded

TARGET = "the dashboard"
UNKNOWN = "somebody unknown"
log = structlog.get_logger(__name__)


def connect() -> None:
    """Listen to Django's signals."""
    user_logged_in.connect(_signed_in)
    user_login_failed.connect(_failed)
    user_logged_out.connect(_signed_out)


def _signed_in(request: HttpRequest, user: Any, **signal: Any) -> None:
    if request.path_info == LOGIN:
        record(request, "sign in", TARGET, by=user.get_username())


def _failed(credentials: Any, request: HttpRequest | None = None, **signal: Any) -> None:
    """Record a failed attempt; the rate limit bounds them. What is no account's name may well be a password."""
    if request is None or request.path_info != LOGIN:
        return
    name = str(credentials.get("username", ""))
    known = get_user_model().objects.filter(username=name).exists()
    record(request, "fail to sign in", TARGET, by=name if known else UNKNOWN)


def _signed_out(request: HttpRequest, user: Any, **signal: Any) -> None:
    """Record it where that can be done; nobody is kept from signing out."""
    if user is None or not request.path_info.startswith("/admin/"):
        return
    try:
        record(request, "sign out", TARGET, by=user.get_username())
    except NotRecorded:
        log.warning("a sign-out is not in the audit trail")
