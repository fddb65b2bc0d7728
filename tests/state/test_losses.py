"""What of an exchange is not known."""

from __future__ import annotations

import pytest

from tests.shared import CAPTURES
from wsdtrace import scenario
from wsdtrace.pipeline import Options, check_file
from wsdtrace.report.trace import Trace
from wsdtrace.state.losses import bounds_met, lacks_bytes

DEEP = "<x>" * 300 + "</x>" * 300


def whole(trace: Trace) -> list[bool]:
    return [not lacks_bytes(exchange) for exchange in trace.exchanges]


def test_what_is_read_from_an_earlier_message_lacks_nothing() -> None:
    assert all(whole(scenario.check("\n".join(["GetScannerElements -> ok"] * 5))))


@pytest.mark.parametrize("case", ["segments-missing", "snap-length"])
def test_bytes_that_are_not_in_the_capture_are_lacking(case: str) -> None:
    (path,) = (CAPTURES / case).glob("capture.pcap*")
    found = whole(check_file(str(path), Options(keep_messages=lambda _: True)))
    assert True in found
    assert False in found


def test_a_bound_of_xml_is_met() -> None:
    text = f"< replace </soap:Body> {DEEP}</soap:Body>\nGetScannerElements -> ok"
    (exchange,) = scenario.check(text, Options(keep_messages=lambda _: True)).exchanges
    assert not bounds_met(exchange.request)
    assert [anomaly.detail for anomaly in bounds_met(exchange.response)] == ["Excessive depth in document: 256"]
