"""Notifications on their way: one queue and one connection for each subscription, in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import field
from urllib.parse import urlsplit

from wsdtrace.dataclass import dataclass
from wsdtrace.scanner.device import Device
from wsdtrace.scanner.dial import dial
from wsdtrace.scanner.http import BadMessage, read_response
from wsdtrace.scanner.pipe import Gone, Pipe
from wsdtrace.scanner.profile import Addresses
from wsdtrace.scanner.recorder import Recorder
from wsdtrace.scanner.speech import Speech
from wsdtrace.scanner.subscriptions import Subscription
from wsdtrace.soap import EndpointReference
from wsdtrace.soap.schema import Element
from wsdtrace.wsd.eventing import EndStatus

logger = logging.getLogger(__name__)

ANSWER_S = 10.0
"""A sink that takes longer has vanished."""
MAX_WAITING = 256
"""Events that wait for one sink; with more, the subscription is given up."""


@dataclass(slots=True, eq=False)
class _Line:
    """The way to one sink."""

    subscription: Subscription
    queue: asyncio.Queue[Element] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))
    task: asyncio.Task[None] | None = None
    pipe: Pipe | None = None


class Notifier:
    """Sends what the device tells.

    Args:
        device: whose notifications.
        speech: its voice.
        recorder: where they are noted.
        at: where the device is.
    """

    def __init__(self, device: Device, speech: Speech, recorder: Recorder | None, at: Callable[[], Addresses]) -> None:
        self._device = device
        self._speech = speech
        self._recorder = recorder
        self._at = at
        self._lines: dict[str, _Line] = {}
        device.subscriptions.on_lapse = self.drop

    def put(self, subscription: Subscription, event: Element) -> None:
        """An event for a subscription; nothing waits here."""
        line = self._lines.get(subscription.identifier)
        if line is None:
            line = self._lines[subscription.identifier] = _Line(subscription)
            line.task = asyncio.get_running_loop().create_task(self._run(line))
        if line.queue.full():
            self._give_up(line)
        else:
            line.queue.put_nowait(event)

    def drop(self, subscription: Subscription) -> None:
        """A subscription is over."""
        line = self._lines.pop(subscription.identifier, None)
        if line is not None and line.task is not None:
            line.task.cancel()

    async def idle(self) -> None:
        """Wait until everything was sent."""
        for line in list(self._lines.values()):
            await line.queue.join()

    async def close(self, status: EndStatus) -> None:
        """Tell every subscriber that it ends, and stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await self.idle()
        lines = list(self._lines.values())
        for subscription in list(self._device.subscriptions.live.values()):
            end = self._device.end_subscription(subscription, self._at().base, status)
            if subscription.end_to is not None:
                last = _Line(subscription)
                await self._tell(last, end, subscription.end_to)
                await self._hang_up(last)
        for line in lines:
            if line.task is not None:
                line.task.cancel()
        await asyncio.gather(*(line.task for line in lines if line.task is not None), return_exceptions=True)
        self._lines.clear()

    async def _run(self, line: _Line) -> None:
        try:
            while True:
                event = await line.queue.get()
                try:
                    live = line.subscription.identifier in self._device.subscriptions.live
                    if live and not await self._tell(line, event, line.subscription.notify_to):
                        self._give_up(line)
                finally:
                    line.queue.task_done()
        finally:
            if line.pipe is not None:
                await line.pipe.close()

    def _give_up(self, line: _Line) -> None:
        """Nobody takes the events: the subscription ends (WS-Eventing 2004/08 §3.5, DeliveryFailure)."""
        logger.warning("events are not taken at %s: its subscription ends", line.subscription.notify_to.address)
        self._device.subscriptions.end(line.subscription.identifier)

    async def _tell(self, line: _Line, event: Element, sink: EndpointReference) -> bool:
        """Send one; False where it was not accepted."""
        facts = {"nth": 1}
        outgoing = self._speech.event(event, sink, self._at(), facts)
        if not outgoing.whole:
            return True
        for _ in range(2):  # an idle connection may have been closed meanwhile: then once more on a new one
            fresh = line.pipe is None
            try:
                async with asyncio.timeout(ANSWER_S):
                    pipe = line.pipe = line.pipe or await self._connect(sink)
                    await pipe.send(outgoing.data)
                    response = await read_response(pipe)
            except (OSError, Gone, BadMessage, TimeoutError, ValueError) as error:
                logger.debug("event to %s: %s", sink.address, error)
                response = None
            if response is None or response.wants_close:
                await self._hang_up(line)
            if response is not None:
                return 200 <= response.status < 300
            if fresh:
                return False
        return False

    async def _connect(self, sink: EndpointReference) -> Pipe:
        parts = urlsplit(sink.address or "")
        return await dial(parts.hostname or "", parts.port or 80, self._recorder)

    @staticmethod
    async def _hang_up(line: _Line) -> None:
        if line.pipe is not None:
            await line.pipe.close()
            line.pipe = None
