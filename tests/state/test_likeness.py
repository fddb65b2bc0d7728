"""Messages that are alike: what they share, and what keeps them apart."""

import re
from pathlib import Path

import pytest

from tests.state.played import played
from wsdtrace import scenario
from wsdtrace.pipeline import Options, check_file
from wsdtrace.soap.template import cut
from wsdtrace.state.events import Event, MessageSeen
from wsdtrace.state.likeness import Likeness
from wsdtrace.state.message import Message

CAPTURES = sorted(Path(__file__).parents[2].glob("captures/*/capture.pcap*"))
POLL = "GetScannerElements -> ok"


def _likenesses(text: str) -> list[Likeness | None]:
    """Of requests and answers in turn, as the rules see them."""
    found: list[Likeness | None] = []

    def hear(event: Event) -> None:
        if isinstance(event, MessageSeen):
            found.append(event.message.likeness)

    assert scenario.check(text, Options(on_event=hear)).internal_errors == []
    return found


def test_messages_with_the_same_words_are_alike_from_the_third_on() -> None:
    polls = _likenesses("\n".join([POLL] * 5))
    asked, answered = polls[::2], polls[1::2]
    for likenesses in (asked, answered):
        assert likenesses[3] is likenesses[4] is not None
    assert asked[4] is not answered[4]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("GetActiveJobs -> ok", id="another operation"),
        pytest.param("device 2: GetScannerElements -> ok", id="another Host"),
        pytest.param("GetScannerElements To=http://other/ -> ok", id="another To"),
    ],
)
def test_what_says_something_else_is_not_alike(other: str) -> None:
    requests = _likenesses("\n".join([*[POLL] * 4, *[other] * 4]))[::2]
    assert requests[3] is not None
    assert requests[7] is not None
    assert requests[3] is not requests[7]


def test_what_is_released_has_no_likeness() -> None:
    assert all(event.message.likeness is None for event in played("\n".join([POLL] * 4), MessageSeen))


@pytest.mark.parametrize("recording", CAPTURES, ids=lambda path: path.parent.name)
def test_alike_messages_share_what_the_docstring_says(recording: Path) -> None:
    """Of every case: bytes of the header section, markup, violations, and every text but those named."""
    by_likeness: dict[object, list[tuple[object, ...]]] = {}
    kept: list[object] = []

    def hear(event: Event) -> None:
        if isinstance(event, MessageSeen) and event.message.likeness is not None:
            kept.append(event.message.likeness)
            by_likeness.setdefault(event.message.likeness, []).append(_shared(event.message))

    check_file(str(recording), Options(on_event=hear))
    for shared in by_likeness.values():
        assert all(other == shared[0] for other in shared[1:])


def _shared(message: Message) -> tuple[object, ...]:
    http, envelope, decoded = message.http, message.envelope, message.decoded
    assert http is not None
    assert envelope is not None
    assert decoded is not None
    assert not http.content.is_multipart
    runs = cut(envelope.data)
    assert runs is not None
    headers = envelope.headers._replace(message_id=None, relates_to=None)
    return (
        http.start,
        [(line.name, line.value) for line in http.fields],
        (message.content_bytes, message.status, message.complete, message.exact, message.well_formed, message.is_soap),
        (message.operation, message.action, message.body_local, message.fault),
        (headers, envelope.version, envelope.condition, decoded.message, decoded.violations),
        re.sub(r"\s+", " ", runs[0]),
    )
