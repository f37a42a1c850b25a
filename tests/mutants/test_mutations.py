"""Mutations keep up with the code: their texts are found, and their guards exist (`make mutants` runs them)."""

import shutil

import pytest

from tests.e2e.service import ROOT
from tests.mutants.edits import Edit, OutOfDate
from tests.mutants.mutations import MUTATIONS


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_fits_the_code_and_its_guards_exist(mutation, tmp_path):
    for path in {edit.path for edit in mutation.edits}:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    mutation.apply(tmp_path)
    for guard in mutation.guards:
        file, name = guard.split("::")
        assert f"def {name}(" in (ROOT / file).read_text()


@pytest.mark.parametrize(("text", "found"), [("two three", 0), ("one one", 2)])
def test_text_that_is_not_there_exactly_once_is_refused(text, found, tmp_path):
    (tmp_path / "code.py").write_text(text)
    with pytest.raises(OutOfDate, match=f"holds this text {found} times where a mutation needs it once"):
        Edit("code.py", "one", "1").apply(tmp_path)
    assert (tmp_path / "code.py").read_text() == text
