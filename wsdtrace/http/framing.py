"""Where the content of a message ends: RFC 9112 §6.3 as its own numbered steps.

Where the RFC tells a recipient to refuse or to close, a passive reader has to go on. What we chose:

- Content-Length values that differ: the first valid one (two implementations behind one another disagree anyway).
- No valid one: a response is read until close (step 5 lets a client close), a request has no content; what follows
  it is searched for the next start-line.
- A request whose final transfer coding is not chunked: read until close.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from wsdtrace.http.anomalies import HttpAnomaly
from wsdtrace.http.head import Head
from wsdtrace.records import Anomaly, Span, StatusLine

DIGITS_MAX = 18
"""Digits of a length: 10**18 bytes fit in 63 bits."""


class Framing(Enum):
    """How the end of a content is found."""

    NONE = "no content"
    LENGTH = "content-length"
    CHUNKED = "chunked"
    CLOSE = "until close"
    TUNNEL = "no more HTTP in either direction"


class Frame(NamedTuple):
    """The framing of one message."""

    framing: Framing
    length: int | None
    """Content-Length when that frames the message."""


def body_framing(head: Head, *, is_request: bool, request_method: str | None) -> Frame:
    """Decide how a content is framed; what is odd is appended to `head.anomalies`.

    Args:
        head: the header section.
        is_request: the sender is the client.
        request_method: for a response: method of the request that it answers, None when unknown.
    """
    start = head.start
    status = start.status if isinstance(start, StatusLine) else None
    lengths = head.known.get("content-length", [])
    codings = head.known.get("transfer-encoding", [])

    # Step 1: responses to HEAD, 1xx, 204 and 304 end with the header section
    if status is not None:
        if status == 101:  # RFC 9110 §7.8: what follows is the other protocol
            return Frame(Framing.TUNNEL, None)
        if status < 200 or status == 204:
            _forbid(head, lengths, HttpAnomaly.LENGTH_FORBIDDEN)  # RFC 9110 §8.6
            _forbid(head, codings, HttpAnomaly.CODING_FORBIDDEN)  # RFC 9112 §6.1
            return Frame(Framing.NONE, None)
        if status == 304 or request_method == "HEAD":
            return Frame(Framing.NONE, None)

    # Step 2: a 2xx response to CONNECT opens a tunnel
    if status is not None and 200 <= status < 300 and request_method == "CONNECT":
        return Frame(Framing.TUNNEL, None)

    # Step 3: Transfer-Encoding overrides Content-Length
    if codings and lengths:
        head.anomalies.append(Anomaly(HttpAnomaly.LENGTH_AND_CODING, lengths[0][0], lengths[0][1]))

    # Step 4: a final chunked coding frames the message; otherwise it is read until close
    if codings:
        return Frame(_transfer_framing(head, codings), None)

    # Step 5: an invalid Content-Length
    length = _content_length(head, lengths) if lengths else None
    if lengths and length is None:
        return Frame(Framing.NONE if is_request else Framing.CLOSE, None)

    # Step 6: a valid Content-Length
    if length is not None:
        return Frame(Framing.LENGTH if length else Framing.NONE, length)

    # Step 7: a request without either has no content. Step 8: a response is read until close
    return Frame(Framing.NONE if is_request else Framing.CLOSE, None)


def _forbid(head: Head, values: list[tuple[str, Span]], kind: HttpAnomaly) -> None:
    for value, span in values[:1]:
        head.anomalies.append(Anomaly(kind, value, span))


def _transfer_framing(head: Head, codings: list[tuple[str, Span]]) -> Framing:
    """Step 4: is chunked the final coding, and nothing else applied?"""
    span = codings[0][1]
    names = [name.split(";")[0].strip(" \t").lower() for value, _ in codings for name in value.split(",")]
    names = [name for name in names if name and name != "identity"]
    if head.start is not None and head.start.version == "HTTP/1.0":
        head.anomalies.append(Anomaly(HttpAnomaly.CODING_FORBIDDEN, codings[0][0], span))
    for name in names:
        if name != "chunked":
            head.anomalies.append(Anomaly(HttpAnomaly.CODING_UNKNOWN, name, span))
    if names[-1:] != ["chunked"] or names.count("chunked") > 1:
        head.anomalies.append(Anomaly(HttpAnomaly.CODING_NOT_FINAL, codings[-1][0], codings[-1][1]))
    return Framing.CHUNKED if names[-1:] == ["chunked"] else Framing.CLOSE


def _content_length(head: Head, lengths: list[tuple[str, Span]]) -> int | None:
    """Step 5: one number, or the same one several times (as lines or in a list)."""
    if len(lengths) == 1:
        text = lengths[0][0]
        if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX:
            return int(text)
    values: list[int] = []
    for text, span in lengths:
        for item in text.split(","):
            digits = item.strip(" \t")
            if digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MAX:
                values.append(int(digits))
            else:
                head.anomalies.append(Anomaly(HttpAnomaly.LENGTH_MALFORMED, text, span))
    if len(values) > 1:
        kind = HttpAnomaly.LENGTH_CONFLICT if len(set(values)) > 1 else HttpAnomaly.LENGTH_REPEATED
        head.anomalies.append(Anomaly(kind, ", ".join(text for text, _ in lengths)[:64], lengths[-1][1]))
    return values[0] if values else None
