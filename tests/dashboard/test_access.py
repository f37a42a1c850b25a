"""Access in a real browser: pages for everybody, a token made, copied and revoked, and no secret where none belongs."""

from django.contrib.auth.models import Group, User

from tests.dashboard.accessibility import accessible, reachable
from tests.dashboard.browser import PASSWORD

LISTS = ["", "tokens/", "audit/", "auth/user/", "auth/group/", "nothing/"]
FORMS = ["tokens/new/", "auth/user/add/", "auth/user/{user}/change/", "auth/user/{user}/password/",
         "auth/group/{group}/change/", "password_change/"]  # fmt: skip


def _for_everybody(page, address):
    page.goto(f"/admin/{address}")
    accessible(page)
    reachable(page)


def test_lists_about_access_and_the_login_are_for_everybody(visit, user):
    visitor = visit()
    _for_everybody(visitor.page, "login/")
    page = visitor.sign_in(user("ada"))
    for address in LISTS:
        _for_everybody(page, address)


def test_forms_about_access_are_for_everybody(visit, user):
    page = visit().sign_in(user("ada"))
    numbers = {"user": User.objects.get(username="ada").pk, "group": Group.objects.get(name="viewer").pk}
    for address in FORMS:
        _for_everybody(page, address.format(**numbers))


def test_a_token_is_made_copied_and_revoked_and_its_text_goes_nowhere_else(visit, user, service):
    visitor = visit()
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.sign_in(user("ada"))
    page.goto("/admin/tokens/")
    page.get_by_role("link", name="Make a token").first.click()
    page.get_by_label("Name").fill("till-3")
    page.get_by_role("button", name="Make the token").click()
    text = page.locator("#token").inner_text()
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == text
    accessible(page)
    shown = [page.title(), page.url, str(visitor.context.cookies()), str(page.context.storage_state())]
    page.get_by_role("link", name="Done").click()
    page.get_by_role("row", name="till-3").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why").fill("the till is gone")
    dialog.get_by_role("button", name="Revoke it").click()
    page.get_by_text("is revoked").wait_for()
    page.goto("/admin/audit/?who=ada&action=revoke+token")
    assert page.get_by_text("the till is gone").is_visible()
    logs = "".join(log.read_text() for log in service.folder.glob("*.log"))
    assert [secret for secret in (text, PASSWORD) for place in (*shown, logs) if secret in place] == []


def test_a_wrong_password_is_said_and_not_kept(visit, user, service):
    page = visit().page
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(user("ada"))
    page.get_by_label("Password").fill("a wrong guess")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Please enter the correct username and password").wait_for()
    logs = "".join(log.read_text() for log in service.folder.glob("*.log"))
    assert ("a wrong guess" in logs, "a wrong guess" in page.content()) == (False, False)
