"""What the dashboard says when it cannot show a page: in the theme, without asking any server."""

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """Return an error as a page; nobody is looked up for it, so it has no sidebar."""
    request.user = AnonymousUser()
    context = {**admin.site.each_context(request), "title": title, "sentence": sentence}
    return HttpResponse(render_to_string("dashboard/error.html", context), status=status)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that nobody can be signed in, or nothing be changed, until the write database is back."""
    sentence = (
        "The database that knows the accounts does not answer. Until it does, nobody can sign in or out, and nothing "
        "can be changed; whoever signed in a short while ago can still look at the pages that need other servers."
    )
    answer = page(request, 503, "Not possible at the moment", sentence)
    answer["Retry-After"] = "5"
    return answer


def not_allowed(request: HttpRequest) -> HttpResponse:
    """Say that the account lacks a permission."""
    return page(request, 403, "This is not for you", "Your roles do not open this page. An administrator gives roles.")


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without its CSRF token (Django's CSRF_FAILURE_VIEW)."""
    sentence = (
        "The form was sent from elsewhere, or you have signed in or out since it was shown. Nothing was done: go "
        "back, reload the page, and send it again."
    )
    return page(request, 403, "The form is not valid any more", sentence)


def not_found(request: HttpRequest) -> HttpResponse:
    """Say that there is no such page."""
    return page(request, 404, "There is nothing here", "The page, or what it was about, does not exist.")


def bad_request(request: HttpRequest) -> HttpResponse:
    """Say that the request cannot be read."""
    return page(request, 400, "The request is not valid", "The request cannot be read. Nothing was done.")


def defect(request: HttpRequest) -> HttpResponse:
    """Say that it is the service's own fault, and where to look."""
    number = getattr(request, "correlation_id", "")
    sentence = f"This is a defect of the service; its log says more under {number}."
    return page(request, 500, "Something unexpected happened", sentence)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Say that somebody tries to sign in too often."""
    sentence = f"There were too many attempts to sign in from your network. Try again in {seconds} s."
    return page(request, 429, "Too many attempts", sentence)
