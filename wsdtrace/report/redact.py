"""Redaction: job tokens, destination tokens and user names become ‹redacted› wherever a report would show them.

Theory of operation: two nets, because text reaches a report in two ways.

1. By position: inside XML (excerpts, the pretty view), the content of an element that is known to hold a secret.
2. By value: what the trace knows as secret (the tokens of its jobs, the user names of its tickets) is replaced wherever
   it stands as a word of its own, longest first, so that no secret survives as the rest of a longer one.

A value shorter than `MIN_LENGTH` is replaced by position only: a token `1` would eat every number of the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from wsdtrace.report.trace import Trace
from wsdtrace.soap import private_names
from wsdtrace.soap.schema.declare import Element, shape

REDACTED = "‹redacted›"

MIN_LENGTH = 4
"""Characters of the shortest value that is replaced wherever it stands."""

MAX_DEPTH = 12
"""Levels of a ticket that are searched for secrets; the deepest type of WS-Scan has 7."""


@cache
def secret_elements() -> frozenset[str]:
    """Local names of the elements whose text is never shown: those that the vocabulary declares so."""
    return private_names()


@cache
def _element() -> re.Pattern[str]:
    """The start tag of such an element and its text."""
    names = "|".join(map(re.escape, sorted(secret_elements())))
    return re.compile(
        rf"<(?:[\w.-]+:)?(?:{names})(?:\s[^<>]*)?(?<!/)>"
        r"(?P<secret>(?:<!\[CDATA\[(?:.*?)(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|[^<])+)",
        re.DOTALL,
    )


class Redactor:
    """Replaces the secrets of one trace in any text.

    Args:
        trace: where the secrets are known from.
        show: show them after all (`--show-secrets`): every text is returned as it is.
    """

    def __init__(self, trace: Trace | None, *, show: bool = False) -> None:
        self.show = show
        known = sorted(set(secrets_of(trace)) if trace is not None and not show else (), key=lambda s: (-len(s), s))
        self._known = known
        self._values = re.compile("|".join(_as_word(s) for s in known)) if known else None

    def text(self, text: str) -> str:
        """`text` without secrets."""
        if self.show or ("<" not in text and (self._values is None or self._values.search(text) is None)):
            return text
        return replaced_spans(text, self._spans(text))

    def value(self, text: str | None) -> str | None:
        """A field that is a secret as a whole."""
        return text if text is None or self.show else REDACTED

    def path(self, path: str) -> str:
        """The path of a file, as far as it may be shown."""
        return path

    def words(self, text: str) -> str:
        """What somebody wrote into the capture, as far as it may be shown."""
        return self.text(text)

    def excerpt(self, text: str, caret: tuple[int, int] | None) -> tuple[str, tuple[int, int] | None]:
        """Text cut out of a message, without secrets and without halves of secrets at its edges.

        Args:
            text: the excerpt.
            caret: half-open range of characters in it, or None.

        Returns:
            The text and the range that `caret` has in it.
        """
        if self.show:
            return text, caret
        spans = merged_spans([*self._spans(text), *self._halves(text)])
        return replaced_spans(text, spans), moved_range(caret, spans)

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Ranges of `text` to replace, in order, without overlap."""
        found = [m.span("secret") for m in _element().finditer(text) if m["secret"].strip()] if "<" in text else []
        if self._values is not None:
            found += [m.span() for m in self._values.finditer(text)]
        return merged_spans(found)

    def _halves(self, text: str) -> Iterator[tuple[int, int]]:
        """Ends and beginnings of secrets at the edges, where the excerpt was cut out of the message."""
        head, tail = text.partition("<")[0], text.rpartition(">")[2]
        for secret in self._known:
            if MIN_LENGTH <= len(head) < len(secret) and secret.endswith(head):
                yield 0, len(head)
            if MIN_LENGTH <= len(tail) < len(secret) and secret.startswith(tail):
                yield len(text) - len(tail), len(text)


def secrets_of(trace: Trace) -> Iterator[str]:
    """Every value of the trace that no report shows and that is long enough to be told from other words."""
    for value in _all_secrets(trace):
        if value is not None and len(value.strip()) >= MIN_LENGTH:
            yield value
            yield value.strip()


def _all_secrets(trace: Trace) -> Iterator[str | None]:
    for job in trace.jobs:
        yield from (job.token, job.destination_token, *_in_fields(job.ticket), *_in_fields(job.final))
    for subscription in trace.subscriptions:
        for destination in subscription.destinations:
            yield from (destination.token, destination.name)
    for exchange in trace.exchanges:
        for message in (exchange.request, exchange.response, *exchange.answers):
            if message is not None and message.xml is not None:
                # Kept for a detail view: a fault may quote what its request held.
                for found in _element().finditer(message.xml.decode("utf-8", "replace")):
                    yield found["secret"]


def _in_fields(value: object, depth: int = 0) -> Iterator[str]:
    """Secrets in a typed message: fields that are declared with `redact`."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list | tuple):
        for item in value:
            yield from _in_fields(item, depth + 1)
    elif isinstance(value, Element):
        for field in shape(type(value)).fields():
            inner = getattr(value, field.python)
            if field.spec.redact:
                yield from _texts(inner)
            else:
                yield from _in_fields(inner, depth + 1)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Element):
        for field in shape(type(value)).fields():
            yield from _texts(getattr(value, field.python))


def _as_word(secret: str) -> str:
    """A pattern for `secret` where it is no part of a longer word: a user called `scan` is not in `CreateScanJob`."""
    before = r"(?<!\w)" if secret[0].isalnum() else ""
    after = r"(?!\w)" if secret[-1].isalnum() else ""
    return f"{before}{re.escape(secret)}{after}"


def merged_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, overlapping ones joined."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def replaced_spans(text: str, spans: list[tuple[int, int]]) -> str:
    """`text` with the mark in the place of each span; spans as `merged_spans` gives them."""
    out: list[str] = []
    at = 0
    for start, end in spans:
        out += text[at:start], REDACTED
        at = end
    return "".join((*out, text[at:]))


def moved_range(caret: tuple[int, int] | None, spans: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The half-open range that `caret` has after `spans` were replaced."""
    return caret and (_moved(caret[0], spans), _moved_end(caret[1], spans))


def _moved(at: int, spans: list[tuple[int, int]]) -> int:
    """Where the character at `at` stands after `spans` were replaced: at the mark's start, if it was replaced."""
    shift = 0
    for start, end in spans:
        if at < start:
            break
        if at < end:
            return start + shift
        shift += len(REDACTED) - (end - start)
    return at + shift


def _moved_end(at: int, spans: list[tuple[int, int]]) -> int:
    """The same for the end of a half-open range: at the mark's end, if the last character was replaced."""
    return _moved(at - 1, spans) + (len(REDACTED) if any(s < at <= e for s, e in spans) else 1) if at else 0
