"""What a capture tells about people."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state.events import Event
from wsdtrace.state.observations import PrivateSeen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements Name=wscn:ScannerStatus -> ok", [], id="nothing"),
        pytest.param("CreateScanJob -> ok", ["user names"], id="a ticket"),
        pytest.param("ValidateScanTicket -> ok", ["user names"], id="a ticket to be validated"),
        pytest.param("GetJobHistory -> jobs=1:Completed", ["user names"], id="a list of jobs"),
        pytest.param("GetJobHistory -> none", [], id="an empty list"),
        pytest.param("JobEndStateEvent -> accepted", ["user names"], id="the end of a job"),
        pytest.param("Subscribe -> ok", ["computer names"], id="a destination"),
        pytest.param("Subscribe events=JobStatusEvent -> ok", [], id="no destination"),
        pytest.param("Get -> ok", ["serial numbers"], id="metadata"),
        pytest.param(
            "Get -> ok\nCreateScanJob -> ok\nRetrieveImage -> image",
            ["user names", "serial numbers", "page images"],
            id="several",
        ),
    ],
)
def test_each_kind_of_private_fact_is_found(text: str, expected: list[str]) -> None:
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    found = [e for e in seen if isinstance(e, PrivateSeen)]
    assert [kind for e in found for kind, _ in e.found] == expected


def test_only_the_first_place_is_kept() -> None:
    seen: list[Event] = []
    scenario.check("CreateScanJob -> ok\nRetrieveImage -> image\n" * 3, Options(on_event=seen.append))
    (found,) = [e for e in seen if isinstance(e, PrivateSeen)]
    assert [exchange.first.number for _, exchange in found.found] == sorted({x.first.number for _, x in found.found})
    assert len(found.found) == 2
