"""What a page must be for everybody: free of what axe-core calls serious, no wider than the screen, led by Tab."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.dashboard.browser import NARROW, WIDE

_SERIOUS = ("serious", "critical")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {"resultTypes": ["violations"], "runOnly": _RULES}
_DARK = "dark => document.documentElement.classList.toggle('dark', dark)"
_NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_WIDEST = """() => [...document.querySelectorAll('body *')].filter(
    one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120)).slice(-3)"""
# Whatever can be clicked: what the keyboard must be able to get to.
_CLICKABLE = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [role=button], [onclick], [x-on\\\\:click], [tabindex="0"]')]
    .filter(one => one.checkVisibility({visibilityProperty: true, opacityProperty: false}) && !one.disabled)
    .filter(one => one.type !== 'radio' || one.checked)
    .filter(one => !one.closest('[inert], [aria-hidden=true], [x-cloak]'))"""
_MARK = f"""() => ({_CLICKABLE})().map(
    (one, number) => {{ one.dataset.tab = number; return one.outerHTML.slice(0, 160) }})"""
# Notes what has the focus after each key, until the first has it again.
_WATCH = """() => {
    const reached = new Set();
    let round = false;
    window.reached = reached;
    document.addEventListener('keyup', () => {
        const number = document.activeElement?.dataset?.tab;
        round ||= number === '0' && reached.has(number);
        if (number !== undefined && !round) reached.add(number);
    }, true);
    document.activeElement?.blur();
    window.scrollTo(0, 0);
}"""
_REACHED = "() => [...window.reached]"


def accessible(page: Page) -> None:
    """Assert that axe finds nothing serious on a page, and that it fits: wide in the light, narrow in the dark.

    Colours follow from the one, structure from the other: the two looks hold all there is of both.
    """
    found: list[str] = []
    for size, viewport in (("wide", WIDE), ("narrow", NARROW)):
        _look(page, viewport, dark=size == "narrow")
        found += [f"{size}: {one}" for one in _violations(page)]
        if (beyond := page.evaluate(_OVERFLOW)) > 0:
            found.append(f"{size}: {beyond} pixels wider than the screen: {page.evaluate(_WIDEST)}")
    _look(page, WIDE, dark=False)
    assert found == [], f"{page.url}\n" + "\n".join(found)


def _look(page: Page, viewport: Any, *, dark: bool) -> None:
    """Give a page another size and look, and the time to follow: its scripts hear of a new size with the next frame."""
    page.set_viewport_size(viewport)
    page.evaluate(_DARK, dark)
    page.evaluate(_NEXT_FRAME)


def _violations(page: Page) -> list[str]:
    answer: dict[str, Any] = Axe().run(page, options=_OPTIONS).response
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]}"
        for one in answer["violations"]
        if one["impact"] in _SERIOUS
        for node in one["nodes"]
    ]


def reachable(page: Page) -> None:
    """Assert that Tab alone gets to every element of a page that can be clicked."""
    elements: list[str] = page.evaluate(_MARK)
    reached: set[str] = set()
    page.evaluate(_WATCH)
    for _ in range(2):
        for _ in range(len(elements) + 5):
            page.keyboard.press("Tab")
        reached = set(page.evaluate(_REACHED))
        if len(reached) == len(elements):
            break
    missed = [html for number, html in enumerate(elements) if str(number) not in reached]
    assert missed == [], f"{page.url}\n" + "\n".join(missed)
