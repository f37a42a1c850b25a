"""The API's description: it is the one that is checked in, it has every endpoint, and its examples are right."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.urls import URLPattern, get_resolver
from drf_spectacular.validation import validate_schema

from config.openapi import document
from config.openapi.document import description
from config.openapi.refusals import REFUSALS
from config.openapi.schema import TABLE
from tests.api.described import PAGES, resolved, validator

DOCS = Path(__file__).parents[2] / "docs"
OPERATIONS = {
    one["operationId"]: (path, method, one)
    for path, methods in description()["paths"].items()
    for method, one in methods.items()
}
EVERY = pytest.mark.parametrize("name", OPERATIONS)


def test_the_description_is_the_one_that_is_checked_in():
    checked_in = yaml.safe_load((DOCS / "openapi.yaml").read_text())
    update = "docs/openapi.yaml is not what the code says: manage.py spectacular --validate --file docs/openapi.yaml"
    assert json.loads(json.dumps(description())) == checked_in, update


def test_the_description_is_openapi():
    assert description()["openapi"].startswith("3.1.")
    validate_schema(description())


def _endpoints(patterns, prefix="/"):
    for one in patterns:
        path = prefix + re.sub(r"<\w+:(\w+)>", r"{\1}", str(one.pattern))
        if not isinstance(one, URLPattern):
            yield from _endpoints(one.url_patterns, path)
        elif path.startswith("/api/") and path not in PAGES:
            yield from ((path, method.lower()) for method in one.callback.view_class().allowed_methods)


def test_every_endpoint_is_described_and_every_line_is_of_one():
    found = {(path, method) for path, method in _endpoints(get_resolver().url_patterns) if method != "options"}
    assert found == {(path, method) for path, method, _ in OPERATIONS.values()}
    assert len(OPERATIONS) == len(TABLE)


@EVERY
def test_an_operation_says_what_it_does_for_whom_and_what_it_answers(name):
    path, method, operation = OPERATIONS[name]
    assert operation["summary"]
    assert "For: `" in operation["description"]
    assert operation["security"]
    parameters = [resolved(parameter) for parameter in operation["parameters"]]
    assert {one["name"] for one in parameters if one["in"] == "path"} == set(re.findall(r"{(\w+)}", path))
    assert all(parameter["description"] for parameter in parameters)
    for status, answer in operation["responses"].items():
        assert resolved(answer)["description"]
        assert status == "414" or "Correlation-Id" in resolved(answer)["headers"]
    assert ("requestBody" in operation) == (method in ("post", "put", "patch"))


@EVERY
def test_examples_are_what_they_are_examples_of(name):
    operation = OPERATIONS[name][2]
    contents = [resolved(answer).get("content", {}) for answer in operation["responses"].values()]
    contents.append(operation.get("requestBody", {}).get("content", {}))
    for media in (media for content in contents for media in content.values()):
        examples = [media["example"]] if "example" in media else []
        examples += [example["value"] for example in media.get("examples", {}).values()]
        for example in examples:
            validator(media["schema"]).validate(example)
    for parameter in map(resolved, operation["parameters"]):
        for example in parameter["schema"].get("examples", []):
            validator(parameter["schema"]).validate(example)


@pytest.mark.parametrize("command", REFUSALS, ids=lambda command: command.__name__)
def test_a_command_is_refused_as_docs_orders_says(command):
    [row] = re.findall(rf"^\| `{command.__name__}` \|.*\| (.*) \|$", (DOCS / "orders.md").read_text(), re.MULTILINE)
    codes = {code.code for code in REFUSALS[command]}
    always = {"order-not-found", "order-is-cancelled", "order-is-expired", "order-is-closed"}
    named = set(re.findall(r"`([a-z-]+)`", row))
    if "the same" in row:  # as the row above
        named |= {"fulfillment-not-found", "fulfillment-is-cancelled", "fulfillment-is-delivered"}
    assert codes - always == named


@pytest.mark.parametrize(("accept", "media_type"), [("*/*", "application/json"), ("application/yaml",) * 2])
def test_the_description_is_served_to_anybody(anonymous_api, accept, media_type):
    answer = anonymous_api.get("/api/schema", HTTP_ACCEPT=accept)
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, media_type)
    assert yaml.safe_load(answer.content) == json.loads(json.dumps(description()))


@pytest.mark.parametrize("path", [*PAGES, "/api/docs?script="])
def test_the_pages_load_nothing_from_elsewhere(anonymous_api, path):
    answer = anonymous_api.get(path)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "default-src 'self'" in answer["Content-Security-Policy"] or "script" in path
    assert "unsafe-inline" not in answer["Content-Security-Policy"].replace("style-src 'self' 'unsafe-inline'", "")
    assert re.findall(r"https?://|//\w", text.replace("http://testserver", "")) == []
    assert re.findall(r"<script>", text) == []
    assets = re.findall(r'"/static/([^"]+)"', text)
    assert assets or "script" in path
    assert [asset for asset in assets if not finders.find(asset)] == []


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/json; version=1", 200), ("application/json; version=2", 406), ("text/html", 406), ("*/*", 200)],
)
def test_a_version_that_does_not_exist_is_not_answered(api, accept, status):
    assert api.get("/api/orders", HTTP_ACCEPT=accept).status_code == status


def test_those_who_ask_first_at_the_same_time_get_the_same():
    document._description.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        first, *others = threads.map(lambda _: description(), range(8))
    assert all(one is first for one in others)
