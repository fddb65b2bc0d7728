"""What tshark sees of scenarios that were played."""

from decimal import Decimal
from itertools import pairwise

import pytest

from tests.scenario.oracle import column, dissect, needs_tshark
from wsdtrace import scenario
from wsdtrace.errors import BadScenario
from wsdtrace.scenario.play import START_NS

pytestmark = needs_tshark

EVERYTHING = """
Hello
Probe -> ProbeMatches
Resolve -> ResolveMatches
Get -> ok
GetScannerElements Name=ScannerConfiguration Name=DefaultScanTicket -> ok
ValidateScanTicket -> ok
Subscribe -> ok
Renew -> ok
GetStatus -> ok
ScanAvailableEvent ScanIdentifier=s -> accepted
CreateScanJob ScanIdentifier=s source=ADF -> ok
JobStatusEvent -> accepted
GetActiveJobs -> ok
GetJobElements Name=JobStatus Name=ScanTicket Name=Documents -> ok
RetrieveImage -> image
http: chunked
RetrieveImage -> image=png
RetrieveImage -> Fault ClientErrorNoImagesAvailable
JobEndStateEvent -> accepted
GetJobHistory -> ok
CreateScanJob source=ADF -> ok
CancelJob -> ok
ScannerStatusSummaryEvent -> accepted
ScannerStatusConditionEvent -> accepted
ScannerStatusConditionClearedEvent -> accepted
ScannerElementsChangeEvent -> accepted
SubscriptionEnd -> accepted
Unsubscribe -> ok
over IPv6: GetScannerElements -> ok
over HTTP: Probe -> ProbeMatches
client B, device 2, through P: GetScannerElements -> ok
Bye
"""
"""One of each operation."""


def times(text: str, only: str) -> list[Decimal]:
    """Seconds since the start of a scenario of the frames that a filter passes."""
    return [Decimal(t) - Decimal(START_NS) / 10**9 for t in column(text, "frame.time_epoch", only)]


def test_nothing_of_a_good_conversation_is_odd() -> None:
    odd = "_ws.malformed || _ws.expert.severity >= 6291456"  # warning and above
    rows = dissect(EVERYTHING, "frame.number", "_ws.expert.message", "_ws.col.Info", only=odd)
    assert rows == []


def test_everything_is_answered() -> None:
    requests = column(EVERYTHING, "frame.number", "http.request")
    codes = column(EVERYTHING, "http.response.code")
    assert len(requests) == len(codes) == 28
    assert codes.count("200") == 19
    assert (codes.count("202"), codes.count("400")) == (8, 1)


def test_a_scenario_gives_the_same_bytes_each_time() -> None:
    assert scenario.capture(EVERYTHING) == scenario.capture(EVERYTHING)


def test_the_clock_starts_at_a_fixed_date_and_never_falls_by_itself() -> None:
    seen = times(EVERYTHING, "frame")
    assert seen[0] == 0
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("text", "only", "gap"),
    [
        pytest.param("GetActiveJobs -> ok\nwait 61s\nGetActiveJobs -> ok", "http.request", 61, id="wait"),
        pytest.param("GetActiveJobs -> ok after 7s", "http", 7, id="late answer"),
        pytest.param("GetActiveJobs -> ok\n  wait 3s", "http", 3, id="what happens in between"),
        pytest.param("Probe -> ProbeMatches after 5s", "udp", 5, id="late match"),
        pytest.param("udp: repeat\nProbe -> nothing", "udp", Decimal("0.1"), id="repeats"),
    ],
)
def test_time_passes_as_told(text: str, only: str, gap: Decimal) -> None:
    first, second, *_ = times(text, only)
    assert gap <= second - first < gap + Decimal("0.2")


def test_a_scenario_can_set_the_clock_back() -> None:
    first, second = times("GetActiveJobs -> ok\nwait -5s\nGetActiveJobs -> ok", "http.request")
    assert second < first


def test_an_answer_can_take_its_time() -> None:
    seen = times("CreateScanJob -> ok\nRetrieveImage -> image over 70s", "tcp.srcport == 5357 && tcp.len > 0")
    assert max(later - earlier for earlier, later in pairwise(seen)) < 35
    assert 70 <= seen[-1] - seen[0] < 71


