"""A real Chromium that looks at the running service, and notes what it must never do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE, NARROW = {"width": 1360, "height": 900}, {"width": 390, "height": 844}
PASSWORD = "only for tests"


def chromium() -> str:
    """Return where a Chromium is; skip the test where there is none, unless one is required (in CI)."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        missing = f"there is no Chromium: install one of {', '.join(NAMES)}"
        (pytest.fail if os.environ.get("DAYBOOK_BROWSER") == "required" else pytest.skip)(missing)
    return found


@contextmanager
def running() -> Iterator[Browser]:
    """Start Chromium; Django then has to allow questions from the thread that Playwright's loop runs in."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody with a browser: every request that leaves the host, error and refusal of the policy is noted."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.address, self.noted = address, list[str]()
        self.context: BrowserContext = browser.new_context(base_url=address, **{"viewport": WIDE, **options})
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.page.on("request", self._note_request)
        self.page.on("response", self._note_response)
        self.page.on("pageerror", lambda error: self.noted.append(f"error: {error}"))
        self.page.on("console", lambda said: self._note_console(said.type, said.text))

    def sign_in(self, name: str) -> Page:
        """Sign in by the form, and return the page that follows."""
        self.page.goto("/admin/login/?next=/admin/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url("**/admin/")
        return self.page

    def _note_request(self, request: Any) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc and not request.url.startswith("data:"):
            self.noted.append(f"request: {request.url}")

    def _note_response(self, response: Any) -> None:
        if "/static/" in response.url and response.status >= 400:
            self.noted.append(f"asset: {response.status} {response.url}")

    def _note_console(self, kind: str, text: str) -> None:
        if "Content Security Policy" in text:
            self.noted.append(f"policy: {text}")
