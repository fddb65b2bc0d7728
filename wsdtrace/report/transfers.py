"""How the pages came: their rate over time, and who made them wait. What `report.transferfigure` draws.

Theory of operation: the time of a page, from the end of its request to its last byte, is divided among

- the *device*: until its first byte, and pauses in which nothing was missing: it scans, or thinks;
- the *network*: pauses that end with bytes that came before or came late, and the time in which such bytes came;
- the *client*: as long as it announced a window of 0;
- *flowing*: the rest, in which bytes came one after the other.

This is an account of the bytes in the capture, which was taken somewhere on their way. Near the device one sees losses
as repetitions, near the client as bytes that come late: both are the network's.
"""

from __future__ import annotations

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Transfer
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Exchange, Image

MAX_TRANSFERS = 12
"""Pages that are looked at: the slowest of a trace. Each is read again from the capture."""

PAUSE_NS = 50_000_000
"""A pause from which on bytes do not flow: twice the longest delayed acknowledgement of a busy receiver (Linux: 40 ms)
would be 80 ms, the shortest retransmission timeout is 200 ms."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Who took how much of the time of a page, nanoseconds."""

    device_ns: int
    network_ns: int
    client_ns: int
    flowing_ns: int

    @property
    def total_ns(self) -> int:
        return self.device_ns + self.network_ns + self.client_ns + self.flowing_ns

    @property
    def slowest(self) -> str:
        """`device`, `network`, `client`, or `nobody` where bytes flowed at least half of the time."""
        named = {"device": self.device_ns, "network": self.network_ns, "client": self.client_ns}
        worst = max(named, key=lambda name: named[name])
        return worst if self.flowing_ns * 2 < self.total_ns and named[worst] else "nobody"


@dataclass(frozen=True, slots=True)
class PageTransfer:
    """A page on its way."""

    image: Image
    exchange: Exchange
    asked_ns: int
    """End of the request."""
    transfer: Transfer
    shares: Shares

    @property
    def wait_ns(self) -> int:
        """From the request to the first frame of the answer."""
        return max(self.transfer.start_ns - self.asked_ns, 0)

    @property
    def total_ns(self) -> int:
        """From the request to the last byte."""
        return self.wait_ns + self.transfer.bin_ns * len(self.transfer.fresh)


def transfers_of(trace: Trace, *, most: int = MAX_TRANSFERS) -> list[PageTransfer]:
    """The slowest pages of a trace in the order of the capture; empty where the source cannot be read again.

    Raises:
        CaptureError: the capture is gone meanwhile.
    """
    if trace.read_transfer is None:
        return []
    first: dict[int, Image] = {}
    for image in trace.images:
        if image.ref is not None and image.exchange.request is not None and image.exchange.response is not None:
            first.setdefault(id(image.exchange), image)  # both sides of a sheet come in one message
    slowest = sorted(first.values(), key=lambda i: -(i.exchange.latency_ns or 0))[:most]
    found = []
    for image in sorted(slowest, key=lambda i: i.id):
        assert image.ref is not None
        assert image.exchange.request is not None
        transfer = trace.read_transfer(image.ref)
        if transfer is not None:
            asked = image.exchange.request.last.time_ns
            wait = max(transfer.start_ns - asked, 0)
            found.append(PageTransfer(image, image.exchange, asked, transfer, shares_of(transfer, wait)))
    return found


def shares_of(transfer: Transfer, wait_ns: int) -> Shares:
    """Divide the time of a page.

    Args:
        transfer: its bytes over time.
        wait_ns: from its request to its first byte.
    """
    width = transfer.bin_ns
    device, network, client, flowing = wait_ns, 0, 0, 0
    empty = 0
    for i, (fresh, again) in enumerate(zip(transfer.fresh, transfer.again, strict=True)):
        begin = transfer.start_ns + i * width
        shut = sum(max(min(until, begin + width) - max(since, begin), 0) for since, until in transfer.shut)
        shut = min(shut, width)
        client += shut
        open_ns = width - shut
        if not fresh and not again:
            empty += open_ns
            continue
        if again:
            network += empty + open_ns
        elif empty >= PAUSE_NS:
            device += empty
            flowing += open_ns
        else:
            flowing += empty + open_ns
        empty = 0
    return Shares(device, network, client, flowing + empty)
