"""What HTTP itself is told with every answer: compression, other origins, and what a browser may do."""

import gzip

import pytest
from django.conf import settings
from django.test import override_settings
from rest_framework.test import APIClient

from tests.api.commands import PLACED

SHOP = "https://shop.example"
BATCH = {"orders": [PLACED] * 5}


def test_long_answers_are_compressed_for_whoever_accepts_it(api):
    plain = api.post("/api/orders/batch", BATCH, format="json", HTTP_IDEMPOTENCY_KEY="k")
    packed = api.post("/api/orders/batch", BATCH, format="json", HTTP_IDEMPOTENCY_KEY="k", HTTP_ACCEPT_ENCODING="gzip")
    assert ("Content-Encoding" in plain, packed["Content-Encoding"]) == (False, "gzip")
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content)
    short = api.post("/api/orders", PLACED, format="json", HTTP_ACCEPT_ENCODING="gzip")
    assert ("Content-Encoding" in short, short["ETag"]) == (False, '"1"')


@pytest.mark.parametrize(
    ("path", "policy", "cache"),
    [
        ("/api/orders/search", "default-src 'none'; frame-ancestors 'none'", "private, no-cache"),
        ("/api/nothing", "default-src 'none'; frame-ancestors 'none'", "private, no-cache"),
        ("/healthz", "default-src 'none'; frame-ancestors 'none'", None),
        ("/admin/login/", "default-src 'self'; ", "max-age=0, no-cache, no-store, must-revalidate, private"),
    ],
)
def test_a_browser_is_told_what_it_may_do_with_an_answer(api, path, policy, cache):
    answer = api.get(path)
    assert answer["Content-Security-Policy"].startswith(policy)
    assert answer.get("Cache-Control") == cache
    assert {name: answer[name] for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")} == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
    }
    assert (answer["Cross-Origin-Opener-Policy"], answer["Cross-Origin-Resource-Policy"]) == ("same-origin",) * 2
    assert answer["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"


def test_the_answer_to_a_command_is_kept_by_no_cache(api):
    assert api.post("/api/orders", PLACED, format="json")["Cache-Control"] == "no-store"


def test_no_other_origin_gets_in_unless_it_is_named(api):
    answer = api.post("/api/orders", PLACED, format="json", HTTP_ORIGIN=SHOP)
    assert [name for name in answer.headers if name.lower().startswith("access-control")] == []


def test_a_named_origin_may_send_keys_and_read_tokens(api):
    cors = ["corsheaders.middleware.CorsMiddleware", *settings.MIDDLEWARE]
    with override_settings(CORS_ALLOWED_ORIGINS=[SHOP], MIDDLEWARE=cors):
        asks = {"HTTP_ORIGIN": SHOP, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
        asked = APIClient().options("/api/orders", **asks)
        placed = APIClient(**api.defaults).post("/api/orders", PLACED, format="json", HTTP_ORIGIN=SHOP)
        other = APIClient().options("/api/orders", **(asks | {"HTTP_ORIGIN": "https://other.example"}))
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (200, SHOP)
    assert {"idempotency-key", "if-match", "authorization"} <= set(asked["Access-Control-Allow-Headers"].split(", "))
    assert (placed.status_code, placed["Access-Control-Allow-Origin"]) == (201, SHOP)
    assert {"ETag", "Consistency-Token"} <= set(placed["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Origin" not in other
