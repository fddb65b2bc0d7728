"""Addresses are found by declaration and exchanged by position; lxml says what the result means."""

import pytest
from lxml import etree

from tests.proxy.device import recorded
from tests.shared import CAPTURES
from wsdtrace.proxy.places import Message
from wsdtrace.soap import positions, template

WSA = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
EVENTING = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
SUBSCRIBE = f"""<?xml version="1.0"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{WSA}" xmlns:e="{EVENTING}">
<s:Header><a:To>http://192.0.2.20:5357/scan?a=1&amp;b=2</a:To>
<a:Action>{EVENTING}/Subscribe</a:Action><a:MessageID>urn:uuid:1</a:MessageID></s:Header>
<s:Body><e:Subscribe><e:EndTo><a:Address>http://192.0.2.10:6000/end</a:Address>
<a:ReferenceParameters><x>http://192.0.2.10:6000/parameter</x></a:ReferenceParameters></e:EndTo>
<e:Delivery><e:NotifyTo><a:Address> http://192.0.2.10:6000/notify </a:Address></e:NotifyTo></e:Delivery>
<e:Filter>http://192.0.2.10/no-address</e:Filter></e:Subscribe></s:Body></s:Envelope>"""


def test_addresses_of_header_and_body_are_found_and_nothing_else() -> None:
    found = [(p.what.name, p.what.sink, p.text) for p in Message(SUBSCRIBE.encode()).addresses()]
    assert found == [
        ("To", False, "http://192.0.2.20:5357/scan?a=1&b=2"),
        ("Address", True, "http://192.0.2.10:6000/end"),
        ("Address", True, "http://192.0.2.10:6000/notify"),
    ]


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be"])
def test_an_exchange_changes_one_text_and_no_other_byte(codec: str) -> None:
    data = SUBSCRIBE.replace("192.0.2.10:6000/n", "192.0.2.10:6000/ä-n").encode(codec)
    message = Message(data)
    place = message.addresses()[2]
    changed = message.exchanged([(place, "http://198.51.100.1:1/a&b")])
    root = etree.fromstring(changed)
    texts = root.xpath("//e:NotifyTo/a:Address/text()", namespaces={"e": EVENTING, "a": WSA})
    assert texts == [" http://198.51.100.1:1/a&b "]
    old = f"{place.text}".encode(codec.replace("utf-16", "utf-16-le") if codec == "utf-16" else codec)
    new = "http://198.51.100.1:1/a&amp;b".encode(codec.replace("utf-16", "utf-16-le") if codec == "utf-16" else codec)
    assert changed == data.replace(old, new, 1)