@pytest.mark.parametrize(
    ("text", "only", "count"),
    [
        pytest.param("tcp: gap 100\nGetActiveJobs -> ok", "tcp.analysis.ack_lost_segment", 1, id="gap"),
        pytest.param("tcp: gap 9 in the request\nGet -> ok", "tcp.analysis.ack_lost_segment", 1, id="gap in request"),
        pytest.param("tcp: retransmit\nGet -> ok", "tcp.analysis.spurious_retransmission", 1, id="retransmit"),
        pytest.param("tcp: reorder\nGetActiveJobs -> ok", "tcp.analysis.lost_segment", 1, id="reorder"),
        pytest.param("tcp: no handshake\nGetActiveJobs -> ok", "tcp.flags.syn == 1", 0, id="no handshake"),
        pytest.param("tcp: only requests\nGetActiveJobs -> ok", "tcp.srcport == 5357", 0, id="only requests"),
        pytest.param("tcp: snap 200\nGetActiveJobs -> ok", "frame.cap_len > 200", 0, id="snap"),
        pytest.param("tcp: snap 200\nGetActiveJobs -> ok", "frame.len > frame.cap_len", 2, id="snapped"),
        pytest.param("GetActiveJobs -> ok\nGetActiveJobs -> ok", "tcp.flags == 0x002", 1, id="connections are kept"),
        pytest.param("GetActiveJobs -> ok\nclose\nGetActiveJobs -> ok", "tcp.flags == 0x002", 2, id="close"),
        pytest.param("Get -> ok\ntcp: new connection\nGet -> ok", "tcp.flags == 0x002", 2, id="new connection"),
        pytest.param("GetActiveJobs -> nothing\nGetActiveJobs -> ok", "tcp.flags == 0x002", 2, id="busy connection"),
        pytest.param("GetActiveJobs -> nothing\nend", "tcp.flags.fin == 1", 0, id="end"),
        pytest.param("GetActiveJobs -> nothing", "tcp.flags.fin == 1", 2, id="the client gives up"),
        pytest.param("GetActiveJobs -> close", "tcp.flags.fin == 1 && tcp.srcport == 5357", 1, id="the device closes"),
        pytest.param("Get -> reset", "tcp.flags.reset == 1 && tcp.srcport == 5357", 1, id="the device resets"),
        pytest.param("GetActiveJobs -> refused", "tcp.flags.reset == 1", 1, id="refused"),
        pytest.param("GetActiveJobs -> unreachable", "tcp.flags == 0x002", 3, id="unreachable"),
        pytest.param("http: cut 50\nGetActiveJobs -> ok", "http.response", 0, id="cut"),
        pytest.param("http: reset 50\nGetActiveJobs -> ok", "tcp.flags.reset == 1", 1, id="reset"),
        pytest.param("http: until close\nGetActiveJobs -> ok", "http.response.code == 200", 1, id="until close"),
        pytest.param("http: chunked\nGetActiveJobs -> ok", "http.transfer_encoding == chunked", 1, id="chunked"),
        pytest.param("http: gzip\nGetActiveJobs -> ok", "http.content_encoding == gzip && xml", 1, id="gzip"),
        pytest.param("http: continue\nGetActiveJobs -> ok", "http.response.code == 100", 1, id="interim"),
        pytest.param("http: 1.0\nGetActiveJobs -> ok", 'http.response.version == "HTTP/1.0"', 1, id="HTTP/1.0"),
        pytest.param("GetActiveJobs -> HTTP 404 text/html <b>x</b>", "http.response.code == 404", 1, id="not found"),
        pytest.param("GetActiveJobs -> Fault OperationFailed", "http.response.code == 500", 1, id="receiver's fault"),
        pytest.param("http: status 204\nGet -> Fault OperationFailed", "http.response.code == 204", 1, id="status"),
        pytest.param("> field X-Odd: a\nGetActiveJobs -> ok", 'http.request.line contains "X-Odd: a"', 1, id="field"),
        pytest.param("> raw GET / HTTP/1.1\\r\\n\\r\\n\nGet -> ok", "http.request.method == GET", 1, id="raw"),
        pytest.param("TLS -> ok", "tls.handshake.type == 1", 1, id="client hello"),
        pytest.param("TLS -> ok", "tls.handshake.type == 2", 1, id="server hello"),
        pytest.param("over IPv6: GetActiveJobs -> ok", "ipv6 && http", 2, id="IPv6"),
        pytest.param("over IPv6: Hello", "ipv6.dst == ff02::c && udp.port == 3702", 1, id="Hello over IPv6"),
        pytest.param("Probe -> Fault wsa:ActionNotSupported", "udp.srcport == 3702", 1, id="fault over UDP"),
        pytest.param("udp: to 192.0.2.99 99\nProbe -> ProbeMatches", "ip.dst == 192.0.2.99", 1, id="to"),
        pytest.param("> raw nonsense\nHello", 'udp contains "nonsense"', 1, id="raw datagram"),
        pytest.param("over HTTP: Probe -> ProbeMatches", "http.request", 1, id="directed Probe"),
    ],
)  # fmt: skip
def test_frames_are_as_the_scenario_says(text: str, only: str, count: int) -> None:
    assert len(column(text, "frame.number", only)) == count


