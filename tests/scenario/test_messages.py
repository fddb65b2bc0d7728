"""The two messages of an exchange, read by the readers of the package and by XPath."""

import pytest
from lxml import etree

from wsdtrace.scenario.book import Book, Subscription
from wsdtrace.scenario.framing import client_hello, server_hello
from wsdtrace.scenario.hosts import Faces, Host, HostKind
from wsdtrace.scenario.messages import DISCOVERY_TO, Leg, Written, hello_bytes
from wsdtrace.scenario.model import Exchange
from wsdtrace.scenario.parse import parse
from wsdtrace.soap.namespaces import SCAN, SOAP12, WSA
from wsdtrace.soap.schema import PREFIXES

DEVICE, CLIENT = Host(HostKind.DEVICE, 0), Host(HostKind.CLIENT, 0)
FACES = Faces("192.0.2.10", "192.0.2.100")


def leg(text: str, book: Book | None = None) -> Leg:
    """The leg of a scenario's one exchange."""
    (step,) = parse(text).steps
    assert isinstance(step, Exchange)
    return Leg(step, CLIENT, DEVICE, FACES, book or Book(), 0, "urn:uuid:q", "urn:uuid:a")


def answer_of(text: str) -> Written:
    """The document that answers."""
    one = leg(text)
    answer = one.step.answer
    assert answer is not None
    return one.answer(one.request(), answer)


def at(written: Written, path: str) -> str:
    """The string value at an XPath."""
    names = {prefix: uri for prefix, uri in PREFIXES.items() if prefix}
    return str(etree.fromstring(written.edited.data).xpath(f"string({path})", namespaces=names))


@pytest.mark.parametrize(
    ("text", "to", "path", "host"),
    [
        pytest.param("GetActiveJobs -> ok", FACES.service_url, "/scan", "192.0.2.100:5357", id="scan service"),
        pytest.param("Renew -> ok", FACES.manager_url, "/scan/events", "192.0.2.100:5357", id="manager"),
        pytest.param("Get -> ok", DEVICE.endpoint, FACES.device_path(DEVICE), "192.0.2.100:5357", id="device"),
        pytest.param("JobStatusEvent -> ok", FACES.sink_url, "/sink", "192.0.2.10:5358", id="sink"),
        pytest.param(
            "over HTTP: Probe -> ok", DEVICE.endpoint, FACES.device_path(DEVICE), "192.0.2.100:5357", id="directed"
        ),
    ],
)
def test_a_request_goes_where_its_operation_does(text: str, to: str, path: str, host: str) -> None:
    one = leg(text)
    assert at(one.request(), "//wsa:To") == to
    assert (one.path, one.host) == (path, host)
    assert one.request_frame(one.request()).data.startswith(f"POST {path} HTTP/1.1\r\nHost: {host}\r\n".encode())


@pytest.mark.parametrize(
    "text", ["GetActiveJobs -> ok", "Get -> ok", "Probe -> ok", "GetActiveJobs -> Fault InvalidArgs"]
)
def test_an_answer_relates_to_its_request(text: str) -> None:
    written = answer_of(text)
    assert at(written, "//wsa:RelatesTo") == "urn:uuid:q"
    assert at(written, "//wsa:MessageID") == "urn:uuid:a"
    assert at(written, "//wsa:To") == f"{WSA}/role/anonymous"


def test_an_answer_relates_to_the_id_that_the_request_was_given() -> None:
    assert at(answer_of("GetActiveJobs MessageID=urn:mine -> ok"), "//wsa:RelatesTo") == "urn:mine"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("GetActiveJobs -> ok", f"{SCAN}/GetActiveJobsResponse"),
        ("Unsubscribe -> ok", "http://schemas.xmlsoap.org/ws/2004/08/eventing/UnsubscribeResponse"),
        ("GetActiveJobs -> Fault InvalidArgs", f"{WSA}/fault"),
    ],
)
def test_an_answer_has_the_action_of_an_answer(text: str, action: str) -> None:
    assert at(answer_of(text), "//wsa:Action") == action


@pytest.mark.parametrize(
    ("text", "status"),
    [("GetActiveJobs -> ok", 200), ("Get -> Fault InvalidArgs", 400), ("Get -> Fault OperationFailed", 500)],
)
def test_the_status_goes_with_the_code(text: str, status: int) -> None:
    assert answer_of(text).status == status


def test_who_only_tells_wants_no_reply() -> None:
    for text in ("Hello", "Bye", "JobStatusEvent -> ok"):
        assert at(leg(text).request(), "count(//wsa:ReplyTo)") == "0"
    assert at(leg("Get -> ok").request(), "//wsa:ReplyTo/wsa:Address").endswith("anonymous")


def test_discovery_is_numbered() -> None:
    assert at(leg("Hello").request(), "//wsa:To") == DISCOVERY_TO
    assert at(leg("Hello").request(), "//wsd:AppSequence/@MessageNumber") == "1"
    assert at(answer_of("Probe -> ok"), "//wsd:AppSequence/@InstanceId") == "1"
    assert at(leg("Probe -> ok").request(), "count(//wsd:AppSequence)") == "0"


def test_a_subscription_is_named_by_its_reference_parameter() -> None:
    book = Book(subscriptions=[(DEVICE, CLIENT, Subscription("urn:mine"))])
    assert at(leg("Renew -> ok", book).request(), "//soap:Header/wse:Identifier") == "urn:mine"


def test_an_image_is_as_large_as_told_and_cut_as_told() -> None:
    def image(text: str) -> bytes:
        one = leg(text)
        answer = one.step.answer
        assert answer is not None
        framed = one.answer_frame(one.answer(one.request(), answer), answer)
        return framed.data

    whole = image("RetrieveImage -> image=png")
    assert b"IHDR" + (200).to_bytes(4, "big") + (300).to_bytes(4, "big") in whole
    assert b"IEND" not in image("image: cut 8\nRetrieveImage -> image=png")
    assert b"IEND\xaeB`\x82\0\0\0\r\n" in image("image: trailing 3\nRetrieveImage -> image=png")
    assert b"IHDR" + (5).to_bytes(4, "big") + (7).to_bytes(4, "big") in image(
        "image: size 5 7\nRetrieveImage -> image=png"
    )


def test_edits_are_made_on_the_side_that_they_are_about() -> None:
    text = "> drop wsa:MessageID\n< drop wsa:RelatesTo\nGetActiveJobs -> ok"
    assert at(leg(text).request(), "count(//wsa:MessageID)") == "0"
    assert at(answer_of(text), "count(//wsa:RelatesTo)") == "0"
    assert at(answer_of(text), "count(//wsa:MessageID)") == "1"


def test_an_http_answer_has_no_envelope() -> None:
    one = leg("Get -> HTTP 404 text/html <b>no</b>")
    assert one.step.answer is not None
    data = one.answer_frame(None, one.step.answer).data
    assert data.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert data.endswith(b"\r\n\r\n<b>no</b>")
    assert SOAP12.encode() not in data


def test_tls_begins_on_both_sides() -> None:
    assert hello_bytes(server=False) == client_hello()
    assert hello_bytes(server=True) == server_hello()