LISTED = f"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{WSA}"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>
<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Hello</a:Action></s:Header><s:Body><d:Hello>
<a:EndpointReference><a:Address>urn:uuid:9</a:Address></a:EndpointReference>
<d:XAddrs>%s</d:XAddrs></d:Hello></s:Body></s:Envelope>"""


def places_of(data: bytes) -> list[tuple[str, bool, int, int, str]]:
    """The addresses, and what comes of exchanging them."""
    message = Message(data)
    found = message.addresses()
    changed = message.exchanged((place, f"urn:{number}") for number, place in enumerate(found))
    assert [p.text for p in Message(changed).addresses()] == [f"urn:{number}" for number in range(len(found))]
    return [(*p.what, p.start, p.end, p.text) for p in found]


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([SUBSCRIBE.replace("&amp;", "") for _ in range(4)], id="Subscribe"),
        pytest.param([LISTED % ("http://192.0.2.20/a " * n).strip() for n in (1, 2, 3, 4)], id="longer lists"),
        pytest.param([LISTED % text for text in (" ", " ", " ", "http://192.0.2.20/", "")], id="blank at first"),
        pytest.param([LISTED % text for text in ("http://a/", "http://b/", "http://c/ä", " ", "")], id="blank at last"),
    ],
)
def test_a_message_of_known_markup_has_its_places_where_any_other_has(messages: list[str]) -> None:
    def forget() -> None:
        template._templates.clear()
        template._seen.clear()

    forget()
    known = [places_of(message.encode()) for message in messages]
    for message, places in zip(messages, known, strict=True):
        forget()
        assert places == places_of(message.encode())


@pytest.mark.parametrize("case", ["clean-flatbed", "adf-3-pages"])
def test_recorded_messages_of_known_markup_are_exchanged_as_any_other(case: str) -> None:
    template._templates.clear()
    template._seen.clear()
    contents = [r.partition(b"\r\n\r\n")[2] for _, r, _ in recorded(CAPTURES / case / "capture.pcap")]
    first = [places_of(content) for content in contents]
    assert [places_of(content) for content in contents for _ in range(3)] == [
        found for found in first for _ in range(3)
    ]
    assert any(each.plans for each in template._templates.values())


def test_several_addresses_of_a_list_are_places_of_their_own() -> None:
    discovery = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
    text = f"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{WSA}" xmlns:d="{discovery}">
<s:Header><a:Action>{discovery}/ProbeMatches</a:Action></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>
<a:EndpointReference><a:Address>urn:uuid:9</a:Address></a:EndpointReference><d:Scopes>http://192.0.2.1/scope</d:Scopes>
<d:XAddrs>http://192.0.2.20/a  http://192.0.2.20/a/b http://192.0.2.20/a</d:XAddrs>
<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"""
    message = Message(text.encode())
    places = [place for place in message.addresses() if place.what.name == "XAddrs"]
    assert [place.text for place in places] == ["http://192.0.2.20/a", "http://192.0.2.20/a/b", "http://192.0.2.20/a"]
    changed = message.exchanged((place, f"http://proxy/{i}") for i, place in enumerate(places))
    assert b"<d:XAddrs>http://proxy/0  http://proxy/1 http://proxy/2</d:XAddrs>" in changed


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SUBSCRIBE.encode()[:-20], id="cut"),
        pytest.param(b"", id="empty"),
        pytest.param(b"<a><To xmlns='" + WSA.encode() + b"'>http://192.0.2.20/</To></a>", id="no envelope"),
        pytest.param(b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + SUBSCRIBE.encode()[22:], id="document type"),
        pytest.param(
            SUBSCRIBE.replace(">http://192.0.2.20:5357/scan?a=1&amp;b=2<", "><![CDATA[http://192.0.2.20/]]><")
            .replace("http://192.0.2.10:6000/", "urn:")
            .encode(),
            id="cdata",
        ),
    ],
)
def test_what_is_not_certain_has_no_places(data: bytes) -> None:
    assert [p for p in Message(data).addresses() if p.text.startswith("http")] == []


def test_recorded_messages_come_back_byte_for_byte_without_edits() -> None:
    seen = 0
    for case in ("push-scan", "go-server", "clean-flatbed"):
        for _, request, response in recorded(CAPTURES / case / "capture.pcap"):
            for raw in (request, response):
                content = raw.partition(b"\r\n\r\n")[2]
                message = Message(content)
                edits = [(place, place.text) for place in message.addresses()]
                assert message.exchanged(edits) == content
                seen += len(edits)
    assert seen > 10


def test_related_message_and_token_are_found() -> None:
    for operation, request, response in recorded(CAPTURES / "clean-flatbed" / "capture.pcap"):
        relates = Message(response.partition(b"\r\n\r\n")[2]).relates_to()
        if operation == "GetScannerElements":
            assert relates is not None
            assert relates.text.encode() in request
        if operation == "RetrieveImage":
            token = Message(request.partition(b"\r\n\r\n")[2]).job_token()
            assert token is not None
            assert token.text.encode() in request
    assert len(list(Message(SUBSCRIBE.encode()).texts())) >= 4


def test_an_address_behind_the_last_known_element_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "MAX_ROWS", 100)
    many = LISTED.replace("<d:XAddrs>", "<x/>" * 100 + "<d:XAddrs>") % "http://192.0.2.20/a"
    message = Message(many.encode())
    assert "XAddrs" not in {place.what.name for place in message.addresses()}
    assert message.beyond
