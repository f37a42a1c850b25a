"""The parser: what is read fast is what is read with care, and what is refused is refused in the same words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.parser import UnusableNumber, _cleaned, _read_with_care, parse
from gate.problems import Problem

NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=True, allow_infinity=True)
TEXTS = st.text(st.sampled_from('ab:"\\\n\u0000é\u0301\ud800[{,')) | st.text(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def _outcome(read):
    try:
        return _comparable(read())
    except Problem as problem:
        return problem.body()


def _comparable(value):
    """What can be compared: no number that loses digits equals another one."""
    if isinstance(value, list):
        return [_comparable(one) for one in value]
    if isinstance(value, dict):
        return {key: _comparable(one) for key, one in value.items()}
    return "unusable" if isinstance(value, UnusableNumber) else (type(value), value)


def _same(text):
    fast = _outcome(lambda: parse(text.encode("utf-8", "surrogatepass")))
    assert fast == _outcome(lambda: _cleaned(_read_with_care(text), ""))


@given(VALUES, st.booleans())
def test_a_document_is_read_as_the_standard_library_reads_it(value, plain):
    text = json.dumps(value, ensure_ascii=plain)
    if text.isascii() or "\ud800" not in text:
        _same(text)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "a:b"]), VALUES), max_size=4))
def test_keys_that_stand_twice_are_found(pairs):
    _same("{" + ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in pairs) + "}")


@given(VALUES, st.data())
def test_a_broken_document_is_refused_in_the_same_words(value, data):
    text = json.dumps(value)
    place = data.draw(st.integers(0, len(text)))
    _same(
        text[:place]
        + data.draw(st.sampled_from(["", ",", '"', "}", "]", ":", "1", "\\", "NaN", "\x00"]))
        + text[place + 1 :]
    )


@pytest.mark.parametrize("deep", ["[" * 33 + "]" * 33, '{"a":' * 33 + "1" + "}" * 33, "[" * 10_000])
def test_depth_is_bounded_before_anything_is_read(deep):
    with pytest.raises(Problem, match="deeper than 32 levels"):
        parse(deep.encode())


def test_brackets_in_texts_are_no_depth():
    text = json.dumps({"a": "[{" * 100, "b": [[1]]})
    assert parse(text.encode()) == {"a": "[{" * 100, "b": [[1]]}
