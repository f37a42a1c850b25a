"""Puts the description together: drf-spectacular finds the endpoints, the tables say what they are."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry

from config.openapi import bodies, fields, problems  # noqa: F401  (fields registers itself)
from config.openapi.commands import COMMANDS, Table
from config.openapi.headers import PATH, REQUEST, RESPONSE, parameters
from config.openapi.links import LINKS
from config.openapi.operations import Operation, Schema, ref
from config.openapi.problems import refusals, shared
from config.openapi.queries import QUERIES
from config.openapi.security import SCHEMES, security_of
from gate.checks import Check
from gate.permissions import May
from gate.text import NOT_BLANK

TABLE: Table = {**COMMANDS, **QUERIES}
_MEANINGS: Mapping[str, str] = {
    "status": "The one word in which the order is shown.",
    "country": "Where it goes.",
    "product_id": "What is among its lines, or the report's.",
    "currency": "ISO 4217; needed with a limit of the total.",
    "created_from": "From this time on, it included.",
    "created_to": "Up to this time, it excluded.",
    "total_min": "At least this total, in `currency`.",
    "total_max": "At most this total, in `currency`.",
    "page": "From 1; reaches the first 100,000 orders.",
    "page_size": "How many there are on a page; 20 when it is left out (of a timeline: 100).",
    "cursor": "`next` or `previous` of a page of the same question, or `*` for its beginning.",
    "sort_by": "`created_at` when it is left out.",
    "sort_order": "`desc` when it is left out.",
    "q": "What is searched for.",
    "expected_version": "Wait until the order is at this version, as with a Consistency-Token.",
    "as_of_version": "The order as it was at this version.",
    "as_of": "The order as it was at this time; in an address, write + as %2B.",
    "after_version": "What happened after this version.",
    "after": "`next` of the answer before; without it from the beginning.",
    "limit": "How many events at most; 100 when it is left out.",
    "types": "Of these types alone, with commas between them.",
    "stream": "Of this order alone.",
    "reason": "Why.",
    "format": "Instead of `Accept`.",
    "from": "The first.",
    "to": "The last.",
}


class TableSchema(AutoSchema):
    """Describes an endpoint's method by its line in the table (DRF's DEFAULT_SCHEMA_CLASS)."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Schema | None:
        """Return the OpenAPI operation of one method.

        Raises:
            LookupError: the tables have no line for it.
        """
        self.registry, self.path, self.method = registry, path, method
        view: Any = self.view
        found = self._line()
        summary = str(getattr(view, method.lower()).__doc__).strip().splitlines()[0]
        return {
            "operationId": found.id,
            "tags": [found.tag],
            "summary": summary.rstrip("."),
            "description": _described(summary, found, view.may, method),
            "parameters": [*parameters(*self._names_in_path(), *found.headers), *_query(found)],
            **self._body(found),
            "responses": self._responses(found),
            "security": security_of(view),
        }

    def _line(self) -> Operation:
        for kind in type(self.view).__mro__:
            if line := TABLE.get((kind, self.method)):
                return line
        raise LookupError(f"{self.method} {self.path} has no line in config/openapi: add it there.")

    def _names_in_path(self) -> list[str]:
        return [name for name in PATH if f"{{{name}}}" in self.path]

    def _body(self, found: Operation) -> Schema:
        if not found.bodies:
            return {}
        names = [self.resolve_serializer(body, "request").name for body in found.bodies]
        examples = {name: {"value": value} for name, value in found.examples.items()}
        content = {"application/json": {"schema": ref(*names), "examples": examples}}
        return {"requestBody": {"content": content, "required": any(body().fields for body in found.bodies)}}

    def _responses(self, found: Operation) -> Schema:
        refused = refusals(found.refused) if self.method != "GET" else {}
        return dict(sorted({**shared(found.shared), **refused, **found.answers}.items()))


def _described(summary: str, found: Operation, may: May, method: str) -> str:
    roles = ", ".join(f"`{role}`" for role in sorted(may[method]))
    return "\n\n".join(filter(None, (summary, found.more, f"For: {roles}.")))


def _query(found: Operation) -> list[Schema]:
    return [_parameter(name, check, required=name in found.needed) for name, check in found.query.items()]


def _parameter(name: str, check: Check, *, required: bool) -> Schema:
    meaning = _MEANINGS.get(name, f"Those of this {name}.")
    facts = {"name": name, "in": "query", "description": meaning, "schema": dict(check.schema)}
    if not required:
        return {**facts, "allowEmptyValue": True}
    return {**facts, "schema": {**check.schema, "pattern": NOT_BLANK}, "required": True}


def complete(result: Schema, **_: Any) -> Schema:
    """Add the parts that the operations refer to (spectacular's POSTPROCESSING_HOOKS)."""
    components = result["components"]
    components["schemas"] = dict(sorted({**components["schemas"], **bodies.components()}.items()))
    components["securitySchemes"] = dict(SCHEMES)
    components["parameters"] = {**PATH, **REQUEST}
    components["links"] = dict(LINKS)
    components["headers"], components["responses"] = dict(RESPONSE), problems.responses()
    return result
