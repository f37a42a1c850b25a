"""Which characters may enter: no controls, no lone surrogates, no bidirectional overrides; NFC throughout."""

import unicodedata

_FORBIDDEN = {"Cc": "a control character", "Cs": "a lone surrogate"}
# As regular expressions have it, for whoever describes what may enter; lone surrogates have no place in one.
_REFUSED = "\\u0000-\\u001F\\u007F-\\u009F\\u202A-\\u202E\\u2066-\\u2069\\uFFFD"
CLEAN, NOT_BLANK = f"^[^{_REFUSED}]*$", f"^[^{_REFUSED}]*[^\\s{_REFUSED}][^{_REFUSED}]*$"
_BIDI = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


class BadText(ValueError):
    """A text holds a character that is not let in."""


def clean(text: str) -> str:
    """Return a text in Unicode's normal form C.

    Raises:
        BadText: it holds a character that is not let in; the sentence names it and its place.
    """
    if text.isascii() and text.isprintable():
        return text
    for place, character in enumerate(text):
        if reason := _refusal(character):
            raise BadText(f"Character {place + 1} is {reason} (U+{ord(character):04X}); remove it.")
    return unicodedata.normalize("NFC", text)


def _refusal(character: str) -> str | None:
    if character in _BIDI:
        return "a bidirectional override"
    if character == "�":
        return "a replacement character, which stands for bytes that are not UTF-8"
    return _FORBIDDEN.get(unicodedata.category(character))
