"""Hostile text made harmless: what a capture says becomes text that a terminal only shows.

Everything that comes from a capture may hold escape sequences, controls that turn the writing direction, line ends and
invisible characters. `visible` replaces each by something that can be seen; nothing is left out, so two different texts
never look equal because of what they hide.
"""

from __future__ import annotations

import re

_KEPT = frozenset(" \u3000")
"""Blanks that are harmless: the space, and the ideographic one of East Asian device names."""

_CONTROL_PICTURES = 0x2400
"""U+2400–U+241F picture the C0 controls, one cell each."""

_DELETE = 0x7F

MAX_COMBINING = 3
"""Marks on one letter that are shown as such. Three is the most that a natural script stacks; a pile of them covers the
lines above and below."""

_COMBINING_PILE = (
    f"(?<=[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]{{{MAX_COMBINING}}})"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
"""Compiled when it is needed, which takes longer than all else that a report in ASCII needs of this file."""


def visible(text: str) -> str:
    r"""One line of text in which every character can be seen.

    C0 controls become their pictures (`␛`, `␊`); every other character that is not printable (C1, bidirectional and
    other format controls, surrogates, private use, odd blanks) its escape as Python writes it (`\u202e`).
    """
    if not text.isascii():
        text = re.sub(_COMBINING_PILE, lambda found: _spelled(found.group()), text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _KEPT else _spelled(c) for c in text)


def shortened(text: str, limit: int) -> str:
    """`text` with at most `limit` characters; where it was longer, the end says by how many.

    Args:
        text: what may be long.
        limit: characters to keep, more than 0.
    """
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more)"


def harmless_json(text: str) -> str:
    """One line of JSON with escapes for every character in its strings that is not printable: the same values.

    So nothing of it turns the writing direction of a terminal or is a control of it, and no program splits it at a line
    end that JSON allows. Lone surrogates, which are no Unicode text, become the six characters of their escape.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _json_escape(c) for c in text)


def _json_escape(character: str) -> str:
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return f"\\\\u{code:04x}"
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _spelled(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "␡"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
