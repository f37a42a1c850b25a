"""Every command over HTTP has its line in docs/commands.md."""

import re
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

DOCUMENT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()


def _endpoints(patterns, prefix=""):
    for one in patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _endpoints(one.url_patterns, path)
        elif isinstance(one, URLPattern) and path.startswith("api/"):
            yield from ((method, path) for method in one.callback.view_class().allowed_methods)


def test_every_command_is_described():
    found = {
        f"`{method} /{re.sub(r'<(?:str:|order:)?order_id>', '{id}', path).replace('<str:', '{').replace('>', '}')}`"
        for method, path in _endpoints(get_resolver().url_patterns)
        if method in ("POST", "PUT", "PATCH", "DELETE")
    }
    assert len(found) >= 23
    assert sorted(one for one in found if one not in DOCUMENT) == []
