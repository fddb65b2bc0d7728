"""The proxy as a target service: Hello and Bye, answers to Probe and Resolve; on one link, and no faster than allowed.

Theory of operation: for each interface and address family one channel. Answers name the proxy as it is reached on that
interface and family. Only senders on the link are answered, and each only so often (`PER_SECOND`): a Probe is smaller
than its answer, and its sender's address proves nothing.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from wsdtrace.errors import UsageError
from wsdtrace.proxy.interfaces import Interface
from wsdtrace.proxy.multicast import PORT, Channel, open_channel
from wsdtrace.proxy.record import Record, Side
from wsdtrace.proxy.speech import Service, answer_to, bye, hello
from wsdtrace.records import Endpoint
from wsdtrace.soap import AppSequence

PER_SECOND: Final = 10
"""Answers to one sender in a second: Windows asks six times in two seconds."""
MAX_SENDERS: Final = 1000
"""Senders that are remembered for that."""
MAX_DELAY_MS: Final = 100
"""An answer waits up to so long, at random, so that all devices of a link do not speak at once (SOAP-over-UDP appendix
I). Five times sooner than a client that waits half a second gives up."""
REPEAT_MS: Final = 150
"""A datagram is sent once more after so long (SOAP-over-UDP §4.2: 50 to 250 ms)."""


class Announcer:
    """Speaks for one target service on one interface.

    Args:
        service: who; its XAddrs are made here.
        interface: where.
        xaddr: the URL by which an address of ours is reached.
        record: what is said and heard is recorded there.
    """

    def __init__(self, service: Service, interface: Interface, xaddr: Callable[[str], str], record: Record) -> None:
        self._service = service
        self._interface = interface
        self._xaddr = xaddr
        self._record = record
        self._channels: list[Channel] = []
        self._instance = int(time.time())
        self._number = 0
        self._seen: OrderedDict[str, list[float]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._chance = random.Random()  # noqa: S311 - it spreads answers in time

    async def start(self) -> None:
        """Listen, and say Hello.

        Raises:
            UsageError: there is no multicast on the interface.
        """
        for family in (socket.AF_INET, socket.AF_INET6):
            channel = await open_channel(self._interface, family, self._heard, port=PORT)
            if channel is not None:
                self._channels.append(channel)
        if not self._channels:
            raise UsageError(f"--listen {self._interface.name}: it has no address")
        for channel in self._channels:
            self._later(self._say(channel, hello(self._here(channel), self._sequence()), None))

    async def stop(self) -> None:
        """Say Bye, and stop listening."""
        for task in list(self._tasks):
            task.cancel()
        for channel in self._channels:
            data = bye(self._service, self._sequence())
            self._send(channel, data, None)
            self._send(channel, data, None)
        await asyncio.sleep(0)
        for channel in self._channels:
            channel.close()

    def _here(self, channel: Channel) -> Service:
        return replace(self._service, xaddrs=(self._xaddr(channel.address or ""),))

    def _sequence(self) -> AppSequence:
        self._number += 1
        return AppSequence(instance_id=self._instance, message_number=self._number)

    def _heard(self, channel: Channel, data: bytes, sender: Endpoint) -> None:
        if sender.address in self._interface.addresses and sender.port == PORT:
            return  # our own Hello comes back
        answer = answer_to(data, self._here(channel), self._sequence())
        if answer is None:
            return
        self._record.datagram(Side.CLIENT, sender, channel.group, data)
        if self._may(sender.address):
            self._later(self._answer(channel, answer, sender))

    def _may(self, address: str) -> bool:
        """This sender was not answered too often."""
        now = time.monotonic()
        times = self._seen.setdefault(address, [])
        self._seen.move_to_end(address)
        if len(self._seen) > MAX_SENDERS:
            self._seen.popitem(last=False)
        times[:] = [each for each in times if now - each < 1]
        if len(times) >= PER_SECOND:
            return False
        times.append(now)
        return True

    def _later(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type]  # a coroutine
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, channel: Channel, data: bytes, to: Endpoint) -> None:
        await asyncio.sleep(self._chance.random() * MAX_DELAY_MS / 1000)
        await self._say(channel, data, to)

    async def _say(self, channel: Channel, data: bytes, to: Endpoint | None) -> None:
        self._send(channel, data, to)
        await asyncio.sleep(REPEAT_MS / 1000)
        self._send(channel, data, to)

    def _send(self, channel: Channel, data: bytes, to: Endpoint | None) -> None:
        self._record.datagram(Side.CLIENT, channel.local, to or channel.group, data)
        channel.send(data, to)
