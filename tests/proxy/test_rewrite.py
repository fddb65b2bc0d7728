"""Which address becomes which: towards the device, towards the client, and what stays."""

import asyncio

from tests.proxy.test_places import SUBSCRIBE
from wsdtrace.proxy.places import Message
from wsdtrace.proxy.rewrite import Rewriter
from wsdtrace.proxy.routes import Server
from wsdtrace.records import Endpoint

DEVICE = Server("http", "192.0.2.20", 5357)


class Known:
    """Listeners and names that a test has."""

    mark = ""

    def renamed(self, text: str, *, to_device: bool) -> str | None:
        return {("urn:uuid:9", False): "urn:uuid:10", ("urn:uuid:10", True): "urn:uuid:9"}.get((text, to_device))

    def server_at(self, endpoint: Endpoint) -> Server | None:
        return DEVICE if endpoint == Endpoint("198.51.100.1", 9000) else None

    async def way_to_device(self, server: Server) -> int | None:
        return 9000 + server.port % 10 if server.host == "192.0.2.20" else None

    async def way_to_sink(self, server: Server, subscriber: str, proxy: str) -> int | None:
        return 9100 if server.host == subscriber and proxy else None


def test_towards_the_device_the_proxy_becomes_the_device_and_sinks_the_proxy() -> None:
    message = Message(SUBSCRIBE.replace("192.0.2.20:5357", "198.51.100.1:9000").encode())
    done = asyncio.run(Rewriter(Known()).to_device(message, client="192.0.2.10", proxy="203.0.113.1"))
    assert (
        done.data
        == SUBSCRIBE.replace("192.0.2.10:6000/end", "203.0.113.1:9100/end")
        .replace("192.0.2.10:6000/notify", "203.0.113.1:9100/notify")
        .encode()
    )
    assert [element for element, _, _ in done.changes] == ["To", "Address", "Address"]
    assert b"192.0.2.10:6000/parameter" in done.data


def test_a_sink_that_is_not_the_subscribers_own_stays_and_is_told() -> None:
    done = asyncio.run(Rewriter(Known()).to_device(Message(SUBSCRIBE.encode()), client="192.0.2.11", proxy="x"))
    assert done.data == SUBSCRIBE.encode()
    assert len(done.refused) == 2


def test_towards_the_client_the_device_becomes_the_proxy_as_the_client_reaches_it() -> None:
    discovery = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
    text = f"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="{discovery}"><s:Header>
<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>
<a:Action>{discovery}/ResolveMatches</a:Action></s:Header><s:Body><d:ResolveMatches><d:ResolveMatch>
<a:EndpointReference><a:Address>urn:uuid:9</a:Address></a:EndpointReference>
<d:XAddrs>http://192.0.2.20:5358/a http://192.0.2.99/b</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>
</d:ResolveMatch></d:ResolveMatches></s:Body></s:Envelope>"""
    done = asyncio.run(Rewriter(Known()).to_client(Message(text.encode()), proxy="2001:db8::5"))
    assert (
        done.data
        == text.replace("http://192.0.2.20:5358/a", "http://[2001:db8::5]:9008/a")
        .replace("urn:uuid:9<", "urn:uuid:10<")
        .encode()
    )
    assert done.refused == (("XAddrs", "http://192.0.2.99/b"),)
