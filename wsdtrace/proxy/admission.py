"""Whom the proxy serves, and what a client may ask: it stands for one server, and for nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from wsdtrace.http.head import Head
from wsdtrace.proxy.routes import host_of_authority, parse_url
from wsdtrace.proxy.wire import Pipe
from wsdtrace.records import RequestLine

TOLD = 10
"""Refusals of one peer that are told; after that, only each tenth power of their number."""


MAX_PEERS = 4096
"""Peers whose refusals are counted."""


class Served(Protocol):
    """What serves a connection."""

    @property
    def is_idle(self) -> bool:
        """Nothing was asked yet that has not been answered."""


class Connections:
    """The connections that are served, and no more of them than may be.

    Somebody who only holds connections open must not keep others out: when there are too many, the oldest one on which
    nothing is asked has to go, as HTTP allows at any time (RFC 9112 §9.5).

    Args:
        most: how many there may be.
        say: told who is shed.
    """

    def __init__(self, most: int, say: Callable[[str], None]) -> None:
        self._most = most
        self._say = say
        self._served: dict[Pipe, Served] = {}
        """The oldest first."""
        self._shed: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._served)

    def add(self, pipe: Pipe, served: Served) -> None:
        """A connection is served from now on."""
        self._served[pipe] = served

    def remove(self, pipe: Pipe) -> None:
        """A connection is over."""
        self._served.pop(pipe, None)

    def has_room(self) -> bool:
        """One more may be served; an idle one is broken off for it where need be."""
        if len(self._served) < self._most:
            return True
        idle = next((pipe for pipe, served in self._served.items() if served.is_idle), None)
        if idle is None:
            return False
        self.shed(idle, f"it asks nothing, and {self._most} connections are open")
        self.remove(idle)
        return True

    def shed(self, pipe: Pipe, why: str) -> None:
        """Break a connection off."""
        self.tell(pipe.peer.address, why)
        pipe.break_off()

    def tell(self, address: str, why: str) -> None:
        """Somebody was refused; who goes on and on is told of now and then."""
        if len(self._shed) > MAX_PEERS:
            self._shed.clear()
        self._shed[address] += 1
        count = self._shed[address]
        if count <= TOLD:
            self._say(f"shed {address}: {why}")
        elif str(count).strip("0") == "1":
            self._say(f"shed {address}: {why} (and {count:,} times in all)")


class Refused(Exception):
    """A request is not served.

    Args:
        status: of the answer; 0 where it was given already.
        reason: phrase of the status-line.
        text: why, for people.
    """

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.reason = reason
        self.text = text


def admit(head: Head, is_own_name: Callable[[str], bool]) -> None:
    """Look at a request's target and Host.

    A page in a browser can make the browser send requests to any address, under a name of its own (DNS rebinding); a
    client that takes the proxy for a forward proxy asks for other servers. Both name a host that is not ours.

    Raises:
        Refused: it is meant for another server.
    """
    start = head.start
    assert isinstance(start, RequestLine)
    if start.method == "CONNECT":
        raise Refused(405, "Method Not Allowed", "wsdtrace proxy is no forward proxy: it stands for one device")
    url = parse_url(start.target) if "://" in start.target else None
    hosts = [host_of_authority(value) for value, _ in head.known.get("host", [])]
    if url is not None:
        hosts.append(url.host)
    for host in hosts:
        if host and not is_own_name(host):
            raise Refused(421, "Misdirected Request", f"host {host!r} is not served here (--allow {host} admits it)")
