"""A channel hears those on the link, and sends to a host or to the group."""

import asyncio
import errno
import socket
from ipaddress import ip_network

import pytest

from wsdtrace.errors import UsageError
from wsdtrace.proxy import multicast
from wsdtrace.proxy.interfaces import Interface, interface_of
from wsdtrace.proxy.multicast import GROUPS, Channel, open_channel
from wsdtrace.records import Endpoint

LOOPBACK = interface_of("lo")


def test_two_channels_of_one_link_hear_each_other() -> None:
    async def main() -> list[tuple[bytes, Endpoint]]:
        heard: list[tuple[bytes, Endpoint]] = []
        there = asyncio.Event()

        def hear(_: Channel, data: bytes, sender: Endpoint) -> None:
            heard.append((data, sender))
            there.set()

        assert LOOPBACK is not None
        first = await open_channel(LOOPBACK, socket.AF_INET, hear, port=0)
        second = await open_channel(LOOPBACK, socket.AF_INET, hear, port=0)
        assert first is not None
        assert second is not None
        await asyncio.sleep(0)
        first.send(b"hello", second.local)
        await asyncio.wait_for(there.wait(), 10)
        assert heard[0][1].port == first.local.port
        first.error_received(OSError())
        first.close()
        second.close()
        return heard

    assert [data for data, _ in asyncio.run(main())] == [b"hello"]


def test_who_is_not_on_the_link_is_not_heard() -> None:
    heard: list[bytes] = []
    link = Interface("x", 1, ("192.0.2.1",), (ip_network("192.0.2.0/24"),), True)
    channel = Channel(link, socket.AF_INET, lambda _c, data, _s: heard.append(data), host="198.51.100.1")
    channel.datagram_received(b"near", ("192.0.2.7", 1))
    channel.datagram_received(b"far", ("203.0.113.1", 1))
    channel.datagram_received(b"asked", ("198.51.100.1", 1))
    channel.send(b"nowhere yet")
    channel.close()
    assert heard == [b"near", b"asked"]
    assert channel.group == Endpoint(GROUPS[socket.AF_INET], 3702)


def test_an_interface_without_the_family_has_no_channel_and_one_that_is_gone_is_told() -> None:
    async def main() -> None:
        link = Interface("no-such-if", 99_999, ("192.0.2.1",), (), True)
        assert await open_channel(link, socket.AF_INET6, lambda *_: None, port=0) is None
        with pytest.raises(UsageError, match="no-such-if: no multicast there"):
            await open_channel(link, socket.AF_INET, lambda *_: None, port=0)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param(errno.EPERM, "multicast is not permitted here (Operation not permitted); root", id="permission"),
        pytest.param(errno.EADDRINUSE, "another program has UDP port 3702 for itself", id="taken"),
        pytest.param(errno.ENODEV, "no multicast there (No such device)", id="no multicast"),
    ],
)
def test_why_there_is_no_multicast_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, "raw")

    monkeypatch.setattr(multicast, "_prepare", fail)
    assert LOOPBACK is not None
    with pytest.raises(UsageError) as told:
        asyncio.run(open_channel(LOOPBACK, socket.AF_INET, lambda *_: None, port=multicast.PORT))
    assert words in str(told.value)
    assert "--announce off" in str(told.value)
