"""Faults of both versions of SOAP, and of none."""

import pytest

from tests.soap.corpus import enveloped
from wsdtrace.soap import Fault, SoapAnomaly, SoapVersion, read_envelope
from wsdtrace.soap.fault import MAX_SUBCODES, MAX_TEXTS
from wsdtrace.soap.namespaces import SCAN, SOAP11, SOAP12

CODE = "<soap:Code><soap:Value>soap:Sender</soap:Value>%s</soap:Code>"
SUBCODE = "<soap:Subcode><soap:Value>wscn:InvalidArgs</soap:Value></soap:Subcode>"
REASON = "<soap:Reason><soap:Text xml:lang='en'>no</soap:Text></soap:Reason>"


def fault_of(content: str, soap: str = SOAP12) -> Fault:
    data = enveloped(f"<soap:Fault>{content}</soap:Fault>").replace(SOAP12.encode(), soap.encode())
    fault = read_envelope(data).fault
    assert fault is not None
    return fault


def test_a_whole_fault_is_read() -> None:
    fault = fault_of(
        CODE % SUBCODE + REASON + "<soap:Node>urn:n</soap:Node><soap:Role>urn:r</soap:Role>"
        "<soap:Detail><wscn:JobId>7</wscn:JobId>  <x>a b</x></soap:Detail>"
    )
    assert fault.version is SoapVersion.SOAP_12
    assert fault.code is not None
    assert (fault.code.raw, fault.code.namespace, fault.code.local) == ("soap:Sender", SOAP12, "Sender")
    assert fault.subcode is not None
    assert (fault.subcode.raw, fault.subcode.namespace, fault.subcode.local) == (
        "wscn:InvalidArgs",
        SCAN,
        "InvalidArgs",
    )
    assert (fault.reason, fault.reasons) == ("no", (("en", "no"),))
    assert (fault.node, fault.role, fault.detail_text) == ("urn:n", "urn:r", "7 a b")
    assert fault.is_sender is True
    assert fault.problems == ()


def test_nested_subcodes_are_outermost_first() -> None:
    inner = "<soap:Subcode><soap:Value>wscn:B</soap:Value></soap:Subcode>"
    fault = fault_of(CODE % f"<soap:Subcode><soap:Value>wscn:A</soap:Value>{inner}</soap:Subcode>" + REASON)
    assert [name.local for name in fault.subcodes] == ["A", "B"]
    assert fault.subcode is fault.subcodes[0]


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        pytest.param(REASON, ["no Code"], id="no code"),
        pytest.param(CODE % SUBCODE, ["no Reason"], id="no reason"),
        pytest.param(CODE % SUBCODE + "<soap:Reason/>", ["Reason without Text"], id="no text"),
        pytest.param(f"<soap:Code>{SUBCODE}</soap:Code>{REASON}", ["Code without Value"], id="no value"),
        pytest.param(CODE % "<soap:Subcode/>" + REASON, ["Subcode without Value"], id="no value in a subcode"),
        pytest.param(CODE % "" + SUBCODE + REASON, ["Subcode outside Code"], id="subcode beside the code"),
        pytest.param("", ["no Code", "no Reason"], id="nothing"),
        pytest.param(
            "<soap:Code>soap:Sender</soap:Code>" + REASON, ["Code without Value"], id="name where its parent belongs"
        ),
    ],
)
def test_the_shape_is_told(content: str, problems: list[str]) -> None:
    fault = fault_of(content)
    assert [problem.detail for problem in fault.problems] == problems
    assert {problem.kind for problem in fault.problems} == {SoapAnomaly.FAULT_SHAPE}


def test_a_misplaced_subcode_is_read() -> None:
    assert [name.local for name in fault_of(CODE % "" + SUBCODE + REASON).subcodes] == ["InvalidArgs"]


@pytest.mark.parametrize("code", ["soap:Client", "wscn:Sender", "Nonsense", "wscn:InvalidArgs"])
def test_a_code_that_soap_does_not_know_is_told(code: str) -> None:
    fault = fault_of(f"<soap:Code><soap:Value>{code}</soap:Value>{SUBCODE}</soap:Code>{REASON}")
    assert [problem.kind for problem in fault.problems] == [SoapAnomaly.FAULT_CODE]


