"""What a capture lost is held against nobody: rules that would accuse are inconclusive."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.rules.verdict import judged, verdict
from tests.damage import damaged, read
from tests.shared import CAPTURES
from wsdtrace.capture import open_capture_bytes
from wsdtrace.check.finding import Severity
from wsdtrace.pipeline import Options, check_source

JOB = "CreateScanJob source=ADF -> JobId=1 JobToken=t\n"
GET = "GetScannerElements -> ok\n"
WRONG = "urn:uuid:00000000-0000-4000-8000-00000000000f"
DENIED = "CancelJob JobId=9 -> Fault ClientErrorJobIdNotFound\n"


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        pytest.param(f"GetScannerElements -> ok RelatesTo={WRONG}\n", "WSD303", "fired", id="RelatesTo"),
        pytest.param(
            f"tcp: gap 100\n{GET}GetScannerElements -> ok RelatesTo={WRONG}\n",
            "WSD303",
            "inconclusive",
            id="RelatesTo behind a hole",
        ),
        pytest.param(DENIED, "WSD607", "fired", id="unknown job"),
        pytest.param(f"tcp: no handshake\n{DENIED}", "WSD607", "inconclusive", id="unknown job, mid-connection"),
        pytest.param(
            f"tcp: gap 100\n{GET}wait 60s\ntcp: new connection\n{DENIED}",
            "WSD607",
            "inconclusive",
            id="unknown job, a hole",
        ),
    ],
)
def test_a_hole_makes_a_rule_inconclusive(text: str, code: str, expected: str) -> None:
    assert verdict(text, code) == expected


SUBSCRIBED = "device {}: Subscribe ClientContext=a ClientDisplayName=n -> ok\n"
AGAIN = "device 1: Subscribe ClientContext=b ClientDisplayName=n -> ok\n"
NOTIFIED = "device 1: ScanAvailableEvent ClientContext=b ScanIdentifier=s -> accepted\n"
GIVEN = "CreateScanJob source=ADFDuplex -> JobId=1 JobToken=t\n" + "RetrieveImage JobId=1 JobToken=t -> image\n"
SECOND = "RetrieveImage JobId=1 JobToken=t -> image\n"
EMPTY = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable\n"
TOKEN = "CreateScanJob -> JobId=1 JobToken=token\nRetrieveImage JobId=1 JobToken=token -> image\n"


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        pytest.param(SUBSCRIBED.format(1) + NOTIFIED, "WSD503", "fired", id="an event of nobody's wish"),
        pytest.param(
            SUBSCRIBED.format(2) + "device 1: GetScannerElements -> ok\n" + NOTIFIED,
            "WSD503",
            "inconclusive",
            id="an event of another device than was subscribed to",
        ),
        pytest.param(
            "device 1: GetActiveJobs -> none\ntcp: new connection\ntcp: gap 100\ndevice 1: GetActiveJobs -> none\n"
            + SUBSCRIBED.format(1)
            + "wait 2s\n"
            + NOTIFIED,
            "WSD503",
            "inconclusive",
            id="an event behind a hole",
        ),
        pytest.param(
            SUBSCRIBED.format(1) + "tcp: new connection\ntcp: gap 100 in the request\n" + AGAIN + NOTIFIED,
            "WSD503",
            "inconclusive",
            id="an event behind a Subscribe with a hole that is not certain yet",
        ),
        pytest.param(GIVEN + EMPTY, "WSD714", "fired", id="a front without a back"),
        pytest.param(
            f"{GIVEN}tcp: new connection\ntcp: gap 100\n{SECOND}{EMPTY}",
            "WSD714",
            "inconclusive",
            id="a back with a hole that is not certain yet",
        ),
        pytest.param("ScanAvailableEvent -> close\n", "WSD507", "fired", id="an event without answer"),
        pytest.param(
            "tcp: no handshake\nScanAvailableEvent -> close\n", "WSD507", "inconclusive", id="on an older connection"
        ),
        pytest.param(TOKEN.replace("token\n", "other\n", 1), "WSD610", "fired", id="another token"),
        pytest.param(TOKEN, "WSD610", "passed", id="the token"),
    ],
)
def test_a_verdict_waits_for_what_is_missing(text: str, code: str, expected: str) -> None:
    assert verdict(text, code) == expected


def test_a_token_that_is_cut_is_no_other_token() -> None:
    whole = TOKEN.split("\n", 1)[0]
    answer = (
        b'<?xml version="1.0"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
        b'xmlns:wscn="http://schemas.microsoft.com/windows/2006/08/wdp/scan"><soap:Body>'
        b"<wscn:CreateScanJobResponse><wscn:JobId>1</wscn:JobId><wscn:JobToken>tok"
    ).decode()
    text = f"< content {answer}\n{whole}\nRetrieveImage JobId=1 JobToken=token -> image\n"
    assert {f.code for f in judged(text).findings}.isdisjoint({"WSD610", "WSD611"})


CANCELED = """
CreateScanJob -> JobId=1 JobToken=t
http: pause 500
http: {how} 300
RetrieveImage -> image
    {hole}
    CancelJob JobId=1 -> {answer}
