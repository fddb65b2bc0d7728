"""`Exchange`: the facts of one exchange, and how it prints."""

import pytest

from wsdtrace import Trace


def test_the_facts_of_a_retrieve_image(adf: Trace) -> None:
    exchange = adf.exchanges[3]
    assert (exchange.id, exchange.operation, exchange.transport, exchange.status) == (4, "RetrieveImage", "http", 200)
    assert exchange.direction == "client→device"
    assert exchange.action == "http://schemas.microsoft.com/windows/2006/08/wdp/scan/RetrieveImage"
    assert exchange.message_id == "urn:uuid:9740123e-e3ff-a194-ab20-d623ed6558ac"
    assert exchange.latency_s == pytest.approx(1.136, abs=0.01)
    assert exchange.first_byte_s is not None
    assert exchange.latency_s is not None
    assert exchange.first_byte_s < exchange.latency_s
    assert exchange.job == adf.jobs[0]
    assert exchange.images[0] == adf.images[0]
    assert exchange.device == adf.devices[0]
    assert exchange.client == adf.clients[0]
    assert exchange.fault is None
    assert {finding.code for finding in exchange.findings} == {"WSD209", "WSD904"}


def test_a_fault_is_told(adf: Trace) -> None:
    exchange = adf.exchanges[6]
    assert exchange.fault is not None
    assert exchange.fault.subcode == "ClientErrorNoImagesAvailable"
    assert "✖ ClientErrorNoImagesAvailable" in repr(exchange)


def test_frames_and_the_filter_for_wireshark_are_exact(adf: Trace) -> None:
    exchange = adf.exchanges[3]
    assert exchange.frames == [40, 42, *range(44, 68, 2)]
    assert exchange.wireshark_filter == f"frame.number in {{{', '.join(map(str, exchange.frames))}}}"


def test_it_prints_one_line_and_in_full(adf: Trace) -> None:
    exchange = adf.exchanges[3]
    assert repr(exchange).startswith("<Exchange 4 RetrieveImage #40–66 200 after 1.1 s 47.3 kB job 1>")
    text = str(exchange)
    assert "HTTP/1.1 200 OK" in text
    assert "<sca:JobToken>‹redacted›</sca:JobToken>" in text
    assert "WSD209" in text
    assert exchange._of.request is not None
    assert exchange._of.request.http is None, "printing leaves nothing behind"


def test_answers_over_udp_are_all_there(discovery: Trace) -> None:
    asked = discovery.exchanges.where(lambda e: e.transport == "udp" and len(e.answers) > 0)
    assert asked
    answer = asked[0].answers[0]
    assert answer.xml is not None
    assert answer.raw == answer.xml
    assert answer.body is not None
    assert answer.frames == [answer._of.first.number]
