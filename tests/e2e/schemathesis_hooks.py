"""What schemathesis cannot read in the description: whose token it has, real tokens, and rules of several parts.

It is loaded by the command line of schemathesis; test_schemathesis.py sets the environment.
"""

import json
import os
import re
from typing import Any

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData

ROLE, TOKEN = os.environ["DAYBOOK_ROLE"], os.environ["DAYBOOK_TOKEN"]
ORDERS = os.environ["DAYBOOK_ORDERS"].split(",")  # some that there are, in every state
# What a request may get wrong though each of its parts is right; the descriptions say so in words.
TOGETHER = re.compile(
    "|".join((
        "A page has a number or a cursor, not both",
        "Pages reach the first 100000 orders",
        "A limit of the total needs the currency",
        "Filtered orders are sorted by total within one currency",
        "A search has at most 16 words",
        "Sorting by relevance needs words",
        "one may be given at a time",
        "comes after its last",
        "A report covers at most",
        "is named more than once",
        r"^Character \d+ is a",  # somewhere in an order of a batch, which may be anything
    ))
)  # fmt: skip


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Let generated requests hold this role's own order body, and orders, tokens and cursors that there are."""
    own = "OwnOrderBody" if ROLE == "customer" else "CreateOrderBody"
    body = raw_schema["paths"]["/api/orders"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] = {"$ref": f"#/components/schemas/{own}"}
    del body["examples"]
    raw_schema["components"]["parameters"]["Consistency-Token"]["schema"] = {"enum": [TOKEN]}
    raw_schema["components"]["parameters"]["order_id"]["schema"]["examples"] = ORDERS
    for operations in raw_schema["paths"].values():
        for parameter in operations.get("get", {}).get("parameters", []):
            if parameter.get("name") in ("cursor", "after"):
                parameter["schema"] = {"enum": ["*" if parameter["name"] == "cursor" else TOKEN]}
    if "DAYBOOK_STORIES" in os.environ:
        _let_stories_go_on(raw_schema)


def _let_stories_go_on(raw_schema: dict[str, Any]) -> None:
    """Leave out what would end most stories at their second command: versions, and keys that were used before."""
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            asked = operation["parameters"]
            operation["parameters"] = [one for one in asked if not one.get("$ref", "").endswith(("If-Match", "-Key"))]
    del raw_schema["components"]["schemas"]["CreateOrderBody"]["properties"]["order_id"]


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Do not expect an answer to parts that are right alone, and wrong together."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    errors = json.loads(response.content).get("errors", [])
    return not (errors and all(TOGETHER.search(error["detail"]) or _is_not_quoted(error, case) for error in errors))


def _is_not_quoted(error: dict[str, str], case: Any) -> bool:
    """Tell whether schemathesis took a quoted ETag for JSON and sent it without its quotes."""
    field = error["field"]
    return field in ("If-Match", "If-None-Match") and str(case.headers[field]).isdigit()


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Write whole numbers as such: to JSON Schema 3.0 is one, to the service it is not."""
    if isinstance(body, dict):
        return {name: map_body(context, value) for name, value in body.items()}
    if isinstance(body, list):
        return [map_body(context, value) for value in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body