"""


@pytest.mark.parametrize("how", ["cut", "reset"])
@pytest.mark.parametrize(
    ("hole", "answer", "expected"),
    [
        pytest.param("", "ok", "fired", id="acknowledged"),
        pytest.param("", "Fault OperationFailed", "fired", id="refused"),
        pytest.param("tcp: gap 100", "ok", "inconclusive", id="a hole in its answer"),
        pytest.param("tcp: only requests", "ok", "inconclusive", id="no answer in the capture"),
        pytest.param("", "nothing", "inconclusive", id="no answer yet"),
    ],
)
def test_what_a_cancel_ended_depends_on_its_answer(how: str, hole: str, answer: str, expected: str) -> None:
    assert verdict(CANCELED.format(how=how, hole=hole, answer=answer), "WSD102") == expected


@pytest.mark.parametrize("code", ["WSD102", "WSD106"])
def test_a_client_that_left_is_judged_when_a_hole_in_its_cancel_would_be_certain(code: str) -> None:
    half_seen = CANCELED.format(how="reset", hole="tcp: gap 100 in the request", answer="ok")
    unseen = CANCELED.format(how="reset", hole="", answer="ok").replace("CancelJob JobId=1", "GetScannerElements")
    assert (verdict(half_seen, code), verdict(unseen, code)) == ("inconclusive", "fired")


LOST_FRAMES = [
    pytest.param("cancel-while-sending", [67], "WSD102", id="the answer to a cancel"),
    pytest.param("cancel-while-sending", [63], "WSD102", id="a cancel"),
    pytest.param("fault-not-accepting", [26, 29, 30, 32, 34], "WSD101", id="all of an answer but an empty segment"),
    pytest.param("keep-alive", [1, 2, 8], "WSD303", id="the handshake and an answer"),
    pytest.param("keep-alive", [6, 24, 31, 66, 68, 71, 80, 82, 86], "WSD323", id="requests and answers in turn"),
    pytest.param("keep-alive", [4, 26, 31, 35], "WSD621", id="a request between two answers"),
    pytest.param("keep-alive", [4, 26, 31, 35], "WSD713", id="the answer before that of another operation"),
    pytest.param("lossy-feeder", [370, 380], "WSD626", id="the first copy of a last segment"),
    pytest.param("late-next-retrieve", list(range(96, 108)), "WSD626", id="the rest of a page and the end with it"),
    pytest.param("mtom-lf", [30, 44], "WSD607", id="the grant of a job"),
    pytest.param("push-scan", list(range(26, 38)), "WSD108", id="a connection but for its SYN"),
]


@pytest.mark.parametrize(("case", "lost", "code"), LOST_FRAMES)
def test_lost_frames_accuse_nobody(case: str, lost: list[int], code: str) -> None:
    capture = read(CAPTURES / case / "capture.pcap")
    kept = [frame for number, frame in enumerate(capture.frames, start=1) if number not in lost]
    with open_capture_bytes(capture.written(kept), case) as source:
        trace = check_source(source, Options())
    assert code not in {f.code for f in trace.findings}


def test_refusals_of_nobody_knows_what_are_no_storm(tmp_path: Path) -> None:
    path = tmp_path / "answers.pcap"
    path.write_bytes(dict(damaged(read(CAPTURES / "keep-alive" / "capture.pcap"), 1))["connection 0 downward only"])
    with open_capture_bytes(dict(damaged(read(path), 1))["cut at 600"], "answers") as source:
        trace = check_source(source, Options())
    assert sum(exchange.request is None for exchange in trace.exchanges) > 5
    assert "WSD331" not in {f.code for f in trace.findings}


@pytest.mark.parametrize("more", ["connection 0 without SYN", "neighbours swapped", "begins after 30 %"])
@pytest.mark.parametrize("clocks", ["clients +300 ms", "clients -300 ms"])
def test_answers_are_not_mistaken_for_others_where_clocks_differ(tmp_path: Path, clocks: str, more: str) -> None:
    path = tmp_path / "joined.pcap"
    path.write_bytes(dict(damaged(read(CAPTURES / "keep-alive" / "capture.pcap"), 1))[clocks])
    with open_capture_bytes(dict(damaged(read(path), 1))[more], "joined") as source:
        trace = check_source(source, Options())
    assert trace.exchanges
    assert {f.code for f in trace.findings}.isdisjoint({"WSD101", "WSD303", "WSD323"})


DEEP = "<x>" * 300 + "</x>" * 300
WIDE = f"<x>{'y' * 4_200_000}</x>"


@pytest.mark.parametrize("edge", [">", "<"], ids=["request", "response"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("<soap:Header>", f"<soap:Header>{DEEP}", id="before the headers"),
        pytest.param("</soap:Body>", f"{DEEP}</soap:Body>", id="behind the body"),
    ],
)
def test_what_stands_behind_a_bound_of_ours_is_not_missing(edge: str, old: str, new: str) -> None:
    found = judged(f"{edge} replace {old} {new}\nGetScannerElements -> ok\n").findings
    assert {f.code for f in found if f.severity is not Severity.INFO} == {"WSD008"}


def test_what_is_not_held_of_an_envelope_is_neither_missing_nor_unclosed() -> None:
    found = judged(f"< replace <soap:Header> <soap:Header>{WIDE}\nGetScannerElements -> ok\n").findings
    told = {f.code: f for f in found if f.severity is not Severity.INFO}
    assert set(told) == {"WSD008", "WSD213"}
    assert int(told["WSD213"].message.split()[3]) > len(WIDE)


def test_a_hello_whose_headers_are_too_deep_is_no_anonymous_one() -> None:
    codes = {f.code for f in judged(f"> replace <soap:Header> <soap:Header>{DEEP}\nHello\n").findings}
    assert codes.isdisjoint({"WSD301", "WSD309", "WSD414"})


def test_an_action_that_the_snap_length_cut_is_not_unknown() -> None:
    assert verdict("tcp: snap 420\nGetScannerElements -> ok\n", "WSD304") in ("inconclusive", "no subject")


def test_a_match_of_a_device_that_answers_as_asked_may_answer_what_is_missing() -> None:
    right = "Probe -> ProbeMatches\nwait 10s\n"
    wrong = f"Probe -> ProbeMatches RelatesTo={WRONG}\nwait 10s\nProbe -> nothing\n"
    assert verdict(wrong, "WSD403") == "fired"
    assert verdict(right + wrong, "WSD403") != "fired"


def test_a_device_denies_a_job_because_its_time_was_over() -> None:
    text = (
        "CreateScanJob -> JobId=1 JobToken=t\nwait 70s\n"
        "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound\n"
    )
    causes = [f.code for f in judged(text).findings if f.caused_by is None and f.severity.value != "info"]
    assert causes == ["WSD603"]
