"""Where a client takes events: each is answered with 202 and handed on once."""

import asyncio
import http.client

from wsdtrace.scanner.sink import EventSink

EVENT = b"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/\
addressing" xmlns:w="http://schemas.microsoft.com/windows/2006/08/wdp/scan"><s:Header><a:Action>http://schemas.microsoft\
.com/windows/2006/08/wdp/scan/ScanAvailableEvent</a:Action></s:Header><s:Body><w:ScanAvailableEvent><w:ClientContext>c\
</w:ClientContext><w:ScanIdentifier>i</w:ScanIdentifier></w:ScanAvailableEvent></s:Body></s:Envelope>"""


def post(port: int, *contents: bytes) -> list[int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    statuses = []
    for content in contents:
        connection.request("POST", "/sink", body=content)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    return statuses


def test_events_are_accepted_and_handed_on_in_order() -> None:
    async def scene() -> None:
        async with EventSink() as sink:
            assert await asyncio.to_thread(post, sink.port, b"<nonsense/>", EVENT) == [202, 202]
            notice = await sink.next("ScanAvailableEvent")
            assert getattr(notice.value, "scan_identifier", None) == "i"
            assert sink.notices.empty()

    asyncio.run(scene())


def test_a_sink_may_refuse() -> None:
    async def scene() -> None:
        async with EventSink(answer=b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n") as sink:
            assert await asyncio.to_thread(post, sink.port, EVENT) == [500]

    asyncio.run(scene())
