"""What a search finds by: beginnings of words, alternatives, the newest or the best first, headlines, at any depth."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_read import finding, reading
from orders_read.models import OrderView
from orders_read.words import tsquery
from tests.orders_read.rows import NOON, view, write


@pytest.fixture
def views(databases):
    return write()


def _get(api, **asked):
    answer = api.get("/api/orders/search", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def _ids(body):
    return [UUID(item["order_id"]) for item in body["items"]]


def _all(api, **asked):
    found, cursor = [], "*"
    while cursor:
        body = _get(api, cursor=cursor, **asked)
        found += _ids(body)
        cursor = body["next"]
    return found


def _in_windows_of(orders, monkeypatch):
    monkeypatch.setattr(finding, "_FIRST", orders)
    monkeypatch.setattr(finding, "_LOOK", 10**9)  # it never seems less work to look at all matches


def _newest_first(views, meets):
    found = [one for one in views if meets(one.search_text.lower().split())]
    return [one.order_id for one in sorted(found, key=lambda one: (one.created_at, one.order_id), reverse=True)]


MEETS = {
    "teap*": lambda words: "teapot" in words,
    "tea*": lambda words: {"tea", "teapot"} & set(words),
    "te*": lambda words: False,
    "scone -tea*": lambda words: "scone" in words and not {"tea", "teapot"} & set(words),
    '"tea united"': lambda words: "tea united" in " ".join(words),
    "japan or scone*": lambda words: {"japan", "scone"} & set(words),
    "JAPAN* jam": lambda words: {"japan", "jam"} <= set(words),
    "jam jap* or -tea fra*": lambda words: {"jam", "japan"} <= set(words) or ("tea" not in words and "france" in words),
}


@pytest.mark.parametrize("first", [2_000, 7], ids=["one window", "several windows"])
@pytest.mark.parametrize("q", MEETS)
def test_words_and_beginnings_of_words(views, api, monkeypatch, q, first):
    _in_windows_of(first, monkeypatch)
    expected = _newest_first(views, MEETS[q])
    assert _all(api, q=q, page_size=7) == expected
    assert _all(api, q=q, page_size=7, sort_order="asc") == expected[::-1]
    body = _get(api, q=q, page_size=7, page=2)
    assert (_ids(body), body["total"], body["total_is_exact"]) == (expected[7:14], len(expected), True)


def test_with_filters(views, api):
    asked = {"payment_status": "captured", "country": "Japan"}
    among = [one for one in views if (one.payment_status, one.country) == ("captured", "Japan")]
    assert _all(api, q="jam", **asked) == _newest_first(among, lambda words: "jam" in words)


@pytest.mark.parametrize("sort_by", ["relevance", "total", "updated_at"])
def test_other_orders_sort_the_newest_matches(views, api, monkeypatch, sort_by):
    monkeypatch.setattr(finding, "CANDIDATES", 9)
    newest = _newest_first(views, lambda words: "tea" in words)[:9]
    by_id = {one.order_id: one for one in views}
    found = _all(api, q="tea", sort_by=sort_by, page_size=4)
    if sort_by == "relevance":
        assert set(found) == set(newest)
    else:
        key = [(getattr(by_id[order_id], sort_by), order_id) for order_id in newest]
        assert found == [order_id for _, order_id in sorted(key, reverse=True)]
    first = _get(api, q="tea", sort_by=sort_by, page_size=4, cursor="*")
    second = _get(api, q="tea", sort_by=sort_by, page_size=4, cursor=first["next"])
    assert _ids(_get(api, q="tea", sort_by=sort_by, page_size=4, cursor=second["previous"])) == _ids(first)
    body = _get(api, q="tea", sort_by=sort_by, page_size=4)
    assert (body["total"], body["total_is_exact"]) == (9, False)


def test_headlines_mark_what_was_found_and_are_safe_to_show(databases, api):
    text = "ada@example.org <b>Darjeeling</b> & Assam tea for two, with jam" + " and more" * 40
    OrderView.objects.using("read").bulk_create([view(1, search_text=text), view(2, search_text="coffee")])
    [item] = _get(api, q="darj* tea")["items"]
    assert "<mark>Darjeeling</mark>" in item["headline"]
    assert "<mark>tea</mark>" in item["headline"]
    assert "<b>" not in item["headline"]
    assert len(item["headline"]) < 300
    assert "headline" not in _get(api)["items"][0]


def test_an_id_among_words_of_others(views, api):
    order_id = views[7].order_id
    assert _ids(_get(api, q=str(order_id))) == [order_id]


@pytest.mark.parametrize("q", ["sku-0123", "SKU-0123", "sku-012*", "sku-01* tea", "cup or sku-0123"])
def test_numbers_are_found_with_the_word_before_them(databases, api, q):
    texts = ["tea sku-0123", "tea sku-0999 abc-0123", "tea abc-0123 sku", "tea 0123"]
    OrderView.objects.using("read").bulk_create([view(number, search_text=text) for number, text in enumerate(texts)])
    assert _ids(_get(api, q=q)) == [view(0).order_id]
    assert view(0).order_id not in _ids(_get(api, q="tea -sku-01*"))


@given(st.text(st.sampled_from("ab-01 "), max_size=12), st.text(st.sampled_from("ab-01 *"), max_size=12))
def test_what_matches_exactly_matches_loosely(databases_once, text, q):
    exact, loose = tsquery(q), tsquery(q, loosely=True)
    statement = f"select v @@ {exact.sql}, v @@ {loose.sql} from to_tsvector('simple', %s) as v"
    [(exactly, loosely)] = reading.fetch("read", statement, [*exact.values, *loose.values, text])
    assert loosely or not exactly


@given(st.text(st.sampled_from("ab*\"' -|&!()<>:\\or%é茶"), max_size=30))
def test_nothing_that_is_typed_is_an_error(databases_once, text):
    words = tsquery(text)
    reading.fetch("read", f"select numnode({words.sql})", words.values)


@pytest.fixture(scope="module")
def databases_once(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield


def test_dense_and_empty_times(databases, api, monkeypatch):
    """A rare word is found however the orders lie in time: a hundred at once, then none for years."""
    _in_windows_of(10, monkeypatch)
    crowd = [view(number, created_at=NOON, search_text="tea") for number in range(100)]
    old = view(200, created_at=NOON - timedelta(days=9_000), search_text="tea needle")
    OrderView.objects.using("read").bulk_create([*crowd, old])
    assert _all(api, q="needle") == [old.order_id]
    assert len(_all(api, q="tea", page_size=30)) == 101
    assert _all(api, q="needle", sort_order="asc") == [old.order_id]
