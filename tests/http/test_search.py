"""The search over views: what it holds, where it resumes, what it says was skipped."""

import random

import pytest

from tests.http.talk import chunk
from wsdtrace.http.anomalies import HttpAnomaly
from wsdtrace.http.limits import HttpLimits
from wsdtrace.http.meter import View
from wsdtrace.http.search import StartLineSearch
from wsdtrace.http.sync import Side, StartLine
from wsdtrace.records import Direction

LIMITS = HttpLimits(start_line=64, resync=10_000)


def view(offset: int, data: bytes) -> View:
    return View(chunk(Direction.FROM_ORIGINATOR, offset, data, 1))


@pytest.mark.parametrize("cut", [1, 7, 64, 500, 5000])
def test_a_start_line_is_found_however_it_is_cut(cut: int) -> None:
    junk = random.Random(1).randbytes(3000)
    data = junk + b"POST /scan HTTP/1.1\r\nHost: a\r\n"
    search = StartLineSearch(HttpAnomaly.RESYNCHRONISED, LIMITS)
    for at in range(0, len(data), cut):
        one = view(1000 + at, data[at : at + cut])
        hit = search.feed(one, one.start, None)
        if hit is not None:
            break
        assert sum(len(held.data) for held in search.views) <= 64 + 16 + 2 * cut
    assert hit == StartLine(1000 + len(junk), Side.CLIENT)
    skipped = search.skipped(hit.position)
    assert skipped is not None
    assert skipped.span is not None
    assert (skipped.span.start, skipped.span.end) == (1000, 1000 + len(junk))
    assert skipped.detail[:64] == junk[:64].decode("latin-1")


def test_the_start_line_lies_in_the_views_that_are_kept() -> None:
    search = StartLineSearch(HttpAnomaly.EXCESS_BYTES, LIMITS)
    assert search.feed(view(0, b"junk\r\nGET /"), 0, None) is None
    last = view(11, b" HTTP/1.1\r\n")
    hit = search.feed(last, 11, None)
    assert hit == StartLine(6, Side.CLIENT)
    assert [held.start for held in search.views] == [0]


def test_nothing_skipped_is_no_anomaly() -> None:
    search = StartLineSearch(HttpAnomaly.RESYNCHRONISED, LIMITS)
    assert search.skipped(0) is None
    hit = search.feed(view(5, b"GET / HTTP/1.1\r\n"), 5, None)
    assert hit == StartLine(5, Side.CLIENT)
    assert search.skipped(5) is None


def test_nothing_is_found_behind_the_bound() -> None:
    search = StartLineSearch(HttpAnomaly.RESYNCHRONISED, LIMITS)
    one = view(0, b"x" * 10_000 + b"GET / HTTP/1.1\r\n")
    assert search.feed(one, 0, None) is None
    assert search.stop == 10_000


def test_many_anchors_are_judged_in_linear_time() -> None:
    for hostile in (b"HTTP/1.", b" HTTP/1.1\n", b"GET HTTP/1.1 ", b"GET x HTTP/1.1 "):
        search = StartLineSearch(HttpAnomaly.RESYNCHRONISED, HttpLimits())
        assert search.feed(view(0, hostile * 100_000), 0, None) is None
