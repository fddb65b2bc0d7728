"""What is decided, put into bytes: read by h11 and by XPath, and changed by a persona where it says so."""

from typing import Any

import h11
import pytest
from lxml import etree

from tests.scanner.stage import Stage
from wsdtrace.scanner.client import Client, NoReply, Wish
from wsdtrace.scanner.persona import Persona, read_persona
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.speech import Speech

NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.microsoft.com/windows/2006/08/wdp/scan",
}


def says(answers: str) -> Persona:
    return read_persona(f'summary = "x"\n[[answers]]\n{answers}', "x", "x.toml")


def wire(persona: Persona | str, wish: Wish | None = None) -> list[tuple[h11.Response, bytes]]:
    """What h11 reads of the answers to CreateScanJob and RetrieveImage."""
    heard: list[bytes] = []

    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        plain = scanner.speech.answer

        def noted(*args: Any) -> Any:
            outgoing = plain(*args)
            heard.append(outgoing.data)
            return outgoing

        scanner.speech.answer = noted  # type: ignore[method-assign, assignment]  # the bytes as they leave
        return await client.scan(wish or Wish(dpi=75))

    Stage(scene, persona)
    out = []
    for data in heard:
        reader = h11.Connection(h11.CLIENT)
        reader.send(h11.Request(method="POST", target="/", headers=[("Host", "x"), ("Content-Length", "0")]))
        reader.send(h11.EndOfMessage())
        reader.receive_data(data)
        reader.receive_data(b"") if b"Connection: close" in data else None
        response, content = None, b""
        while not isinstance(event := reader.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                content += event.data
        assert response is not None
        out.append((response, content))
    return out


def test_an_answer_is_addressed_and_labelled() -> None:
    (response, content), *_ = wire("well-behaved")
    root = etree.fromstring(content)
    assert dict(response.headers)[b"content-type"] == b"application/soap+xml; charset=utf-8"
    assert root.xpath("string(s:Header/a:Action)", namespaces=NS) == f"{NS['w']}/CreateScanJobResponse"
    assert str(root.xpath("string(s:Header/a:RelatesTo)", namespaces=NS)).startswith("urn:uuid:")
    assert str(root.xpath("string(s:Header/a:To)", namespaces=NS)).endswith("/role/anonymous")
    assert root.xpath("string(s:Body/w:CreateScanJobResponse/w:JobId)", namespaces=NS) == "1"


def test_a_fault_has_code_subcode_reason_and_the_status_that_goes_with_its_code() -> None:
    [(response, content)] = wire(says('on = "CreateScanJob"\nanswer = "Fault ServerErrorInternalError"'))
    root = etree.fromstring(content)
    assert response.status_code == 500
    assert root.xpath("string(//s:Fault/s:Code/s:Value)", namespaces=NS) == "soap:Receiver"
    assert root.xpath("string(//s:Fault/s:Code/s:Subcode/s:Value)", namespaces=NS) == "wscn:ServerErrorInternalError"
    assert root.xpath("//s:Fault/s:Reason/s:Text/@xml:lang", namespaces=NS) == ["en"]


@pytest.mark.parametrize(
    ("answers", "field", "value"),
    [
        pytest.param('with = "http: chunked 1000"', b"transfer-encoding", b"chunked", id="chunked"),
        pytest.param('with = "http: until close"', b"connection", b"close", id="until close"),
        pytest.param('with = "< field X-Mine: 1"', b"x-mine", b"1", id="a field of its own"),
    ],
)
def test_the_framing_is_the_personas(answers: str, field: bytes, value: bytes) -> None:
    _, (_, image) = wire(says('on = "CancelJob"\nanswer = "ok"'))
    (first, _), (second, content) = wire(says(f'on = "*"\n{answers}'))
    assert dict(first.headers)[field] == dict(second.headers)[field] == value
    assert content.count(b"\xff\xd8\xff") == image.count(b"\xff\xd8\xff") == 1


def test_an_assignment_may_name_the_devices_own_addresses() -> None:
    [(_, content)] = wire(says('on = "CreateScanJob"\nanswer = "JobId=x JobToken={service}"'))[:1]
    token = str(etree.fromstring(content).xpath("string(//w:JobToken)", namespaces=NS))
    assert token.startswith("http://127.0.0.1:")
    assert token.endswith("/scan")


def test_a_page_may_be_of_another_format_or_cut() -> None:
    [_, (_, png)] = wire(says('on = "RetrieveImage"\nanswer = "image=jfif"'), Wish(dpi=75, format="png"))
    assert b"Content-Type: image/png" in png
    assert b"\xff\xd8\xff" in png
    assert b"\x89PNG" not in png
    [_, (_, whole)] = wire("well-behaved")
    [_, (_, cut)] = wire(says('on = "RetrieveImage"\nwith = "image: cut 500"'))
    assert len(whole) - len(cut) == 500


@pytest.mark.parametrize("answer", ["close", "reset"])
def test_a_device_may_give_no_answer(answer: str) -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        with pytest.raises(NoReply):
            await client.create(Wish())

    Stage(scene, says(f'on = "CreateScanJob"\nanswer = "{answer}"'))


def test_a_change_of_what_is_not_there_leaves_the_answer_as_it_should_be(caplog: pytest.LogCaptureFixture) -> None:
    (response, _), *_ = wire(says('on = "CreateScanJob"\nwith = "< drop wscn:Nothing"'))
    assert response.status_code == 200
    assert "expected a message that has wscn:Nothing" in caplog.text


def test_a_plain_answer_ends_the_connection() -> None:
    assert b"\r\nConnection: close\r\n\r\n" in Speech.plain(404, "nothing")
