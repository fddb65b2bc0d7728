"""WSD0: what the capture lacks is told once, and accuses nobody."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.check.finding import FaultOf

ASKS = "GetScannerElements -> ok\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param(ASKS, set(), id="whole"),
        pytest.param("tcp: gap 100\n" + ASKS, {"WSD002"}, id="a hole"),
        pytest.param("tcp: no handshake\n" + ASKS, {"WSD003"}, id="no handshake"),
        pytest.param("tcp: only requests\n" + ASKS, {"WSD004"}, id="one direction, and nothing about its start"),
        pytest.param(ASKS + "GetActiveJobs -> nothing\nend", {"WSD005"}, id="the capture ends while a request waits"),
        pytest.param(ASKS + "file: cut 20", {"WSD007"}, id="the file is cut"),
        pytest.param(ASKS + "file: lost 12", {"WSD010"}, id="the recorder lost frames"),
        pytest.param(ASKS + "wait -5s\n" + ASKS, {"WSD009"}, id="the clock was set back"),
        pytest.param(ASKS + "tcp: retransmit\n" + ASKS, set(), id="a retransmission is no hole"),
        pytest.param(ASKS + "tcp: reorder\n" + ASKS, set(), id="neither is another order"),
    ],
)
def test_what_is_missing_is_told(text: str, codes: set[str]) -> None:
    found = [f for f in scenario.check(text).findings if f.code.startswith("WSD0")]
    assert {f.code for f in found} == codes
    assert {f.fault_of for f in found} <= {FaultOf.CAPTURE}


def test_holes_of_several_connections_are_one_finding() -> None:
    text = ("tcp: new connection\ntcp: gap 100\n" + ASKS) * 3
    (finding,) = [f for f in scenario.check(text).findings if f.code == "WSD002"]
    assert finding.also_seen == 2
