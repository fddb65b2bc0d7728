"""Contents → messages: what is SOAP, what only says so, and what only looks so."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state.message import Message
from wsdtrace.state.reading import MAX_TEXT, SNIFF, looks_like_soap


@pytest.mark.parametrize(
    ("data", "soap"),
    [
        pytest.param(b'<?xml version="1.0"?><s:Envelope/>', True, id="envelope"),
        pytest.param(b"\xef\xbb\xbf<s:Envelope/>", True, id="with BOM"),
        pytest.param(b"\r\n  <s:Envelope/>", True, id="white space first"),
        pytest.param("<s:Envelope/>".encode("utf-16"), True, id="UTF-16"),
        pytest.param(b"<soap:Fault/>", True, id="bare fault"),
        pytest.param(b"<html><body>Envelope", True, id="the word is enough, rules look closer"),
        pytest.param(b"<html><body>nothing", False, id="HTML"),
        pytest.param(b"Envelope", False, id="no markup"),
        pytest.param(b"\x00\x00\x00", False, id="three zero octets"),
        pytest.param(b"", False, id="empty"),
        pytest.param(b"<" + b" " * SNIFF + b"Envelope", False, id="too far in"),
    ],
)
def test_what_looks_like_soap(data: bytes, soap: bool) -> None:
    assert looks_like_soap(data) is soap


def responses(text: str) -> list[Message]:
    trace = scenario.check(text, Options(keep_messages=lambda _: True))
    return [x.response for x in trace.exchanges if x.response is not None]


def test_a_fault_is_summarised() -> None:
    (answer,) = responses("CreateScanJob -> Fault ServerErrorNotAcceptingJobs")
    assert answer.fault is not None
    assert answer.fault.subcode == "ServerErrorNotAcceptingJobs"
    assert answer.fault.code in ("Sender", "Receiver")
    assert answer.fault.reason


def test_a_long_reason_is_cut() -> None:
    edit = f"< replace </soap:Text> {'x' * (2 * MAX_TEXT)}</soap:Text>\n"
    (answer,) = responses(edit + "CreateScanJob -> Fault ServerErrorNotAcceptingJobs")
    assert answer.fault is not None
    assert answer.fault.reason is not None
    assert len(answer.fault.reason) == MAX_TEXT + 1


def test_the_xml_of_a_multipart_is_its_root_part() -> None:
    _, page = responses("CreateScanJob -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image")
    assert page.body_local == "RetrieveImageResponse"
    assert page.xml is not None
    assert page.xml.lstrip().startswith(b"<")


def test_releasing_drops_what_is_not_of_fixed_size() -> None:
    (answer,) = responses("GetScannerElements -> ok")
    answer.release()
    assert (answer.http, answer.envelope, answer.decoded, answer.xml) == (None, None, None, None)
    assert answer.operation == "GetScannerElements"
