"""A line of a scenario → words with their columns.

White space separates words. A word that begins with a quotation mark, or whose value does (`Name="two words"`), goes on
to the next one; within quotation marks a backslash escapes (`\\"`, `\\n`, `\\x1b`). Elsewhere quotation marks and
backslashes stand for themselves, because XML is full of the first.
"""

from __future__ import annotations

import re

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadScenario

QUOTED_VALUE = re.compile(r'[\w.:@-]+="')
ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
RUN = re.compile(r"<(\d{1,8}) x ([^>]+)>")
MAX_RUN = 64 * 1024 * 1024
"""Bytes that one `<N x c>` may stand for: twice the largest content that any reader of this package holds."""

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line."""

    text: str
    """Without quotation marks, escapes resolved."""
    column: int
    """1-based column of its first character."""
    quoted: bool = False
    """It began with a quotation mark, so it is never a name or an assignment."""


def split_words(text: str, number: int, start: int = 0, *, values: bool = True) -> list[Word]:
    """The words of a line from index `start` on.

    Args:
        text: the line.
        number: its 1-based number, for mistakes.
        start: index at which to begin.
        values: a value may be quoted (`Name="two words"`); otherwise only a whole word may.

    Raises:
        BadScenario: a quotation mark is never closed, or something follows one directly.
    """
    words: list[Word] = []
    at = start
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text):
            return words
        column = at + 1
        opening = QUOTED_VALUE.match(text, at) if values else None
        if text[at] == '"' or opening is not None:
            name = opening[0][:-1] if opening is not None else ""
            value, at = _quoted(text, number, at + len(name))
            words.append(Word(name + value, column, quoted=opening is None))
            continue
        end = at
        while end < len(text) and not text[end].isspace():
            end += 1
        words.append(Word(text[at:end], column))
        at = end


def _quoted(text: str, number: int, at: int) -> tuple[str, int]:
    """The text between the quotation mark at index `at` and the next one, and the index behind that."""
    end = at + 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise BadScenario(number, at + 1, "expected a closing quotation mark, found the end of the line")
    if end + 1 < len(text) and not text[end + 1].isspace():
        raise BadScenario(number, end + 2, f"expected white space behind the quotation mark, found {text[end + 1]!r}")
    return unescape(text[at + 1 : end]), end + 1


def unescape(text: str) -> str:
    r"""Resolve `\r`, `\n`, `\t`, `\0`, `\xNN`; any other character behind a backslash stands for itself."""

    def one(found: re.Match[str]) -> str:
        what = found[1]
        return chr(int(what[1:], 16)) if len(what) == 3 else _ESCAPES.get(what, what)

    return ESCAPE.sub(one, text)


def raw_bytes(text: str) -> bytes:
    r"""The bytes that a `raw` line means: escapes, `<N x c>` for a run, the rest as ISO-8859-1 (UTF-8 beyond that)."""

    def run(found: re.Match[str]) -> str:
        return found[2] * min(int(found[1]), MAX_RUN // len(found[2]))

    whole = RUN.sub(run, unescape(text))
    try:
        return whole.encode("latin-1")
    except UnicodeEncodeError:
        return whole.encode()


DURATION = re.compile(r"(-?\d+(?:\.\d+)?)(ms|s|min|h)")
_UNIT_NS = {"ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9}


def read_duration(text: str) -> int | None:
    """Nanoseconds of `61s`, `1.5s`, `200ms`, `2min` or `1h`; None for anything else."""
    found = DURATION.fullmatch(text)
    return None if found is None else round(float(found[1]) * _UNIT_NS[found[2]])
