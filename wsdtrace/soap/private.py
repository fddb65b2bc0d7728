"""Which bytes of a message are private: the places of elements that are declared so."""

from __future__ import annotations

import re
from functools import cache

from wsdtrace.records import Span
from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.schema import declared, shape
from wsdtrace.soap.schema.declare import declarations


def private_names() -> frozenset[str]:
    """Local names of elements whose text reaches no renderer: tokens, and names of users and computers."""
    return _names(declarations())


@cache
def _names(_count: int) -> frozenset[str]:
    """The names over all declarations; `_count` of them, so that later ones make another set."""
    names: set[str] = set()
    for cls in declared():
        for field in shape(cls).fields():
            if field.spec.redact:
                names.update((field.local, *field.spec.misspelt))
    return frozenset(names)


@cache
def _pattern(private: frozenset[str]) -> re.Pattern[bytes]:
    names = b"|".join(re.escape(name.encode()) for name in sorted(private))
    return re.compile(
        rb"<(?:[\w.-]+:)?(?:" + names + rb")(?=[\s/>])[^>]*(?<!/)>((?:<!\[CDATA\[(?:[^\]]|\](?!\]>))*\]\]>|[^<])*)"
    )


def redactions(envelope: Envelope) -> tuple[Span, ...]:
    """The private bytes of an envelope, in order.

    By position in the parsed document; behind the first defect of one that is not
    well-formed, and behind the last element whose place is known, by the start tags that stand there.
    """
    positions = envelope.sites.positions
    names = private_names()
    ranges = {positions.content(row) for row, name in enumerate(positions.names) if name.rpartition(":")[2] in names}
    if names and (positions.error is not None or positions.cut is not None):
        ranges |= {match.span(1) for match in _pattern(names).finditer(positions.text)}
    return tuple(envelope.sites.span(start, end) for start, end in sorted(ranges) if end > start)
