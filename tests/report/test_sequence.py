"""What is drawn, in which order, and what is left out."""

import pytest

from tests.report.traces import Story, at, orphaned_job, seen
from wsdtrace.records import Abandoned
from wsdtrace.report.redact import Redactor
from wsdtrace.report.sequence import (
    MAX_GROUPS,
    MAX_LANES,
    Arrow,
    Idle,
    Omitted,
    Sequence,
    exchanges_of,
    idle_words,
    sequence_of,
)
from wsdtrace.report.times import SECOND
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Client, DeviceEvent, Toward


def drawn(trace: Trace, most: int = MAX_GROUPS) -> Sequence:
    return sequence_of(trace, None, Redactor(trace), most=most)


def lines(sequence: Sequence) -> list[str]:
    """The rows in the notation of a person: `C1>D1 CreateScanJob`, `… 4.0 s idle`."""
    said = []
    for row in sequence.rows:
        if isinstance(row, Arrow):
            sign = "✖" if row.failed else ""
            said.append(f"{row.source}>{row.target} {sign}{row.label} {row.note}".rstrip())
        else:
            said.append(f"… {idle_words(row.ns)}" if isinstance(row, Idle) else f"… {row.count} more")
    return said


def polled(times: int, step: float = 1.0) -> Story:
    story = Story()
    story.capture("x.pcap")
    story.device()
    story.client()
    for i in range(times):
        story.exchange("GetScannerElements", (i * step, 2 * i + 1), (i * step + 0.1, 2 * i + 2))
    return story


def test_messages_stand_in_order_with_the_silences_between() -> None:
    assert lines(drawn(orphaned_job())) == [
        "C1>D1 CreateScanJob",
        "D1>C1 JobId 1 13.0 ms",
        "C1>D1 RetrieveImage",
        "… 5.1 s idle",
        "D1>C1 page 1, jfif 2480×3508, 1.2 kB 5.1 s",
        "… 6.7 s idle",
        "C1>D1 CreateScanJob",
        "D1>C1 ✖ServerErrorNotAcceptingJobs 20.0 ms",
    ]


def test_findings_stand_at_the_answer_of_their_exchange() -> None:
    rows = [row for row in drawn(orphaned_job()).rows if isinstance(row, Arrow)]
    assert [[f.code for f in row.findings] for row in rows[:2]] == [[], ["WSD601"]]
    assert "WSD202" in [f.code for f in rows[-1].findings]


def test_a_job_has_its_own_exchanges_its_creation_and_its_events() -> None:
    story = polled(1)
    job = story.job(1, Outcome.COMPLETED, "Created", created=(1.0, 4))
    creation = story.exchange("CreateScanJob", (1.0, 3), (1.0, 4))
    job.creation = creation
    job.ended = at(1.3, 6)
    event = story.exchange("JobEndStateEvent", (1.2, 5), (1.3, 6), toward=Toward.CLIENT)
    story.trace.events.append(DeviceEvent(event, "JobEndStateEvent", None, job=job))
    assert exchanges_of(story.trace, job) == [creation, event]
    rows = sequence_of(story.trace, job, Redactor(story.trace))
    assert lines(rows) == ["C1>D1 CreateScanJob", "D1>C1 200 0 µs", "D1>S1 JobEndStateEvent", "S1>D1 200 100 ms"]
    assert [lane.title for lane in rows.lanes] == ["client 1", "device 1", "event sink 1"]


def test_equal_exchanges_in_a_row_are_one() -> None:
    assert lines(drawn(polled(5).trace)) == ["C1>D1 GetScannerElements ×5 in 4.1 s", "D1>C1 200"]


def test_a_pause_ends_a_row_of_equal_exchanges() -> None:
    assert lines(drawn(polled(3, step=60.0).trace)).count("C1>D1 GetScannerElements") == 3


def test_what_somebody_objects_to_is_drawn_by_itself() -> None:
    story = polled(7)
    story.finding("WSD210", "x", "bad", seen(7, 3.0, "x", exchange=story.trace.exchanges[3]))
    assert lines(drawn(story.trace)).count("C1>D1 GetScannerElements ×3 in 2.1 s") == 2


def test_a_request_without_answer_says_why() -> None:
    story = polled(0)
    exchange = story.exchange("CreateScanJob", (1, 1), None)
    exchange.abandoned = Abandoned.RESET
    (_, lost) = drawn(story.trace).rows
    assert isinstance(lost, Arrow)
    assert (lost.lost, lost.label) == (True, "no response: connection reset")


def test_a_long_trace_keeps_its_ends_and_what_matters() -> None:
    story = polled(0)
    for i in range(300):
        fault = "ServerErrorBusy" if i == 150 else None
        story.exchange(f"Operation{i % 7}", (i, 2 * i + 1), (i + 0.1, 2 * i + 2), fault=fault)
    sequence = drawn(story.trace)
    requests = [row for row in sequence.rows if isinstance(row, Arrow) and row.is_request]
    omitted = [row.count for row in sequence.rows if isinstance(row, Omitted)]
    assert len(requests) + sum(omitted) == 300
    assert len(requests) <= MAX_GROUPS
    assert any("ServerErrorBusy" in line for line in lines(sequence))
    assert requests[0].label == "Operation0"
    assert requests[-1].label == "Operation5"


def test_many_peers_share_the_last_lane_of_their_kind() -> None:
    story = polled(0)
    for i in range(20):
        exchange = story.exchange("CreateScanJob", (i, 2 * i + 1), (i, 2 * i + 2))
        exchange.client = Client(i + 1)
    lanes = drawn(story.trace).lanes
    assert len(lanes) <= MAX_LANES + 1
    assert "other clients" in [lane.title for lane in lanes]


def test_who_nobody_knows_is_everybody() -> None:
    story = polled(0)
    story.exchange("Hello", (0, 1), None).client = None
    assert [lane.key for lane in drawn(story.trace).lanes] == ["D1", "M"]


def test_secrets_are_not_told() -> None:
    story = polled(1)
    story.job(1, Outcome.OPEN).token = "Sesame-open"
    story.trace.exchanges[0].operation = "Sesame-open"
    assert "Sesame" not in "".join(lines(drawn(story.trace)))


def test_the_second_leg_of_a_proxy_is_not_drawn_again() -> None:
    story = polled(2)
    story.trace.exchanges[1].copy_of = story.trace.exchanges[0]
    assert len(drawn(story.trace).rows) == 2


@pytest.mark.parametrize(("ns", "words"), [(3 * SECOND, "3.0 s idle"), (7200 * SECOND, "2 h 00 min later")])
def test_silences_have_words(ns: int, words: str) -> None:
    assert idle_words(ns) == words
