"""What a log says: when queries began and ended, what was in them, what stands elsewhere, what is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.airscan import URL, answer, asked, dump, envelope, got, page_answer, said, scan_log
from wsdtrace.capture.airscan.log import Body, Heard, Query, is_log, read_log

ASK = envelope("GetScannerElements", "    <sca:GetScannerElementsRequest/>\n")
TELL = envelope("GetScannerElementsResponse", "    <sca:GetScannerElementsResponse/>\n")


def read(text: str) -> list[Query | Heard]:
    return list(read_log(text.encode().split(b"\n")))


def one(text: str) -> Query:
    [query] = read(text)
    assert isinstance(query, Query)
    return query


def text_of(body: Body) -> str:
    return "".join(row.data.decode() + "\n" for row in body.rows)


def response_body(response: str) -> Body:
    query = one(dump(ASK, response))
    assert query.response is not None
    return query.response.body


def test_times_are_those_of_the_messages() -> None:
    query = one(
        asked("00:00:01.000")
        + got("01:02:03.004")
        + said("01:02:04.000", "HTTP POST: 200 OK")
        + dump(ASK, answer(TELL))
    )
    answered = ((62 * 60) + 3) * 1000 + 4
    assert (query.asked_ns, query.answered_ns, query.ended_ns) == (10**9, answered * 10**6, (62 * 60 + 4) * 10**9)
    assert (query.tried, query.sent, query.received) == (b"192.0.2.20:5357", 500, True)


def test_a_dump_without_messages_is_read_all_the_same() -> None:
    query = one(dump(ASK, answer(TELL)))
    assert (query.asked_ns, query.answered_ns, query.status, query.reason) == (0, None, b"200", b"OK")
    assert (query.method, query.url, query.request.announced) == (b"POST", URL.encode(), 300)


def test_texts_are_there_line_by_line() -> None:
    query = one(dump(ASK, answer(TELL)))
    assert query.response is not None
    assert (text_of(query.request.body), text_of(query.response.body)) == (ASK, TELL)
    assert [row.line for row in query.request.body.rows] == list(range(6, 6 + ASK.count("\n")))


def test_a_query_that_overtakes_another_keeps_its_own_time() -> None:
    cancel = dump("<a/>\n", answer(TELL), length=100)
    size = len("POST /scan HTTP/1.1\r\n") + sum(
        len(line) + 2 for line in ("Content-Type: application/soap+xml", "Host: 192.0.2.20:5357", "Content-Length: 100")
    ) + 2 + 100  # fmt: skip
    log = asked("00:00:01.000", size=900) + got("00:00:01.100") + asked("00:00:03.000", size=size) + got("00:00:03.100")
    log += said("00:00:03.200", "x") + cancel + said("00:00:09.000", "y") + dump(ASK, "Error: timeout\n")
    first, second = (q for q in read(log) if isinstance(q, Query))
    assert (first.asked_ns, first.answered_ns, second.asked_ns) == (3 * 10**9, 3_100_000_000, 10**9)
    assert (second.error, second.response) == (b"timeout", None)


def test_nothing_came_back_is_known_when_nothing_was_received() -> None:
    quiet = one(asked("00:00:01.000") + said("00:00:21.000", "x") + dump(ASK, "Error: timeout\n"))
    partly = one(asked("00:00:01.000") + got("00:00:02.000") + dump(ASK, "Error: timeout\n"))
    assert (quiet.received, partly.received) == (False, True)


@pytest.mark.parametrize(
    ("response", "rows", "lost"),
    [
        pytest.param(answer(TELL), TELL.count("\n"), False, id="text"),
        pytest.param(answer(""), 0, True, id="XML that could not be parsed leaves an empty line"),
        pytest.param(answer("", length=None), 0, True, id="so without Content-Length"),
        pytest.param("Status: 204 No Content\n\n", 0, False, id="no content"),
        pytest.param("Status: 200 OK\nContent-Length: 0\nContent-Type: text/xml\n\n\n", 0, False, id="length 0"),
        pytest.param(answer("<html>\n<h1>no</h1>\n\n</html>\n", kind="text/html"), 4, False, id="other text"),
        pytest.param(answer("<a>\n  <b>\n"), 2, True, id="a document without end"),
    ],
)
def test_a_content_is_there_or_known_to_be_lost(response: str, rows: int, lost: bool) -> None:
    body = response_body(response + said("00:00:00.001", "HTTP POST: OK"))
    assert (len(body.rows), body.lost) == (rows, lost)


def test_a_content_in_the_archive_is_named() -> None:
    query = one(dump(ASK, page_answer(TELL, 4711)))
    assert query.response is not None
    assert (query.response.body.saved, query.response.body.size) == (b"00000000.dat", 4711)
    assert [(part.content_type, part.body.saved) for part in query.parts] == [
        (b"application/xop+xml", None),
        (b"image/jpeg", b"00000001.jpeg"),
    ]


@pytest.mark.parametrize(
    ("text", "source", "destination"),
    [
        pytest.param(
            "probe sent: 10.0.0.1:5000->239.255.255.250:3702", b"10.0.0.1:5000", b"239.255.255.250:3702", id="v4"
        ),
        pytest.param(
            "1138 bytes received: [fe80::1%2]:3702->[fe80::2%2]:44917",
            b"[fe80::1%2]:3702",
            b"[fe80::2%2]:44917",
            id="v6",
        ),
    ],
)
def test_datagrams_are_heard(text: str, source: bytes, destination: bytes) -> None:
    [heard] = read(said("00:00:00.250", text, "WSDD") + TELL + "\n" + said("00:00:00.300", "more", "WSDD"))
    assert isinstance(heard, Heard)
    assert (heard.source, heard.destination, heard.time_ns, heard.line) == (source, destination, 250_000_000, 0)
    assert len(heard.rows) == TELL.count("\n")


def test_hex_dumps_and_notes_are_passed_over() -> None:
    noise = "> 0000: 50 4f 53 54                                          POST\n---\nerror\n\n"
    assert len(read(noise + said("00:00:00.001", "Image received") + dump(ASK, noise + answer(TELL)))) == 1
    assert len(read(asked("00:00:00.001") + noise + dump(ASK, answer(TELL)) + noise)) == 1


@pytest.mark.parametrize("end", range(40))
def test_a_log_may_end_anywhere(end: int) -> None:
    text = scan_log()
    whole = len(read(text))
    assert len(read(text[: len(text) * end // 40])) <= whole


def test_a_query_that_the_log_ends_in_says_so() -> None:
    assert one(dump(ASK, "")).cut
    body = response_body(answer(TELL)[:-40])
    assert body.cut
    assert body.lost


@given(
    lines=st.lists(
        st.sampled_from(
            [*scan_log().encode().split(b"\n"), b"", b"=" * 30, b"Error: x", b"Status: 9", b"Status: ", b":"]
        ),
        max_size=60,
    )
)
def test_any_order_of_lines_is_read(lines: list[bytes]) -> None:
    for what in read_log(lines):
        if isinstance(what, Query):
            assert 0 <= what.request.line <= what.ended_line < len(lines) + 1


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        pytest.param(scan_log(), True, id="log"),
        pytest.param("\ufeff" + scan_log().replace("\n", "\r\n"), True, id="edited on Windows"),
        pytest.param(dump(ASK, answer(TELL)), True, id="a piece of one"),
        pytest.param("00:00:00.000: zeroconf: zeroconf configuration:\n", True, id="discovery"),
        pytest.param("12:00:01.123: server: started\n", False, id="another program's log"),
        pytest.param("=" * 30 + "\nSummary\n", False, id="another text"),
        pytest.param("", False, id="empty"),
    ],
)
def test_a_log_is_recognised_by_its_beginning(text: str, yes: bool) -> None:
    assert is_log(text.encode()) is yes
