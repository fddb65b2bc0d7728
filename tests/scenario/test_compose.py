"""Envelopes, looked at by XPath."""

import pytest
from lxml import etree

from wsdtrace.errors import BadScenario
from wsdtrace.scenario.compose import action_of, bindings_of, compose, compose_fault
from wsdtrace.scenario.model import Answer, Assignment, Place, Reply
from wsdtrace.scenario.operations import OPERATIONS
from wsdtrace.soap import MessageHeaders
from wsdtrace.soap.schema import PREFIXES
from wsdtrace.wsd.scan import CancelJobRequest

CANCEL, HELLO = OPERATIONS["CancelJob"], OPERATIONS["Hello"]
HEADERS = MessageHeaders(to="urn:to", action="urn:action", message_id="urn:id")


def at(xml: bytes, path: str) -> str:
    """The string value at an XPath."""
    return str(etree.fromstring(xml).xpath(f"string({path})", namespaces={p: u for p, u in PREFIXES.items() if p}))


def said(name: str, value: str) -> Assignment:
    return Assignment((name,), None, value, Place(3, 4))


def test_an_envelope_has_headers_and_body() -> None:
    composed = compose(CANCEL, CancelJobRequest(job_id=7), HEADERS, (), answer=False)
    assert composed.xml.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap=')
    assert at(composed.xml, "/soap:Envelope/soap:Header/wsa:Action") == "urn:action"
    assert at(composed.xml, "/soap:Envelope/soap:Body/wscn:CancelJobRequest/wscn:JobId") == "7"
    assert composed.body == CancelJobRequest(job_id=7)


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("To", "urn:x", "//wsa:To"),
        ("Action", "urn:x", "//wsa:Action"),
        ("MessageID", "urn:x", "//wsa:MessageID"),
        ("RelatesTo", "urn:x", "//wsa:RelatesTo"),
        ("ReplyTo", "urn:x", "//wsa:ReplyTo/wsa:Address"),
        ("FaultTo", "urn:x", "//wsa:FaultTo/wsa:Address"),
        ("From", "urn:x", "//wsa:From/wsa:Address"),
        ("Identifier", "urn:x", "//soap:Header/wse:Identifier"),
        ("InstanceId", "9", "//wsd:AppSequence/@InstanceId"),
        ("SequenceId", "urn:x", "//wsd:AppSequence/@SequenceId"),
        ("MessageNumber", "9", "//wsd:AppSequence/@MessageNumber"),
        ("JobId", "9", "//wscn:JobId"),
    ],
)
def test_headers_and_elements_can_be_assigned(name: str, value: str, path: str) -> None:
    composed = compose(CANCEL, CancelJobRequest(job_id=7), HEADERS, (said(name, value),), answer=False)
    assert at(composed.xml, path) == value


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [("MessageNumber", "many", "expected a number, found 'many'"), ("JobId", "\x01", "a value that XML can hold")],
)
def test_what_cannot_be_written_is_refused_with_its_place(name: str, value: str, problem: str) -> None:
    with pytest.raises(BadScenario) as caught:
        compose(CANCEL, CancelJobRequest(job_id=7), HEADERS, (said(name, value),), answer=False)
    assert problem in str(caught.value)
    assert (caught.value.line, caught.value.column) == (3, 4)


@pytest.mark.parametrize(
    ("word", "subcode", "code", "action"),
    [
        ("ClientErrorJobIdNotFound", "wscn:ClientErrorJobIdNotFound", "soap:Sender", "addressing/fault"),
        ("ServerErrorNotAcceptingJobs", "wscn:ServerErrorNotAcceptingJobs", "soap:Receiver", "addressing/fault"),
        ("wsa:ActionNotSupported", "wsa:ActionNotSupported", "soap:Sender", "addressing/fault"),
        ("wsdp:FilterActionNotSupported", "wsdp:FilterActionNotSupported", "soap:Sender", "devprof/Fault"),
        ("Unheard", "wscn:Unheard", "soap:Sender", "addressing/fault"),
    ],
)
def test_a_fault_is_as_the_table_says(word: str, subcode: str, code: str, action: str) -> None:
    composed, told = compose_fault(CANCEL, Answer(Reply.FAULT, word, (), Place(1, 1)), HEADERS, "7")
    assert at(composed.xml, "//soap:Fault/soap:Code/soap:Value") == code == f"soap:{told}"
    assert at(composed.xml, "//soap:Fault/soap:Code/soap:Subcode/soap:Value") == subcode
    assert at(composed.xml, "//soap:Fault/soap:Reason/soap:Text") != ""
    assert at(composed.xml, "//soap:Fault/soap:Reason/soap:Text/@xml:lang") == "en"
    assert at(composed.xml, "//wsa:Action").endswith(action)
    prefix = subcode.partition(":")[0]
    assert etree.fromstring(composed.xml).nsmap[prefix] == PREFIXES[prefix]


def test_a_fault_names_the_job_where_the_table_asks_for_it() -> None:
    found, _ = compose_fault(CANCEL, Answer(Reply.FAULT, "ClientErrorJobIdNotFound", (), Place(1, 1)), HEADERS, "7")
    other, _ = compose_fault(CANCEL, Answer(Reply.FAULT, "OperationFailed", (), Place(1, 1)), HEADERS, "7")
    assert at(found.xml, "//soap:Detail/wscn:JobId") == "7"
    assert at(other.xml, "count(//soap:Detail)") == "0"


def test_a_fault_can_say_it_otherwise() -> None:
    words = {"code": "Receiver", "reason": "No.", "detail": "why", "lang": "de"}
    answer = Answer(Reply.FAULT, "InvalidArgs", tuple(said(n, v) for n, v in words.items()), Place(1, 1))
    composed, code = compose_fault(CANCEL, answer, HEADERS, "7")
    assert code == "Receiver"
    assert at(composed.xml, "//soap:Code/soap:Value") == "soap:Receiver"
    assert at(composed.xml, "//soap:Text") == "No."
    assert at(composed.xml, "//soap:Text/@xml:lang") == "de"
    assert at(composed.xml, "//soap:Detail") == "why"


def test_actions_are_those_of_the_table() -> None:
    assert action_of(CANCEL, answer=True).endswith("/2006/08/wdp/scan/CancelJobResponse")
    assert action_of(HELLO, answer=False) == "http://schemas.xmlsoap.org/ws/2005/04/discovery/Hello"


def test_prefixes_are_those_of_the_specifications() -> None:
    for operation in OPERATIONS.values():
        bound = bindings_of(operation)
        assert {"soap", "wsa"} <= bound.keys()
        assert bound.items() <= PREFIXES.items()
