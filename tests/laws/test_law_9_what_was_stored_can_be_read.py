"""Law 9: what was once stored can always be read. `tests/golden/` holds one example of every type and version."""

import json
from pathlib import Path

import msgspec
import pytest

from orders_write.domain.events import EVENT_TYPES
from orders_write.event_codec import UnknownEventType, decode, encode
from tests.builders import LEEDS, TEA_LINE, added, cancelled, created
from tests.lives import LIVES

GOLDEN = Path(__file__).parent.parent / "golden"
EXAMPLES = {type(event).__name__: event for life in LIVES for event in life} | {
    "OrderCreated": created(lines=(TEA_LINE,), shipping_address=LEEDS, reference="536365"),
    "OrderItemAdded": added(),
    "OrderCancelled": cancelled(),
}

# What an old version did not say, its upcaster fills in like this.
OLD_EXAMPLES = {
    ("OrderItemAdded", 1): msgspec.structs.replace(added(), country="Unspecified"),
    ("OrderCancelled", 1): msgspec.structs.replace(cancelled(), country="Unspecified", lines=()),
}


def _shape(schema):
    """A schema without its prose: a docstring may change, a shape may not."""
    if isinstance(schema, dict):
        return {key: _shape(value) for key, value in schema.items() if key != "description"}
    return [_shape(value) for value in schema] if isinstance(schema, list) else schema


def _stored(name, version):
    return (GOLDEN / f"{name}.v{version}.json").read_text()


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda found: found.__name__)
def test_every_version_ever_written_decodes_to_the_event_it_was(event_type):
    name = event_type.__name__
    for version in range(1, event_type.schema_version + 1):
        assert decode(name, version, _stored(name, version)) == OLD_EXAMPLES.get((name, version), EXAMPLES[name])


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda found: found.__name__)
def test_a_type_keeps_its_shape_within_a_schema_version(event_type):
    """Fails when a field is added, renamed, removed or retyped: raise schema_version, and add an upcaster."""
    name, version, data = encode(EXAMPLES[event_type.__name__])
    assert (name, version) == (event_type.__name__, event_type.schema_version)
    assert json.loads(data) == json.loads(_stored(name, version))
    assert _shape(msgspec.json.schema(event_type)) == json.loads(
        (GOLDEN / f"{name}.v{version}.schema.json").read_text()
    )


def test_nothing_is_in_the_golden_files_that_is_not_a_type_any_more():
    names = {path.name.split(".")[0] for path in GOLDEN.glob("*.json")}
    assert names == {event_type.__name__ for event_type in EVENT_TYPES}


@pytest.mark.parametrize(("name", "version"), [("OrderTeleported", 1), ("OrderCreated", 99)])
def test_an_event_of_a_newer_release_is_named_not_skipped(name, version):
    with pytest.raises(UnknownEventType, match=f"does not know {name} version {version}"):
        decode(name, version, "{}")
