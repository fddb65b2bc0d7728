"""Requests in several spellings, and what a device makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.state.talk import Said, at, datagrams, events_of
from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.records import Endpoint
from wsdtrace.soap import read_envelope
from wsdtrace.state import prefixes
from wsdtrace.state.events import Event
from wsdtrace.state.observations import PrefixesMatter

OTHER = "> replace soap: s:\n> replace xmlns:soap xmlns:s\n"
ASK = "GetScannerElements -> "


def matter(text: str) -> list[tuple[str, str]]:
    """(prefix of the refused Envelope, of the accepted one) of each difference."""
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    return [(e.refused_prefixes[0], e.accepted_prefixes[0]) for e in seen if isinstance(e, PrefixesMatter)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{OTHER}{ASK}Fault InvalidArgs\n{ASK}ok", [("s", "soap")], id="refused, then accepted"),
        pytest.param(f"{ASK}ok\n{OTHER}{ASK}Fault InvalidArgs", [("s", "soap")], id="accepted, then refused"),
        pytest.param(f"{OTHER}{ASK}HTTP 400 text/html\n{ASK}ok", [("s", "soap")], id="refused by the server"),
        pytest.param(f"{OTHER}{ASK}close\n{ASK}ok", [("s", "soap")], id="refused without a word"),
        pytest.param(f"{ASK}Fault InvalidArgs\n{ASK}ok", [], id="the same prefixes"),
        pytest.param(f"{OTHER}{ASK}ok\n{ASK}ok", [], id="both accepted"),
        pytest.param(f"{OTHER}{ASK}Fault InvalidArgs\n{ASK}Fault InvalidArgs", [], id="both refused"),
        pytest.param(f"{OTHER}{ASK}Fault ServerErrorTemporaryError\n{ASK}ok", [], id="refused for the device's state"),
        pytest.param(
            f"{OTHER}{ASK}Fault InvalidArgs\nGetScannerElements Name=wscn:ScannerStatus -> ok", [], id="another body"
        ),
        pytest.param(f"{OTHER}{ASK}Fault InvalidArgs\ndevice 2: {ASK}ok", [], id="another device"),
        pytest.param(f"{OTHER}{ASK}Fault InvalidArgs\n{OTHER}{ASK}ok\n{ASK}ok", [], id="both ways with one spelling"),
        pytest.param(f"{OTHER}{ASK}Fault InvalidArgs\n" + f"{ASK}ok\n" * 3, [("s", "soap")], id="told once"),
        pytest.param(f"{ASK}ok\n" * 5 + f"{OTHER}{ASK}ok\n" * 5 + f"{OTHER}{ASK}Fault InvalidArgs\n", [], id="alike"),
        pytest.param(
            f"{ASK}ok\n" * 5 + f"{OTHER}{ASK}Fault InvalidArgs\n" * 5, [("s", "soap")], id="alike, and told once"
        ),
        pytest.param(f"{OTHER}{ASK}nothing\n{ASK}ok\nend", [], id="still to be answered"),
    ],
)
def test_only_a_difference_of_nothing_but_prefixes_is_told(text: str, expected: list[tuple[str, str]]) -> None:
    assert matter(text) == expected


def body(prefix: str, name: str = "ScannerStatus", space: str = "") -> bytes:
    scan = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"
    return (
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:{prefix}="{scan}"><s:Body>'
        f"<{prefix}:A b='{prefix}:c'>{space}<{prefix}:Name>{prefix}:{name}</{prefix}:Name>{space}</{prefix}:A>"
        "</s:Body></s:Envelope>"
    ).encode()


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        pytest.param(body("x"), body("y"), True, id="prefixes, in names and in values"),
        pytest.param(body("x"), body("x", space="\n  "), True, id="white space between elements"),
        pytest.param(body("x"), body("x", name="Other"), False, id="a value"),
    ],
)
def test_a_digest_is_of_what_a_body_says(a: bytes, b: bytes, equal: bool) -> None:
    assert (prefixes.digest_of(read_envelope(a)) == prefixes.digest_of(read_envelope(b))) is equal


PROBER = Endpoint("10.0.0.9", 50_000)
PROBE = Said("Probe", sender=PROBER.address, port=PROBER.port)
ANSWER = Said("ProbeMatches", to=PROBER)


def probed(*conversation: tuple[Said, str]) -> int:
    """Differences that a conversation of Probes shows; each message with the prefix of its Envelope."""
    facts = [
        replace(fact, data=fact.data.replace(b"soap:", f"{prefix}:".encode()).replace(b":soap", f":{prefix}".encode()))
        for fact, (_, prefix) in zip(datagrams(s for s, _ in conversation), conversation, strict=True)
    ]
    return sum(isinstance(e, PrefixesMatter) for e in events_of(facts, end=100.0))


FIRST = (at(PROBE, 0.0, message_id="urn:uuid:a"), "s")


def second(seconds: float, *, sender: str = PROBER.address) -> tuple[tuple[Said, str], tuple[Said, str]]:
    """Another Probe and its answer."""
    return (
        (at(PROBE, seconds, message_id="urn:uuid:b", sender=sender), "soap"),
        (at(ANSWER, seconds + 0.1, relates_to="urn:uuid:b"), "soap"),
    )


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        pytest.param((FIRST, *second(10.0)), 1, id="one is answered, one is not"),
        pytest.param((FIRST, *second(3.0)), 0, id="there is still time to answer"),
        pytest.param((FIRST, *second(61.0)), 0, id="too long ago"),
        pytest.param((FIRST, *second(10.0, sender="10.0.0.8")), 0, id="another prober"),
        pytest.param(
            (FIRST, (at(ANSWER, 0.1, relates_to="urn:uuid:a"), "soap"), *second(10.0)), 0, id="both are answered"
        ),
        pytest.param(((FIRST[0], "soap"), *second(10.0)), 0, id="the same prefixes"),
    ],
)
def test_a_probe_is_refused_by_who_answers_its_like(conversation: tuple[tuple[Said, str], ...], expected: int) -> None:
    assert probed(*conversation) == expected


def test_requests_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "MAX_ASKED", 1)
    assert matter(f"{OTHER}{ASK}Fault InvalidArgs\nGetActiveJobs -> none\n{ASK}ok") == []


def test_long_requests_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "MAX_REQUEST", 100)
    assert matter(f"{OTHER}{ASK}Fault InvalidArgs\n{ASK}ok") == []


def test_prefixes_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "MAX_OPENINGS", 1)
    turns = f"{ASK}ok\nGetActiveJobs -> none\n" * 5
    assert matter(f"{turns}{OTHER}{ASK}Fault InvalidArgs") == [("s", "soap")]


def test_pairs_with_nothing_to_do_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "MAX_SETTLED", 1)
    turns = f"{ASK}ok\nGetScannerElements Name=wscn:ScannerStatus -> ok\n" * 5
    assert matter(f"{turns}{OTHER}{ASK}Fault InvalidArgs") == [("s", "soap")]


def test_comparisons_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "MAX_COMPARED", 1)
    different = "GetScannerElements Name=wscn:ScannerStatus -> ok\n"
    assert matter(f"{OTHER}{ASK}Fault InvalidArgs\n{different}{ASK}ok") == []
