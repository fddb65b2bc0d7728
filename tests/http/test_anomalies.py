"""The kinds of oddities: which the specification forbids, and how they quote."""

import pytest

from wsdtrace.http.anomalies import FORBIDDEN, MIME_BOUNDARY, HttpAnomaly, found, odd
from wsdtrace.records import Space, Span


def test_every_kind_has_words_of_its_own() -> None:
    words = [kind.value for kind in HttpAnomaly]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    "kind",
    [
        HttpAnomaly.LIMIT, HttpAnomaly.RESYNCHRONISED, HttpAnomaly.CHUNK_EXTENSION, HttpAnomaly.ABSOLUTE_TARGET,
        HttpAnomaly.EMPTY_LINE_BEFORE, HttpAnomaly.LENGTH_REPEATED, HttpAnomaly.CONTENT_CODING_UNKNOWN,
    ],
)  # fmt: skip
def test_what_the_sender_may_do_is_not_forbidden(kind: HttpAnomaly) -> None:
    assert kind not in FORBIDDEN


def test_mime_kinds_are_no_business_of_http() -> None:
    assert FORBIDDEN.isdisjoint(MIME_BOUNDARY)
    assert HttpAnomaly.MIME_LINE_ENDS not in FORBIDDEN


def test_a_quote_is_cut_and_says_so() -> None:
    assert found(b"x" * 64) == "x" * 64
    assert found(b"x" * 65) == "x" * 64 + "…"
    assert found(b"\xff\x00") == "ÿ\x00"


def test_an_anomaly_has_a_span() -> None:
    assert odd(HttpAnomaly.LIMIT, "a", 1, 2).span == Span(Space.STREAM, 1, 2)
    assert odd(HttpAnomaly.LIMIT, "a", 1, 2, Space.CONTENT).span == Span(Space.CONTENT, 1, 2)
