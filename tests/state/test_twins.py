"""Twins: messages that say what an earlier one said are read as if nobody had compared them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.soap.test_template import everything
from wsdtrace import scenario
from wsdtrace.pipeline import Options, check_file
from wsdtrace.records import HttpMessage
from wsdtrace.soap import template
from wsdtrace.state import reading, twins
from wsdtrace.state.events import Event, MessageSeen
from wsdtrace.state.message import Message
from wsdtrace.state.reading import read_http
from wsdtrace.state.twins import PATIENCE, twin_of
from wsdtrace.wsd.scan import GetScannerElementsResponse

CAPTURES = sorted(Path(__file__).parents[2].glob("captures/*/capture.pcap*"))
POLL = "GetScannerElements -> ok"
STATUS = "GetScannerElements Name=wscn:ScannerStatus -> "
TICKS = [f"2026-01-01T10:00:0{second}Z" for second in range(10)]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Each test learns for itself."""
    twins._known.clear()
    template._templates.clear()
    template._seen.clear()
    yield
    twins._known.clear()


def _seen(run: str | Path) -> list[Message]:
    """The messages over HTTP of a conversation or a capture, as the rules see them."""
    found: list[Message] = []

    def hear(event: Event) -> None:
        if isinstance(event, MessageSeen) and event.message.http is not None:
            found.append(event.message)

    options = Options(on_event=hear, keep_messages=lambda _: True)
    trace = check_file(str(run), options) if isinstance(run, Path) else scenario.check(run, options)
    assert trace.internal_errors == []
    return found


def _by_itself(message: Message) -> tuple[object, ...]:
    """What is in a message, comparable."""
    envelope, decoded = message.envelope, message.decoded
    known = decoded is not None and (decoded.violations, decoded.message, message.fault or decoded.value)
    plain = [name for name in Message.__slots__ if name not in ("envelope", "likeness", "decoded")]
    return known, envelope is not None and everything(envelope), *(getattr(message, name) for name in plain)


def test_polls_are_twins_from_the_fourth_on() -> None:
    requests = _seen("\n".join([POLL] * 6))[::2]
    assert requests[3].decoded is requests[5].decoded
    assert requests[3].message_id != requests[5].message_id
    assert requests[3].likeness is requests[5].likeness is not None


@pytest.mark.parametrize("recording", CAPTURES, ids=lambda path: path.parent.name)
def test_a_twin_is_what_the_message_is_by_itself(recording: Path) -> None:
    for message in _seen(recording):
        assert message.http is not None
        twins._known.clear()
        assert _by_itself(read_http(message.http, message.role)) == _by_itself(message)


def _asked_of(*hosts: int) -> list[Message]:
    """Requests behind one header section, for these receivers."""
    return _seen("\n".join(f"GetScannerElements To=http://{host}/ -> ok" for host in hosts))[::2]


def test_a_section_with_ever_new_contents_is_given_up() -> None:
    learning, lost = [0, 0, 0], list(range(1, PATIENCE + 1))
    requests = _asked_of(*learning, *lost, 9, 9, 9)
    assert len({id(message.http.section) for message in requests if message.http is not None}) == 1
    assert requests[-1].decoded is not requests[-2].decoded


def test_a_section_with_a_new_content_now_and_then_is_not() -> None:
    requests = _asked_of(0, 0, 0, 0, *([1, 1, 2, 2] * PATIENCE))
    assert requests[-1].decoded is requests[-2].decoded is not requests[-3].decoded


def test_sections_are_forgotten_together_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "MAX_SECTIONS", 1)
    requests = _seen("\n".join([POLL] * 6))[::2]
    assert len(twins._known) == 1
    assert [message.operation for message in requests] == ["GetScannerElements"] * 6


def _told(*clocks: str) -> list[Message]:
    """Answers of a scanner that tells these times."""
    return _seen("\n".join(f"{STATUS}ScannerCurrentTime={clock}" for clock in clocks))[1::2]


def _clock(message: Message) -> datetime | None:
    value = None if message.decoded is None else message.decoded.value
    assert isinstance(value, GetScannerElementsResponse)
    assert value.scanner_elements is not None
    status = value.scanner_elements.element_data[0].scanner_status
    return None if status is None else status.scanner_current_time


def test_answers_that_differ_in_their_clock_are_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[HttpMessage] = []

    def watched(http: HttpMessage) -> Message | None:
        twin = twin_of(http)
        if twin is None:
            read.append(http)
        return twin

    monkeypatch.setattr(reading, "twin_of", watched)
    answers = _told(*TICKS)
    assert [answer.http in read for answer in answers] == [True] * 5 + [False] * 5
    assert [_clock(answer) for answer in answers] == [datetime.fromisoformat(tick) for tick in TICKS]
    assert answers[-1].likeness is answers[3].likeness is not None


def test_an_answer_whose_clock_no_plan_reads_is_no_twin() -> None:
    twin, other = _told(*TICKS, "2026-02-30T10:00:00Z")[-2:]
    assert twin.content_bytes == other.content_bytes
    assert twin.decoded is not None
    assert other.decoded is not None
    assert (twin.likeness is None, len(twin.decoded.violations)) == (False, 0)
    assert (other.likeness is None, len(other.decoded.violations)) == (True, 1)


@pytest.mark.parametrize(
    "clock",
    [
        pytest.param("2027-12-31T23:59:59Z", id="valid"),
        pytest.param("2026-02-30T10:00:00Z", id="no such day"),
        pytest.param("2026-01-01T24:00:00Z", id="not canonical"),
        pytest.param("2026-01-01T10:00:00.5Z", id="longer"),
        pytest.param("2026-01-01T10:00:00", id="shorter"),
        pytest.param("2026-01-01T10:00:0&", id="a reference"),
    ],
)
def test_an_answer_with_a_clock_is_what_it_is_by_itself(clock: str) -> None:
    for message in _told(*TICKS, clock, *TICKS, clock, clock):
        assert message.http is not None
        twins._known.clear()
        template._templates.clear()
        assert _by_itself(read_http(message.http, message.role)) == _by_itself(message)