def test_hosts_are_told_apart() -> None:
    text = "GetActiveJobs -> ok\nclient B: GetActiveJobs -> ok\nclient B, device 2: GetActiveJobs -> ok"
    rows = dissect(text, "ip.src", "ip.dst", only="http.request")
    assert rows == [["192.0.2.10", "192.0.2.100"], ["192.0.2.11", "192.0.2.100"], ["192.0.2.11", "192.0.2.101"]]


def test_a_proxy_has_two_legs_one_inside_the_other() -> None:
    text = "through P: CreateScanJob -> ok"
    rows = dissect(text, "ip.src", "ip.dst", "http.host", only="http")
    proxy = "192.0.2.200"
    assert rows == [
        ["192.0.2.10", proxy, f"{proxy}:5357"],
        [proxy, "192.0.2.100", "192.0.2.100:5357"],
        ["192.0.2.100", proxy, ""],
        [proxy, "192.0.2.10", ""],
    ]


def test_events_pass_a_proxy_the_other_way() -> None:
    rows = dissect("through P: JobStatusEvent -> accepted", "ip.src", "ip.dst", only="http.request")
    assert rows == [["192.0.2.100", "192.0.2.200"], ["192.0.2.200", "192.0.2.10"]]


def test_events_come_from_the_device_and_are_accepted_without_content() -> None:
    rows = dissect("JobStatusEvent -> accepted", "ip.src", "http.response.code", "http.content_length", only="http")
    assert [row[0] for row in rows] == ["192.0.2.100", "192.0.2.10"]
    assert rows[1][1:] == ["202", "0"]


def test_a_pipelined_request_goes_before_the_answer_and_is_answered_after_it() -> None:
    text = "GetScannerElements -> ok\n  tcp: same connection\n  GetActiveJobs -> ok"
    rows = dissect(text, "tcp.stream", "http.request.method", only="http")
    assert [row[1] for row in rows] == ["POST", "POST", "", ""]
    assert {row[0] for row in rows} == {"0"}


def test_an_exchange_may_happen_in_the_middle_of_an_image() -> None:
    text = """
    CreateScanJob source=ADF -> ok
    http: pause 3000
    RetrieveImage -> image
      CancelJob -> ok
    """
    rows = dissect(text, "tcp.stream", "tcp.len", only="tcp.srcport == 5357 && tcp.len > 0")
    streams = [row[0] for row in rows]
    assert streams[0] == "0"
    assert "1" in streams
    middle = streams.index("1")
    assert "0" in streams[middle:]
    assert sum(int(row[1]) for row in rows[1:middle]) > 3000
    assert len(column(text, "frame.number", 'http.content_type contains "multipart"')) == 1


def test_an_answer_goes_to_who_asked() -> None:
    rows = dissect("Probe -> ProbeMatches", "ip.src", "udp.srcport", "ip.dst", "udp.dstport", only="udp")
    assert rows[0][2:] == ["239.255.255.250", "3702"]
    assert rows[1] == ["192.0.2.100", "3702", *rows[0][:2]]


def test_the_file_can_end_early() -> None:
    whole = scenario.capture("GetActiveJobs -> ok")
    assert scenario.capture("GetActiveJobs -> ok\nfile: cut 20") == whole[:-20]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "tcp: same connection\nGet -> ok", "expected an open exchange on whose connection", id="pipelined alone"
        ),
        pytest.param(
            "http: cut 99999\nGet -> ok", "expected an answer of more than 99999 bytes to cut", id="cut too much"
        ),
        pytest.param("Probe -> close", "expected an answer that UDP can carry", id="close over UDP"),
        pytest.param("> field a: b\nHello", "expected an exchange over HTTP for `field`", id="field over UDP"),
        pytest.param("> drop wsa:Nix\nGet -> ok", "expected a message that has wsa:Nix", id="edit of nothing"),
    ],
)
def test_what_cannot_be_played_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BadScenario, match=problem.replace("(", r"\(")):
        scenario.capture(text)
