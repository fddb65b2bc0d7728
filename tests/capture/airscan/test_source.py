"""A trace as a source: order, addresses, several logs, what is damaged, what can be read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.airscan import URL, answer, asked, dump, envelope, got, said, scan_files, scan_log, write_trace
from wsdtrace.capture import CaptureAnomaly
from wsdtrace.capture.airscan import RecordFact, logs_in, looks_like_trace, open_airscan
from wsdtrace.errors import CaptureError, CaptureFormatError
from wsdtrace.records import (
    Abandoned,
    ConnectionOpened,
    ConnectionRefused,
    Datagram,
    Direction,
    Endpoint,
    RecordedEnd,
    RecordedRequest,
    StreamEnd,
    StreamEnded,
)

ASK = envelope("GetScannerElements", "    <sca:GetScannerElementsRequest/>\n")
TELL = envelope("GetScannerElementsResponse", "    <sca:GetScannerElementsResponse/>\n")


def records(folder: Path, log: str) -> list[RecordFact]:
    with open_airscan(write_trace(folder, log)) as source:
        return list(source.records())


def ends(facts: list[RecordFact]) -> list[RecordedEnd]:
    return [fact for fact in facts if isinstance(fact, RecordedEnd)]


def test_a_query_is_a_connection_with_a_request_and_an_end(tmp_path: Path) -> None:
    facts = records(tmp_path, asked("00:00:01.000") + got("00:00:02.000") + dump(ASK, answer(TELL)))
    assert [type(fact) for fact in facts] == [
        ConnectionOpened, RecordedRequest, RecordedEnd, StreamEnded, StreamEnded,
    ]  # fmt: skip
    opened, request = facts[0], facts[1]
    assert isinstance(opened, ConnectionOpened)
    assert isinstance(request, RecordedRequest)
    assert (request.server, request.client) == (Endpoint("192.0.2.20", 5357), Endpoint("", 0))
    assert (request.stamp.number, request.stamp.time_ns) == (9, 10**9)
    assert request.message.head.index.stamp(0) == request.stamp


@pytest.mark.parametrize(
    ("url", "server"),
    [
        pytest.param("http://printer.example:80/x", Endpoint("printer.example", 80), id="name"),
        pytest.param("http://192.0.2.20/x", Endpoint("192.0.2.20", 80), id="usual port"),
        pytest.param("https://192.0.2.20", Endpoint("192.0.2.20", 443), id="usual port of TLS"),
        pytest.param("http://[fe80::1%252]:5357/x", Endpoint("fe80::1", 5357), id="zone"),
        pytest.param("nonsense", Endpoint("nonsense", 0), id="no URL"),
        pytest.param("http://h:99999/", Endpoint("h", 99999), id="no port"),
    ],
)
def test_the_server_is_that_of_the_url_where_no_connection_is_told(tmp_path: Path, url: str, server: Endpoint) -> None:
    log = said("00:00:00.000", "device created") + dump(ASK, answer(TELL), url=url)
    request = next(fact for fact in records(tmp_path, log) if isinstance(fact, RecordedRequest))
    assert request.server == server


def test_requests_stand_in_the_order_in_which_they_went_out(tmp_path: Path) -> None:
    other = URL + "/other"
    log = asked("00:00:01.000") + asked("00:00:02.000", url=other) + said("00:00:03.000", "x")
    log += dump(ASK, answer(TELL), url=other) + said("00:00:04.000", "x") + dump(ASK, answer(TELL))
    told = [fact for fact in records(tmp_path, log) if isinstance(fact, RecordedRequest | RecordedEnd)]
    order = [(type(fact).__name__, fact.exchange) for fact in told]
    assert order == [("RecordedRequest", 2), ("RecordedRequest", 1), ("RecordedEnd", 1), ("RecordedEnd", 2)]


@pytest.mark.parametrize(
    ("before", "error", "abandoned", "by"),
    [
        pytest.param("", "timeout", Abandoned.CLOSED, Direction.FROM_ORIGINATOR, id="nothing came"),
        pytest.param(got("00:00:02.000"), "timeout", Abandoned.UNRECORDED, Direction.FROM_ORIGINATOR, id="part came"),
        pytest.param("", "Connection reset by peer", Abandoned.RESET, Direction.FROM_ORIGINATOR, id="reset"),
        pytest.param("", "connection closed by device", Abandoned.CLOSED, Direction.FROM_RESPONDER, id="closed"),
        pytest.param(
            got("00:00:02.000"), "http multipart: no parts found", Abandoned.UNRECORDED, Direction.FROM_ORIGINATOR,
            id="not understood",
        ),
    ],
)  # fmt: skip
def test_why_there_is_no_answer(tmp_path: Path, before: str, error: str, abandoned: Abandoned, by: Direction) -> None:
    facts = records(
        tmp_path, asked("00:00:01.000") + before + said("00:00:05.000", "x") + dump(ASK, f"Error: {error}\n")
    )
    [end] = ends(facts)
    assert (end.message, end.abandoned, end.client_said) == (None, abandoned, error)
    closing = [fact for fact in facts if isinstance(fact, StreamEnded)]
    assert closing[0].direction is by
    assert {fact.how for fact in closing} == {StreamEnd.RST if abandoned is Abandoned.RESET else StreamEnd.FIN}


def test_a_connection_that_was_refused_is_no_exchange(tmp_path: Path) -> None:
    log = said("00:00:01.000", f"HTTP POST {URL}") + said("00:00:01.000", "HTTP trying 192.0.2.20:5357")
    [fact] = records(tmp_path, log + dump(ASK, "Error: Connection refused\n"))
    assert isinstance(fact, ConnectionRefused)
    assert (fact.responder, fact.answered) == (Endpoint("192.0.2.20", 5357), True)


def test_datagrams_have_their_addresses_without_zone(tmp_path: Path) -> None:
    log = said("00:00:00.250", "probe sent: [fe80::1%2]:5000->[ff02::c]:3702", "WSDD") + TELL + "\n"
    [fact] = records(tmp_path, log)
    assert isinstance(fact, Datagram)
    assert (fact.source, fact.destination) == (Endpoint("fe80::1", 5000), Endpoint("ff02::c", 3702))
    assert fact.data.decode() == TELL.removesuffix("\n")
    assert not fact.exact


def test_logs_of_one_program_are_merged_by_time_and_their_lines_counted_on(tmp_path: Path) -> None:
    found = said("00:00:00.500", "probe sent: 10.0.0.1:5000->239.255.255.250:3702", "WSDD") + TELL + "\n"
    write_trace(tmp_path, asked("00:00:01.000") + dump(ASK, answer(TELL)), name="scan-Device")
    write_trace(tmp_path, found, name="scan-zeroconf")
    with open_airscan(tmp_path) as source:
        facts = list(source.records())
        first = source.lines[0][2]
        assert [(Path(path).name, number) for path, number, _ in source.lines] == [
            ("scan-Device.log", 1), ("scan-zeroconf.log", first + 1),
        ]  # fmt: skip
        assert isinstance(facts[0], Datagram)
        assert facts[0].stamp.number == first + 1
        assert source.span_ns == 10**9
        assert source.size == sum(path.stat().st_size for path in tmp_path.glob("*.log"))


def test_logs_of_another_program_follow(tmp_path: Path) -> None:
    for name in ("a-zeroconf", "b-zeroconf"):
        write_trace(tmp_path, asked("00:00:01.000") + dump(ASK, answer(TELL)), name=name)
    with open_airscan(tmp_path) as source:
        times = [f.stamp.time_ns for f in source.records() if isinstance(f, RecordedRequest)]
    assert times == [10**9, 2 * 10**9]


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    def odd(log: str, files: list[tuple[str, bytes]] | None) -> list[str]:
        with open_airscan(write_trace(tmp_path, log, files)) as source:
            list(source.records())
            assert {anomaly.kind for anomaly in source.anomalies} <= {CaptureAnomaly.TRUNCATED}
            return [anomaly.detail for anomaly in source.anomalies]

    assert odd(scan_log(), scan_files()) == []
    assert odd(scan_log(), []) == ["scan-Test.tar: 2 of its files are missing or cut"]
    assert odd(dump(ASK, ""), []) == ["scan-Test.log ends in the middle of a message"]


def test_a_trace_is_recognised_by_its_files(tmp_path: Path) -> None:
    write_trace(tmp_path, scan_log())
    (tmp_path / "other.log").write_text("12:00:00.000 something else\n")
    assert [Path(path).name for path in logs_in(str(tmp_path))] == ["scan-Test.log"]
    assert looks_like_trace(str(tmp_path / "scan-Test.log"))
    assert not looks_like_trace(str(tmp_path / "scan-Test.tar"))
    assert not looks_like_trace(str(tmp_path / "no such file"))
    assert logs_in(str(tmp_path / "no such folder")) == []


def test_a_log_alone_is_a_trace(tmp_path: Path) -> None:
    folder = write_trace(tmp_path, scan_log(), scan_files())
    with open_airscan(folder / "scan-Test.log") as source:
        assert len(ends(list(source.records()))) == 2


@pytest.mark.parametrize("name", ["empty", "no such file"])
def test_what_is_no_trace_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaptureFormatError, match="sane-airscan"):
        open_airscan(tmp_path / name)


def test_a_log_that_goes_away_is_an_error_of_the_input(tmp_path: Path) -> None:
    folder = write_trace(tmp_path, scan_log())
    source = open_airscan(folder)
    (folder / "scan-Test.log").unlink()
    with pytest.raises(CaptureError, match="cannot be read"):
        list(source.records())
