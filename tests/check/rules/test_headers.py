"""MessageID, ReplyTo and To: what is wrong, and what only looks so."""

import pytest

from tests.check.rules.judged import CLIENT, DEVICE, INFO, WARNING, facts, found, severities, tally
from wsdtrace.check.finding import FaultOf, Severity
from wsdtrace.check.rules.headers import is_anonymous

NAME = "urn:uuid:00000064-0000-1000-8000-000000000001"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "GetScannerElements MessageID=urn:uuid:1 -> ok\nGetActiveJobs MessageID=urn:uuid:1 -> ok",
            [(CLIENT, "request with the MessageID of a different message")],
            id="the client's",
        ),
        pytest.param(
            "GetScannerElements -> MessageID=urn:uuid:1\nGetActiveJobs -> MessageID=urn:uuid:1",
            [(DEVICE, "response with the MessageID of a different message")],
            id="the device's",
        ),
        pytest.param(
            "GetScannerElements MessageID=urn:uuid:1 -> MessageID=urn:uuid:1",
            [(DEVICE, "MessageID of the response is that of its request")],
            id="the device repeats the client's",
        ),
        pytest.param("GetScannerElements MessageID=urn:uuid:1 -> ok\n" * 2, [], id="an HTTP resend"),
        pytest.param("udp: repeat 3\nHello", [], id="a UDP repeat"),
        pytest.param("through P: GetScannerElements -> ok", [], id="a copy through a proxy"),
    ],
)
def test_reused_message_ids(text: str, expected: list[tuple[FaultOf, str]]) -> None:
    assert [(f.fault_of, f.message.partition(": ")[2]) for f in found(text, "WSD302")] == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous", True, id="2004/08"),
        pytest.param("https://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous", True, id="spelt https (A2)"),
        pytest.param("http://schemas.xmlsoap.org/ws/2003/03/addressing/role/anonymous", True, id="2003/03"),
        pytest.param("http://www.w3.org/2005/08/addressing/anonymous", True, id="2005/08"),
        pytest.param("http://192.0.2.10:5358/reply", False, id="a URL"),
        pytest.param(None, False, id="none"),
    ],
)
def test_anonymous_addresses(address: str | None, expected: bool) -> None:
    assert is_anonymous(address) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("GetScannerElements ReplyTo=http://192.0.2.10/reply -> ok", 1, id="a URL"),
        pytest.param(
            "GetScannerElements ReplyTo=https://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous -> ok",
            0,
            id="anonymous",
        ),
        pytest.param("> drop wsa:ReplyTo\nGetScannerElements -> ok", 0, id="none"),
        pytest.param("Probe ReplyTo=urn:uuid:1 -> ProbeMatches", 0, id="over UDP the answer goes where it must"),
    ],
)
def test_where_the_answer_shall_go(text: str, count: int) -> None:
    assert len(found(text, "WSD306")) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Hello\nGet To=http://192.0.2.100:5357/scan -> ok", [WARNING], id="the URL, and the name is known"
        ),
        pytest.param("Get To=http://192.0.2.100:5357/scan -> ok", [WARNING], id="the answer tells the name"),
        pytest.param(
            "Get To=http://192.0.2.100:5357/scan -> Fault wsa:DestinationUnreachable",
            [WARNING],
            id="the device says so",
        ),
        pytest.param("Get To=http://192.0.2.7:80/x -> Fault InvalidArgs", [WARNING], id="another host than asked"),
        pytest.param("Hello\nGet To=urn:uuid:other -> Fault InvalidArgs", [WARNING], id="another device's name"),
        pytest.param(f"Hello\nGet To={NAME.upper()} -> ok", [], id="a UUID has no letter case"),
        pytest.param(f"Hello\nGet To={NAME.removeprefix('urn:')} -> ok", [], id="with and without urn"),
        pytest.param("through P: Get To=http://192.0.2.200:5357/scan -> ok", [INFO], id="a proxy that names itself"),
        pytest.param("GetScannerElements To=urn:uuid:whatever -> ok", [], id="only of the device itself"),
    ],
)
def test_to_of_a_get(text: str, expected: list[Severity]) -> None:
    assert severities(text, "WSD307") == expected


def test_without_any_word_of_the_name_nothing_is_certain() -> None:
    assert tally("Get To=http://192.0.2.100:5357/scan -> Fault InvalidArgs", "WSD307") == (0, 0, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements -> To=urn:uuid:c", ["To of the response is urn:uuid:c"], id="a name"),
        pytest.param("< drop wsa:To\nGetScannerElements -> ok", [], id="none"),
    ],
)
def test_to_of_a_response(text: str, expected: list[str]) -> None:
    assert facts(text, "WSD308") == expected


@pytest.mark.parametrize(
    ("message_id", "count"),
    [
        pytest.param("17", 1, id="a number"),
        pytest.param("http://a/b", 1, id="a URL"),
        pytest.param("uuid:1", 0, id="without urn (A9)"),
        pytest.param("URN:UUID:1", 0, id="in capitals"),
    ],
)
def test_the_form_of_a_message_id(message_id: str, count: int) -> None:
    assert len(found(f"GetScannerElements MessageID={message_id} -> ok", "WSD309")) == count
