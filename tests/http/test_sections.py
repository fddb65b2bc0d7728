"""Header and trailer sections over views: where they end, what is kept, when they are given up."""

import pytest

from tests.http.talk import chunk
from wsdtrace.http.limits import HttpLimits
from wsdtrace.http.meter import View
from wsdtrace.http.sections import Collected, HeaderSection, TrailerSection
from wsdtrace.records import Direction

LIMITS = HttpLimits(start_line=40, header_section=100, trailer_section=30)
CUTS = [1, 2, 3, 7, 1000]


def views(data: bytes, cut: int) -> list[View]:
    return [View(chunk(Direction.FROM_ORIGINATOR, 500 + at, data[at : at + cut], 1)) for at in range(0, len(data), cut)]


def header(data: bytes, cut: int, *, is_request: bool = True) -> tuple[Collected, HeaderSection]:
    section = HeaderSection(500, LIMITS, is_request=is_request)
    collected = Collected.MORE
    for view in views(data, cut):
        collected = section.feed(view, view.start)
        if collected is not Collected.MORE:
            break
    return collected, section


HEADERS = [
    pytest.param(b"GET / HTTP/1.1\r\nA: b\r\n\r\nrest", Collected.WHOLE, b"GET / HTTP/1.1\r\nA: b\r\n\r\n", id="CRLF"),
    pytest.param(b"GET / HTTP/1.1\nA: b\n\nrest\r\n\r\n", Collected.WHOLE, b"GET / HTTP/1.1\nA: b\n\n", id="LF"),
    pytest.param(b"GET / HTTP/1.1\nA: b\n\r\n\n", Collected.WHOLE, b"GET / HTTP/1.1\nA: b\n\r\n", id="mixed"),
    pytest.param(b"GET / HTTP/1.1\r\n\r\n", Collected.WHOLE, b"GET / HTTP/1.1\r\n\r\n", id="no field line"),
    pytest.param(b"GET / HTTP/1.1\r\nA: b\r\n", Collected.MORE, b"", id="goes on"),
    pytest.param(b"GET / HT", Collected.MORE, b"", id="first line goes on"),
    pytest.param(b"hello\r\nworld", Collected.EXCESS, b"", id="no start-line"),
    pytest.param(b"x" * 60, Collected.EXCESS, b"", id="first line over its bound"),
    pytest.param(
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 30, Collected.LIMIT, (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 30)[:100],
        id="over its bound",
    ),
]  # fmt: skip


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(("data", "collected", "section"), HEADERS)
def test_a_header_section_is_collected(data: bytes, collected: Collected, section: bytes, cut: int) -> None:
    got, header_section = header(data, cut)
    assert got is collected
    assert header_section.data == section


def test_the_views_of_a_first_line_are_kept_until_it_is_judged() -> None:
    _, section = header(b"hello wor", 3)
    assert [view.start for view in section.views] == [500, 503, 506]
    _, section = header(b"GET / HTTP/1.1\r\nA", 3)
    assert section.views == []


@pytest.mark.parametrize(
    ("data", "verdict"), [(b"GET /", False), (b"hello wor", True), (b"GET / HTTP/1.1\r\n??", False)]
)
def test_a_cut_section_is_excess_when_it_could_not_become_one(data: bytes, verdict: bool) -> None:
    _, section = header(data, 2)
    assert section.so_far == data
    assert section.is_excess is verdict


TRAILERS = [
    pytest.param(b"\r\nrest", Collected.WHOLE, b"\r\n", id="empty line"),
    pytest.param(b"\nrest", Collected.WHOLE, b"\n", id="LF"),
    pytest.param(b"A: b\r\nC: d\r\n\r\nrest", Collected.WHOLE, b"A: b\r\nC: d\r\n\r\n", id="field lines"),
    pytest.param(b"A: b\r\n", Collected.MORE, b"A: b\r\n", id="goes on"),
    pytest.param(b"A: b\r\n" * 9, Collected.LIMIT, b"A: b\r\n" * 5, id="over its bound"),
    pytest.param(b"x" * 50, Collected.LIMIT, b"x" * 30, id="line over its bound"),
]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(("data", "collected", "section"), TRAILERS)
def test_a_trailer_section_is_collected(data: bytes, collected: Collected, section: bytes, cut: int) -> None:
    trailer = TrailerSection(LIMITS)
    got, stop = Collected.MORE, 500
    for view in views(data, cut):
        stop, got = trailer.feed(view, view.start)
        if got is not Collected.MORE:
            break
    assert got is collected
    assert trailer.so_far == section
    assert stop == 500 + len(section)
