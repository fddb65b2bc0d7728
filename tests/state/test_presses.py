"""From press to job: what is joined, what is judged, what is bounded."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state import presses
from wsdtrace.state.events import Event
from wsdtrace.state.observations import (
    DestinationTokenUsed,
    PressAnswered,
    PressSettled,
    ScanIdentifierReused,
    SinkRefused,
    TokenStanding,
)

PRESSED = "Subscribe -> ok\nScanAvailableEvent ScanIdentifier=s InputSource=ADF -> accepted\n"
LATER = "wait 61s\nGetScannerElements -> ok"


def said(text: str) -> list[Event]:
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    return seen


def settled(text: str) -> list[tuple[bool, bool, str | None]]:
    """(answered, a job beside it, why hidden) of each press."""
    found = [e for e in said(text) if isinstance(e, PressSettled)]
    return [(e.answer is not None, e.beside is not None, e.hidden) for e in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{PRESSED}CreateScanJob ScanIdentifier=s -> ok\n{LATER}", [(True, False, None)], id="answered"),
        pytest.param(f"{PRESSED}{LATER}", [(False, False, None)], id="not answered"),
        pytest.param(f"{PRESSED}CreateScanJob -> ok\n{LATER}", [(False, True, None)], id="a job of its own beside it"),
        pytest.param(f"{PRESSED}client B: CreateScanJob -> ok\n{LATER}", [(False, False, None)], id="another client's"),
        pytest.param(f"{PRESSED}device 2: CreateScanJob -> ok\n{LATER}", [(False, False, None)], id="another device's"),
        pytest.param(
            f"{PRESSED}over IPv6: CreateScanJob ScanIdentifier=s -> ok\n{LATER}", [(True, False, None)], id="over IPv6"
        ),
        pytest.param(
            "Subscribe -> ok\nScanAvailableEvent ScanIdentifier=s -> HTTP 500\n"
            f"ScanAvailableEvent ScanIdentifier=s -> accepted\n{LATER}",
            [(False, False, None)],
            id="told twice, one press",
        ),
        pytest.param(
            f"through P: Subscribe -> ok\nthrough P: {PRESSED.splitlines()[1]}\n{LATER}",
            [(False, False, None)],
            id="through a proxy, one press",
        ),
    ],
)
def test_a_press_is_settled_once(text: str, expected: list[tuple[bool, bool, str | None]]) -> None:
    assert settled(text) == expected


def test_the_end_of_the_capture_leaves_a_press_open() -> None:
    (outcome,) = settled(f"{PRESSED}wait 20s\nGetScannerElements -> ok")
    assert outcome[:2] == (False, False)
    assert outcome[2] is not None
    assert "ends 3" in outcome[2]


def test_the_answer_tells_the_input_source_of_its_ticket() -> None:
    (answered,) = [e for e in said(f"{PRESSED}CreateScanJob ScanIdentifier=s -> ok") if isinstance(e, PressAnswered)]
    assert (answered.press.input_source, answered.input_source) == ("ADF", "Platen")


def tokens(text: str) -> list[TokenStanding]:
    return [e.standing for e in said(text) if isinstance(e, DestinationTokenUsed)]


@pytest.mark.parametrize(
    ("subscribes", "token", "expected"),
    [
        pytest.param(1, "destination-1-1", TokenStanding.GRANTED, id="granted"),
        pytest.param(2, "destination-1-1", TokenStanding.REPLACED, id="replaced"),
        pytest.param(2, "destination-2-1", TokenStanding.GRANTED, id="the later one"),
        pytest.param(5, "destination-1-1", TokenStanding.REPLACED, id="replaced long ago"),
        pytest.param(5, "destination-4-1", TokenStanding.REPLACED, id="replaced by the last"),
        pytest.param(1, "other", TokenStanding.NEVER, id="never granted"),
    ],
)
def test_a_token_stands_as_its_subscription_does(subscribes: int, token: str, expected: TokenStanding) -> None:
    text = "Subscribe -> ok\n" * subscribes + "ScanAvailableEvent ScanIdentifier=s -> accepted\n"
    assert tokens(f"{text}CreateScanJob ScanIdentifier=s DestinationToken={token} -> ok") == [expected]


def test_jobs_of_one_identifier_are_told_once_each() -> None:
    text = PRESSED + "CreateScanJob ScanIdentifier=s -> ok\nRetrieveImage -> image\n" * 3
    assert sum(isinstance(e, ScanIdentifierReused) for e in said(text)) == 2


def test_a_refused_sink_names_its_subscription() -> None:
    (refused,) = [e for e in said("Subscribe -> ok\nScanAvailableEvent -> refused") if isinstance(e, SinkRefused)]
    assert refused.subscription.is_live
    assert refused.answered


def test_presses_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presses, "MAX_PRESSES", 2)
    text = "".join(f"ScanAvailableEvent ScanIdentifier=s{n} -> accepted\n" for n in range(5))
    assert len(settled(f"{text}{LATER}")) == 2


def test_tokens_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presses, "MAX_TOKENS", 1)
    text = "Subscribe -> ok\nclient B: Subscribe -> ok\nCreateScanJob DestinationToken=destination-1-1 -> ok"
    assert tokens(text) == [TokenStanding.UNKNOWN]


def test_a_token_belongs_to_its_device_even_when_two_turn_out_to_be_one() -> None:
    text = (
        "through P: Subscribe -> DestinationToken=t\nthrough P: ScanAvailableEvent ScanIdentifier=s -> accepted\n"
        "CreateScanJob ScanIdentifier=s DestinationToken=t -> ok"
    )
    assert tokens(text) == [TokenStanding.GRANTED]


def test_the_same_token_of_two_devices_is_two_tokens() -> None:
    text = "Subscribe -> DestinationToken=t\ndevice 2: CreateScanJob ScanIdentifier=s DestinationToken=t -> ok"
    assert tokens(text) == [TokenStanding.UNKNOWN]
