"""Messages that differ in their texts only: what is read from the texts is what the parser reads."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared import needs_shared
from tests.soap.corpus import cases, enveloped, recordings
from wsdtrace.soap import Envelope, read_envelope, template
from wsdtrace.soap.envelope import _ordinary
from wsdtrace.soap.template import MAX_KEY, MAX_SEEN, MAX_TEMPLATES, cut, runs_of, unchanged
from wsdtrace.soap.xml import parse
from wsdtrace.wsd import decode_message


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Each test learns for itself."""
    template._templates.clear()
    template._seen.clear()
    yield
    template._templates.clear()
    template._seen.clear()


def everything(envelope: Envelope) -> Any:
    """What rooms above take from an envelope, comparable; `wire` is compared too."""
    decoded = decode_message(envelope)
    fault = envelope.fault
    return (
        envelope.version,
        envelope.headers._replace(reference_parameters=()),
        [(block.tag, block.text) for block in envelope.headers.reference_parameters],
        envelope.body_name,
        envelope.condition,
        None if fault is None else (fault.code, fault.subcodes, fault.reasons, fault.detail_text, fault.problems),
        None if fault is not None else (decoded.value, deep(decoded.value)),
        decoded.violations,
        decoded.message,
    )


def deep(value: Any) -> Any:
    """`wire` of a value and of all below it."""
    if isinstance(value, tuple):
        return [deep(item) for item in value]
    if not hasattr(value, "__dataclass_fields__"):
        return None
    return [
        getattr(value, name) if name == "wire" else deep(getattr(value, name)) for name in value.__dataclass_fields__
    ]


def parsed(data: bytes) -> Envelope:
    """The envelope as it is read when nothing was learnt."""
    template._templates.clear()
    return read_envelope(data)


def taught(data: bytes) -> Envelope:
    """The envelope as it is read when its markup was seen before."""
    for _ in range(3):
        decode_message(read_envelope(data))
    return read_envelope(data)


def templated(data: bytes) -> bool:
    return taught(data).template is not None


REQUEST = enveloped(
    "<wscn:RetrieveImageRequest><wscn:JobId>1</wscn:JobId><wscn:JobToken>t</wscn:JobToken>"
    "<wscn:DocumentDescription><wscn:DocumentName>d</wscn:DocumentName></wscn:DocumentDescription>"
    "</wscn:RetrieveImageRequest>",
    action="http://schemas.microsoft.com/windows/2006/08/wdp/scan/RetrieveImage",
)


def test_the_third_message_of_a_markup_is_not_parsed() -> None:
    first, second, third = (read_envelope(REQUEST) for _ in range(3))
    assert (first.template, second.template) == (None, None)
    assert third.template is not None
    assert everything(third) == everything(first)


def test_the_tree_is_there_when_asked_for() -> None:
    envelope = taught(REQUEST)
    assert envelope.template is not None
    assert envelope.body_child is not None
    assert envelope.root is not None
    assert envelope.body_child.getroottree() is not None
    assert envelope.body_child[0].text == "1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b">1<", b">22<", id="number"),
        pytest.param(b">1<", b"> 1 <", id="white space"),
        pytest.param(b">1<", b">+1<", id="another form of the number"),
        pytest.param(b">1<", b">x<", id="no number"),
        pytest.param(b">1<", b">99999999999<", id="out of range"),
        pytest.param(b">1<", b"><", id="empty"),
        pytest.param(b">t<", b">" + b"t" * 300 + b"<", id="too long"),
        pytest.param(b">t<", b">\n t <", id="white space around a token"),
        pytest.param(b">t<", b">&amp;<", id="reference"),
        pytest.param(b">t<", b"><![CDATA[t]]><", id="CDATA"),
        pytest.param(b">t<", b">a>b<", id="greater than"),
        pytest.param(b">t<", b">]]><", id="end of no CDATA"),
        pytest.param(b">t<", b">\x01<", id="control character"),
        pytest.param(b">t<", b"\0", id="what joins the parts of a key"),
        pytest.param(b">t<", b">a\rb<", id="carriage return"),
        pytest.param(b">t<", b">\xff<", id="not UTF-8"),
        pytest.param(b">t<", b"> <", id="no-break space"),
        pytest.param(b">t<", ">￾<".encode(), id="no character of XML"),
        pytest.param(b"urn:uuid:1<", b" urn:uuid:2\n<", id="white space in a header"),
        pytest.param(b"urn:uuid:1<", b"<", id="empty header"),
        pytest.param(b"</wscn:JobId><", b"</wscn:JobId> <", id="white space between elements"),
        pytest.param(b"</wscn:JobId><", b"</wscn:JobId>x<", id="text between elements"),
        pytest.param(b"<wscn:JobId>1", b"<wscn:JobId a='b'>1", id="attribute"),
        pytest.param(b"<wscn:JobId>1", b"<wscn:JobId >1", id="white space in a tag"),
    ],
)
def test_another_text_is_read_as_the_parser_reads_it(old: bytes, new: bytes) -> None:
    other = REQUEST.replace(old, new, 1)
    assert other != REQUEST
    expected = everything(parsed(other))
    taught(REQUEST)
    assert everything(read_envelope(other)) == expected
    assert everything(taught(other)) == expected


