"""A mutation is a search and a replacement in named files; it refuses to guess when the code has changed."""

from pathlib import Path
from typing import NamedTuple


class Edit(NamedTuple):
    """Text that stands exactly once in a file, and what is to stand there instead."""

    path: str
    old: str
    new: str = ""

    def apply(self, tree: Path) -> None:
        """Make the edit in a copy of the tree.

        Raises:
            OutOfDate: the text is not there exactly once.
        """
        file = tree / self.path
        text = file.read_text()
        if (found := text.count(self.old)) != 1:
            raise OutOfDate(self, found)
        file.write_text(text.replace(self.old, self.new))


class OutOfDate(Exception):
    """The code has changed, and a mutation has not followed."""

    def __init__(self, edit: Edit, found: int) -> None:
        super().__init__(
            f"{edit.path} holds this text {found} times where a mutation needs it once; bring "
            f"tests/mutants/mutations.py up to date:\n{edit.old}"
        )


class Mutation:
    """One way to break a law: what is lost, the tests of which every one must fail, and the edits."""

    def __init__(self, name: str, guards: tuple[str, ...], *edits: Edit) -> None:
        self.name, self.guards, self.edits = name, guards, edits

    def apply(self, tree: Path) -> None:
        """Break a copy of the tree."""
        for edit in self.edits:
            edit.apply(tree)
