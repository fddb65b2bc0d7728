"""Who the peers of an exchange are, also when the same was asked before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared import CAPTURES
from wsdtrace import scenario
from wsdtrace.pipeline import check_file
from wsdtrace.report.json import render_json
from wsdtrace.report.trace import Trace
from wsdtrace.state import peers
from wsdtrace.state.peers import PeerBook

POLLS = "\n".join(["GetScannerElements -> ok"] * 5)


def who(trace: Trace) -> list[tuple[int | None, int | None]]:
    """Client and device of each exchange."""
    return [(e.client.id if e.client else None, e.device.id if e.device else None) for e in trace.exchanges]


def test_clients_that_ask_the_same_are_told_apart() -> None:
    other = POLLS.replace("Get", "client B: Get")
    assert who(scenario.check(f"{POLLS}\n{other}\n{POLLS}")) == [(1, 1)] * 5 + [(2, 1)] * 5 + [(1, 1)] * 5


def test_devices_that_are_asked_the_same_are_told_apart() -> None:
    other = POLLS.replace("Get", "device 2: Get")
    assert who(scenario.check(f"{POLLS}\n{other}\n{POLLS}")) == [(1, 1)] * 5 + [(1, 2)] * 5 + [(1, 1)] * 5


def test_a_device_that_turns_out_to_be_another_one_is_that_one_from_then_on() -> None:
    named = "GetScannerElements To=urn:uuid:00000000-0000-4000-8000-000000000001 -> ok"
    other = POLLS.replace("Get", "device 2: Get")
    trace = scenario.check(f"{POLLS}\n{other}\n{named}\ndevice 2: {named}\n{POLLS}\n{other}")
    assert set(who(trace)) == {(1, 1)}
    assert len(trace.devices) == 1


@pytest.mark.parametrize("capture", sorted(CAPTURES.glob("*/capture.pcap*")), ids=lambda path: path.parent.name)
def test_what_is_remembered_changes_nothing(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = render_json(check_file(str(capture)), show_secrets=True)
    monkeypatch.setattr(PeerBook, "identify", PeerBook._identify)
    assert render_json(check_file(str(capture)), show_secrets=True) == report


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    told = who(scenario.check(POLLS.replace("Get", "client A, client B: Get")))
    monkeypatch.setattr(peers, "MAX_HEARD", 1)
    assert who(scenario.check(POLLS.replace("Get", "client A, client B: Get"))) == told