@given(st.lists(st.text(max_size=12), min_size=5, max_size=5))
@settings(max_examples=300)
def test_any_texts_are_read_as_the_parser_reads_them(texts: list[str]) -> None:
    other = REQUEST
    for mark, text in zip((b">1<", b">t<", b">d<", b">urn:uuid:1<"), texts, strict=False):
        other = other.replace(mark, b">" + text.encode("utf-8", "surrogatepass") + b"<", 1)
    expected = everything(parsed(other))
    taught(REQUEST)
    assert everything(read_envelope(other)) == expected


@pytest.mark.parametrize(
    ("data", "learnt"),
    [
        pytest.param(REQUEST, True, id="request"),
        pytest.param(REQUEST.replace(b"><", b">\n  <"), True, id="indented"),
        pytest.param(b'<?xml version="1.0"?>\n' + REQUEST, True, id="declaration"),
        pytest.param(REQUEST.replace(b"><", b">\r\n<"), False, id="carriage returns"),
        pytest.param(REQUEST.replace(b">t<", b">&amp;<"), False, id="reference"),
        pytest.param(REQUEST.replace(b">t<", b"><!-- -->t<"), False, id="comment"),
        pytest.param(REQUEST.replace(b"2006/08", b"2006/01"), False, id="alias"),
        pytest.param(REQUEST.replace(b">t<", b">t<?p ?>u<"), False, id="processing instruction"),
        pytest.param(REQUEST.replace(b"wscn:JobToken", b"zzz:JobToken"), False, id="unbound prefix"),
        pytest.param(enveloped("<wscn:CancelJobResponse/>", "<x:i xmlns:x='urn:x'/>"), False, id="other header block"),
    ],
)
def test_what_is_learnt(data: bytes, learnt: bool) -> None:
    assert templated(data) is learnt


def test_faults_are_read_from_their_texts() -> None:
    fault = enveloped(
        "<soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value>wscn:InvalidArgs"
        "</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang='en'>no</soap:Text></soap:Reason>"
        "</soap:Fault>",
        action="urn:fault",
    )
    other = fault.replace(b"InvalidArgs", b"OperationFailed")
    assert templated(fault)
    assert everything(read_envelope(other)) == everything(parsed(other))


def test_an_unbound_prefix_in_a_qname_is_not_missed() -> None:
    data = enveloped(
        "<wscn:GetScannerElementsRequest><wscn:RequestedElements><wscn:Name>wscn:A</wscn:Name>"
        "</wscn:RequestedElements></wscn:GetScannerElementsRequest>"
    )
    taught(data)
    assert read_envelope(data.replace(b"wscn:A", b"x:A")).anomalies


def test_the_cases_are_read_as_the_parser_reads_them() -> None:
    check(cases())


@needs_shared
def test_the_recordings_are_read_as_the_parser_reads_them() -> None:
    check(recordings())


def check(messages: tuple[bytes, ...]) -> None:
    expected = []
    for data in messages:
        template._templates.clear()
        template._seen.clear()
        expected.append(everything(read_envelope(data)))
    for _ in range(3):
        for data in messages:
            decode_message(read_envelope(data))
    found = [read_envelope(data) for data in messages]
    assert sum(envelope.template is not None for envelope in found) > len(messages) / 3
    for envelope, wanted in zip(found, expected, strict=True):
        assert everything(envelope) == wanted


def test_a_message_is_cut_at_its_texts() -> None:
    assert cut(b"<a><b>x</b> <c/></a>") == ("<a\0b\0/b\0c/></a>".replace("a\0b", "a><b"), ["x", " "])
    assert cut(b"<a>\xff</a>") is None
    assert cut(b"<a>" + b" " * MAX_KEY + b"</a>") is None


def test_runs_and_tree_that_disagree_are_not_used() -> None:
    root = parse(b"<a><b>x</b></a>").root
    assert root is not None
    assert runs_of(root, ["x"]) == {root[0]: 0}
    assert runs_of(root, ["y"]) is None
    assert runs_of(root, ["x", "y"]) is None
    assert runs_of(root, []) is None


def test_runs_that_nobody_reads_must_be_as_they_were() -> None:
    check_ = unchanged(["a", "b", "c"], {1})
    assert check_(["a", "z", "c"])
    assert not check_(["z", "b", "c"])
    assert unchanged(["a"], {0})(["z"])
    assert not unchanged(["a"], ())(["z"])


def test_templates_and_keys_are_bounded() -> None:
    for number in range(MAX_TEMPLATES + 5):
        for _ in range(3):
            read_envelope(enveloped(f"<wscn:CancelJobRequest a{number}=''/>"))
    assert 0 < len(template._templates) <= MAX_TEMPLATES
    for number in range(MAX_SEEN + 5):
        template.is_second(f"key {number}")
    assert len(template._seen) <= MAX_SEEN


def test_an_ordinary_message_is_read_without_a_template() -> None:
    envelope = _ordinary(REQUEST, None)
    assert envelope is not None
    assert envelope.template is None
