"""Who is answered, how soon, how often; what is said stands in the record. Without a network."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from typing import cast

from wsdtrace.pipeline import Options
from wsdtrace.proxy.announce import MAX_DELAY_MS, PER_SECOND, Announcer
from wsdtrace.proxy.interfaces import Interface
from wsdtrace.proxy.multicast import Channel
from wsdtrace.proxy.record import Record
from wsdtrace.proxy.speech import Service, probe, resolve, services_of
from wsdtrace.records import Endpoint

HERE = Interface("eth0", 2, ("192.0.2.1",), (ip_network("192.0.2.0/24"),), True)


class Silent:
    """A channel that remembers what it sent."""

    interface = HERE
    address = "192.0.2.1"
    local = Endpoint("192.0.2.1", 3702)
    group = Endpoint("239.255.255.250", 3702)

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, Endpoint | None]] = []
        self.closed = False

    def send(self, data: bytes, to: Endpoint | None = None) -> None:
        self.sent.append((data, to))

    def close(self) -> None:
        self.closed = True


def announcer(record: Record) -> Announcer:
    return Announcer(Service("urn:uuid:1"), HERE, lambda address: f"http://{address}:9/x", record)


def test_an_answer_comes_in_time_and_once_more() -> None:
    async def main() -> None:
        record, channel = Record("r", None, Options()), Silent()
        made = announcer(record)
        started = asyncio.get_running_loop().time()
        made._heard(cast("Channel", channel), probe(), Endpoint("192.0.2.9", 5000))
        while not channel.sent:
            await asyncio.sleep(0.005)
        assert asyncio.get_running_loop().time() - started < 0.5
        while len(channel.sent) < 2:
            await asyncio.sleep(0.01)
        assert channel.sent[0] == channel.sent[1]
        assert channel.sent[0][1] == Endpoint("192.0.2.9", 5000)
        assert services_of(channel.sent[0][0])[0].xaddrs == ("http://192.0.2.1:9/x",)
        trace = record.finish()
        assert [f.message for f in trace.findings] == []
        assert trace.input.frames == 4  # asked, answered twice, the end

    asyncio.run(main())
    assert MAX_DELAY_MS < 500


def test_a_sender_is_answered_only_so_often() -> None:
    async def main() -> int:
        record, channel = Record("r", None, Options()), Silent()
        made = announcer(record)
        for _ in range(3 * PER_SECOND):
            made._heard(cast("Channel", channel), probe(), Endpoint("192.0.2.9", 5000))
        made._heard(cast("Channel", channel), resolve("urn:uuid:1"), Endpoint("192.0.2.8", 5000))
        while len({to for _, to in channel.sent}) < 2:
            await asyncio.sleep(0.01)
        waiting = len(made._tasks)
        await made.stop()
        return waiting

    assert asyncio.run(main()) == PER_SECOND + 1


def test_bye_is_said_twice_and_our_own_words_are_not_answered() -> None:
    async def main() -> list[tuple[bytes, Endpoint | None]]:
        channel = Silent()
        made = announcer(Record("r", None, Options()))
        made._channels = [cast("Channel", channel)]
        made._heard(cast("Channel", channel), probe(), Endpoint("192.0.2.1", 3702))
        await made.stop()
        assert channel.closed
        return channel.sent

    sent = asyncio.run(main())
    assert len(sent) == 2
    assert all(b"/Bye<" in data and to is None for data, to in sent)