@pytest.mark.parametrize(
    ("content", "prefix"),
    [
        pytest.param(CODE.replace("soap:Sender", "env:Sender") % SUBCODE, "env", id="code"),
        pytest.param(CODE % SUBCODE.replace("wscn:", "scn:"), "scn", id="subcode"),
    ],
)
def test_an_unbound_prefix_of_a_value_is_told_and_placed(content: str, prefix: str) -> None:
    data = enveloped(f"<soap:Fault>{content}{REASON}</soap:Fault>")
    envelope = read_envelope(data)
    assert envelope.fault is not None
    assert [problem.kind for problem in envelope.fault.problems] == [SoapAnomaly.PREFIX_UNBOUND]
    (anomaly,) = envelope.anomalies
    assert anomaly.kind == SoapAnomaly.PREFIX_UNBOUND
    assert anomaly.span is not None
    assert data[anomaly.span.start : anomaly.span.end] == prefix.encode()
    assert data[anomaly.span.end : anomaly.span.end + 1] == b":"


def test_a_name_with_an_unbound_prefix_keeps_its_local_part() -> None:
    name = fault_of(CODE % SUBCODE.replace("wscn:", "scn:") + REASON).subcode
    assert name is not None
    assert (name.namespace, name.local, name.prefix, name.bound) == (None, "InvalidArgs", "scn", False)


def test_a_fault_of_soap_11_is_read() -> None:
    fault = fault_of(
        "<faultcode>soap:Client</faultcode><faultstring xml:lang='en'>no</faultstring>"
        "<faultactor>urn:a</faultactor><detail><x>1</x></detail>",
        SOAP11,
    )
    assert fault.version is SoapVersion.SOAP_11
    assert fault.code is not None
    assert fault.code.local == "Client"
    assert (fault.reasons, fault.role, fault.detail_text, fault.is_sender) == ((("en", "no"),), "urn:a", "1", True)
    assert fault.problems == ()


@pytest.mark.parametrize(
    ("content", "soap"),
    [
        pytest.param("<faultcode>soap:Client</faultcode><faultstring>no</faultstring>", SOAP12, id="1.1 in 1.2"),
        pytest.param(CODE % "" + REASON, SOAP11, id="1.2 in 1.1"),
    ],
)
def test_children_of_the_other_version_are_told(content: str, soap: str) -> None:
    assert SoapAnomaly.FAULT_FOREIGN in {problem.kind for problem in fault_of(content, soap).problems}


def test_a_bare_fault_without_envelope_is_read() -> None:
    data = f"<s:Fault xmlns:s='{SOAP12}'><faultcode>s:Client</faultcode></s:Fault>".encode()
    envelope = read_envelope(data)
    assert envelope.fault is not None
    assert [a.kind for a in envelope.anomalies] == [SoapAnomaly.NO_ENVELOPE, SoapAnomaly.FAULT_FOREIGN]


def test_a_fault_whose_prefix_is_unbound_is_still_a_fault() -> None:
    envelope = read_envelope(enveloped(f"<env:Fault>{CODE % SUBCODE}{REASON}</env:Fault>"))
    assert envelope.fault is not None
    assert envelope.fault.subcode is not None
    assert [a.kind for a in envelope.anomalies] == [SoapAnomaly.PREFIX_UNBOUND]


def test_nesting_and_texts_are_bounded() -> None:
    depth = MAX_SUBCODES + 5
    nested = "<soap:Subcode><soap:Value>wscn:A</soap:Value>" * depth + "</soap:Subcode>" * depth
    texts = "<soap:Text>t</soap:Text>" * (MAX_TEXTS + 5)
    fault = fault_of(CODE % nested + f"<soap:Reason>{texts}</soap:Reason>")
    assert len(fault.subcodes) == MAX_SUBCODES
    assert len(fault.reasons) == MAX_TEXTS
    assert [problem.detail for problem in fault.problems] == [f"more than {MAX_SUBCODES} nested subcodes"]


def test_a_code_that_blames_nobody_is_neither() -> None:
    assert fault_of(CODE.replace("Sender", "MustUnderstand") % "" + REASON).is_sender is None
    assert fault_of(CODE.replace("Sender", "Receiver") % "" + REASON).is_sender is False
    assert fault_of(REASON).is_sender is None
