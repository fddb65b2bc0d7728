"""The demo's story: five scans between a virtual scanner and a client on this machine, as they are recorded.

Two of them go wrong, in ways that were seen in the field. What takes a minute in an office takes none here: the clock
of scanner, client and capture is set forward, and the story says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import field
from typing import BinaryIO

from wsdtrace.dataclass import dataclass
from wsdtrace.scanner.client import Client, Manners, Scan, Wish
from wsdtrace.scanner.clock import Clock
from wsdtrace.scanner.recorder import Recorder
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.sink import EventSink
from wsdtrace.wsd import scan
from wsdtrace.wsd.values import InputSource

SILENCE_S = 83.0
"""How long nobody asks for the orphaned job: longer than the 60 s of the specification."""
DPI = 100
EVENTS = ("ScanAvailableEvent", "JobStatusEvent", "JobEndStateEvent", "ScannerStatusSummaryEvent")
ANSWER_S = 10.0
"""Everything here is on one machine: what takes longer will not come."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One scan, as it went."""

    title: str
    lines: tuple[str, ...]
    """What happened, in order."""
    finds: tuple[str, ...] = ()
    """Codes of what is wrong with it, at warning or above."""


@dataclass(slots=True, eq=False)
class Story:
    """The five scans; `async for scene in story.scenes()`.

    Args:
        file: where both ends write down what they exchange.
    """

    file: BinaryIO
    clock: Clock = field(default_factory=Clock)
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.file, self.clock, "wsdtrace demo: five scans on one machine")

    async def scenes(self) -> AsyncIterator[Scene]:
        """Play them, one after the other."""
        async with (
            VirtualScanner(clock=self.clock, recorder=self.recorder) as scanner,
            EventSink(recorder=self.recorder) as sink,
        ):
            async with self._client(scanner) as client:
                yield await self._clean(scanner, client)
                yield await self._feed(client)
                yield await self._press(scanner, client, sink)
                await client.unsubscribe()
            yield await self._orphan(scanner)
        other = VirtualScanner("unbound-fault", clock=self.clock, recorder=self.recorder)
        async with other, self._client(other) as client:
            yield await self._malformed(other, client)

    def _client(self, scanner: VirtualScanner, manners: Manners | None = None) -> Client:
        return Client(scanner.addresses.service, clock=self.clock, recorder=self.recorder, manners=manners)

    async def _clean(self, scanner: VirtualScanner, client: Client) -> Scene:
        self.recorder.comment("demo, scan 1: a page from the glass")
        await client.metadata(scanner.addresses.device, scanner.device.endpoint)
        await client.elements()
        done = await client.scan(Wish(dpi=DPI, name="Letter"))
        return Scene(
            "a page from the glass",
            (
                "The client asks the scanner who it is, what it can do and how it is.",
                f"It creates a job, retrieves {_pages(done)}, and the job is completed.",
            ),
        )

    async def _feed(self, client: Client) -> Scene:
        self.recorder.comment("demo, scan 2: three pages from the feeder")
        done = await client.scan(Wish(source=InputSource.ADF, dpi=DPI, name="Contract"))
        return Scene(
            "three pages from the feeder",
            (
                f"Nobody knows how many sheets there are: the client asks until it is told {done.end}.",
                f"{_pages(done)[0].upper()}{_pages(done)[1:]} came before that.",
            ),
        )

    async def _press(self, scanner: VirtualScanner, client: Client, sink: EventSink) -> Scene:
        self.recorder.comment("demo, scan 3: somebody presses the scanner's button")
        await client.subscribe(sink, {"desk": "Scan to my desk"}, EVENTS)
        scanner.device.panel.press("Scan to my desk")
        async with asyncio.timeout(ANSWER_S):
            notice = await sink.next("ScanAvailableEvent")
        press = notice.value
        assert isinstance(press, scan.ScanAvailableEvent)
        done = await client.pushed(press, Wish(dpi=DPI, name="Pushed"))
        await asyncio.wait_for(scanner.notifier.idle(), ANSWER_S)
        return Scene(
            "the scanner's button",
            (
                'The client subscribes, and "Scan to my desk" appears on the scanner\'s display.',
                "Somebody presses it: the scanner sends a ScanAvailableEvent to the client.",
                f"The client creates the job that answers it, and gets {_pages(done)}; events tell how the job goes.",
            ),
        )

    async def _orphan(self, scanner: VirtualScanner) -> Scene:
        self.recorder.comment("demo, scan 4: a client leaves its job")
        async with self._client(scanner, Manners(leaves_after=1)) as client:
            await client.scan(Wish(source=InputSource.ADF, dpi=DPI, name="Left"))
        async with self._client(scanner) as other:
            refused = await other.create(Wish(dpi=DPI, name="Next"))
            self.clock.skip(SILENCE_S)
            await other.elements(["ScannerStatus"])
            done = await other.scan(Wish(dpi=DPI, name="Next"))
        return Scene(
            "a client leaves its job",
            (
                "A client takes the first of three pages and is never heard of again.",
                f"Another one is refused meanwhile: {refused.subcode}.",
                f"[{SILENCE_S:.0f} s go by: the clock of scanner, client and capture is set forward, nobody waits]",
                f"After 60 s the scanner gives the job up (JobTimedOut), and the other client gets {_pages(done)}.",
            ),
            ("WSD601",),
        )

    async def _malformed(self, scanner: VirtualScanner, client: Client) -> Scene:
        self.recorder.comment("demo, scan 5: a scanner whose fault is malformed")
        await client.metadata(scanner.addresses.device, scanner.device.endpoint)
        await client.elements()
        refused = await client.create(Wish(dpi=DPI, name="Refused"))
        code = refused.fault.subcode.raw if refused.fault is not None and refused.fault.subcode is not None else "?"
        return Scene(
            "a fault that cannot be read",
            (
                "Another scanner refuses the job. Its fault has a code that nobody can resolve:",
                f"the prefix of {code} is bound to nothing, so many clients only say: I/O error.",
            ),
            ("WSD202",),
        )


def _pages(done: Scan) -> str:
    return f"{len(done.pages)} page" + ("" if len(done.pages) == 1 else "s")
