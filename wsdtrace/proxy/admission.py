"""What a client may ask of the proxy: it stands for one server, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable

from wsdtrace.http.head import Head
from wsdtrace.proxy.routes import host_of_authority, parse_url
from wsdtrace.records import RequestLine


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
