"""A scanner and a client on loopback for one test, with everything that they exchanged as a capture."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_source
from wsdtrace.report.trace import Trace
from wsdtrace.scanner.client import Client, Manners
from wsdtrace.scanner.clock import Clock
from wsdtrace.scanner.persona import Persona
from wsdtrace.scanner.recorder import Recorder
from wsdtrace.scanner.server import VirtualScanner

T = TypeVar("T")
Scene = Callable[[VirtualScanner, Client], Awaitable[T]]


class Stage:
    """One scene played.

    Args:
        scene: what happens.
        who: the device.
        manners: of the client.
    """

    def __init__(self, scene: Scene[Any], who: Persona | str = "well-behaved", manners: Manners | None = None) -> None:
        self.file = io.BytesIO()
        self.clock = Clock()
        self.recorder = Recorder(self.file, self.clock)
        self._scene = scene
        self._who = who
        self._manners = manners
        self.result: Any = asyncio.run(self._play())

    async def _play(self) -> Any:
        async with VirtualScanner(self._who, clock=self.clock, recorder=self.recorder) as scanner:

            async def wait(seconds: float) -> None:
                self.clock.skip(seconds)

            async with Client(
                scanner.addresses.service,
                clock=self.clock,
                recorder=self.recorder,
                manners=self._manners,
                wait=wait,
            ) as client:
                return await self._scene(scanner, client)

    def trace(self) -> Trace:
        """The verdict on what they exchanged."""
        with open_capture_bytes(self.file.getvalue(), "stage.pcapng") as source:
            return check_source(source, Options())

    def loud(self) -> list[str]:
        """Findings at warning or above, causes only."""
        return [
            f"{f.code} {f.message}"
            for f in self.trace().findings
            if f.is_cause and f.severity.value in ("error", "warning")
        ]
