"""Where new identifiers come from."""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7: unique everywhere, and later ones sort after earlier ones."""
    return uuid7()


def event_id(stream_id: UUID, version: int) -> UUID:
    """Return the id of an event: the same everywhere, because it is derived from its place in its stream."""
    return uuid5(stream_id, str(version))
