"""A virtual scanner in a thread of its own, for programs and tests that know nothing of event loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from wsdtrace.scanner.server import VirtualScanner

T = TypeVar("T")

START_S = 10.0
"""A machine on which it takes longer to listen on a port has other problems."""


class ScannerThread:
    """Runs a scanner until the `with` block ends.

    Args:
        scanner: not yet started; touched by its own thread only from then on, so use `call`.
    """

    def __init__(self, scanner: VirtualScanner) -> None:
        self.scanner = scanner
        self._loop = asyncio.new_event_loop()
        self._ready: Future[None] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="virtual scanner", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result(START_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """Of its scan service."""
        return self.scanner.addresses.service

    def call(self, function: Callable[[], T]) -> T:
        """Call something in the scanner's thread, and wait for it."""

        async def called() -> T:
            return function()

        return self.run(called())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something in the scanner's loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
        except BaseException as error:  # whoever waits must be told, whatever it was
            if not self._ready.done():
                self._ready.set_exception(error)
            else:
                raise
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _live(self) -> None:
        async with self.scanner:
            self._ready.set_result(None)
            await self._stop.wait()
