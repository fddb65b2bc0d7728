"""The scanner's presence: Hello, Bye, Probe, Resolve on loopback; who is answered, and how often."""

import asyncio
import io
import os
import socket
import struct
import subprocess
import sys
import uuid
from typing import Any

import pytest
from lxml import etree

from tests.scanner.elsewhere import needs_networks
from tests.shared import REPOSITORY
from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_source
from wsdtrace.scanner import discovery
from wsdtrace.scanner.clock import NS, Clock
from wsdtrace.scanner.discovery import PER_SECOND, PER_SENDER, Limiter
from wsdtrace.scanner.finder import find, resolve
from wsdtrace.scanner.persona import read_persona
from wsdtrace.scanner.recorder import Recorder
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.wsd import discovery as wsd

HERE = "127.0.0.1"
NAMES = {
    "d": "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
}


def multicast_works() -> bool:
    """A datagram to the group comes back on loopback."""
    try:
        with (
            discovery.multicast_socket(HERE, listen=True) as ear,
            discovery.multicast_socket(HERE, listen=False) as mouth,
        ):
            ear.settimeout(1)
            mouth.sendto(b"?", ("239.255.255.250", 3702))
            return bool(ear.recv(1))
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not multicast_works(), reason="no multicast on this machine's loopback interface")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "REPEAT_S", 0.0)


def present(who: Any = "well-behaved", **more: Any) -> VirtualScanner:
    """A scanner that is found, under an endpoint that no other test has."""
    return VirtualScanner(who, announce=True, delay_s=0, endpoint=f"urn:uuid:{uuid.uuid4()}", **more)


def test_a_scanner_is_found_and_resolved_and_its_traffic_gives_no_finding() -> None:
    file = io.BytesIO()
    clock = Clock()
    recorder = Recorder(file, clock)

    async def scene() -> Any:
        async with present(clock=clock, recorder=recorder) as scanner:
            endpoint = scanner.device.endpoint
            found = await find(HERE, wanted=endpoint, recorder=recorder)
            there = await resolve(HERE, endpoint, recorder=recorder)
            return scanner.addresses.device, [f for f in found if f.endpoint == endpoint], there

    device, found, there = asyncio.run(scene())
    assert [f.addresses for f in found] == [(device,)]
    assert found[0].types == ("Device", "ScanDeviceType")
    assert there is not None
    assert there.addresses == (device,)
    with open_capture_bytes(file.getvalue(), "x.pcapng") as source:
        trace = check_source(source, Options())
    operations = [e.operation for e in trace.exchanges]
    assert operations[0] == "Hello"
    assert operations[-1] == "Bye"
    assert [f.code for f in trace.findings] == []


PATIENT_S, MOMENT_S = 10.0, 0.3


def heard(sock: socket.socket, data: bytes, first_s: float) -> list[bytes]:
    """What comes back: the first within so long, the others within a moment."""
    sock.sendto(data, ("239.255.255.250", 3702))
    sock.settimeout(first_s)
    out = []
    try:
        while True:
            out.append(sock.recv(65536))
            sock.settimeout(MOMENT_S)
    except TimeoutError:
        return out


def probe(types: str = "w:ScanDeviceType", identity: str | None = None, scopes: str = "") -> bytes:
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/'
        'addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:w="http://schemas.microsoft.com/'
        'windows/2006/08/wdp/scan"><s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>'
        f"<a:MessageID>{identity or f'urn:uuid:{uuid.uuid4()}'}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:"
        f"discovery</a:To></s:Header><s:Body><d:Probe><d:Types>{types}</d:Types>{scopes}</d:Probe></s:Body></s:Envelope>"
    ).encode()


def answers(scanner: VirtualScanner, data: bytes, first_s: float = MOMENT_S) -> list[Any]:
    """The scanner's own answers, by XPath."""
    with discovery.multicast_socket(HERE, listen=False) as sock:
        roots = [etree.fromstring(each) for each in heard(sock, data, first_s)]
    mine = "//d:ProbeMatch[a:EndpointReference/a:Address=$me]"
    return [root for root in roots if root.xpath(mine, namespaces=NAMES, me=scanner.device.endpoint)]


@pytest.mark.parametrize(
    ("data", "count"),
    [
        pytest.param(probe(), 1, id="for scanners"),
        pytest.param(probe(""), 1, id="for everything"),
        pytest.param(probe("w:PrintDeviceType"), 0, id="for printers"),
        pytest.param(probe(scopes="<d:Scopes>http://example.com/here</d:Scopes>"), 0, id="in a scope"),
        pytest.param(b"<nonsense", 0, id="no message"),
        pytest.param(b"x" * 40_000, 0, id="a large one"),
    ],
)
def test_a_probe_is_answered_where_it_is_meant(data: bytes, count: int) -> None:
    async def scene() -> int:
        async with present() as scanner:
            return len(await asyncio.to_thread(answers, scanner, data, PATIENT_S if count else MOMENT_S))

    assert asyncio.run(scene()) == count


def test_copies_of_a_probe_are_answered_once() -> None:
    async def scene() -> tuple[int, int]:
        async with present() as scanner:
            data = probe(identity=f"urn:uuid:{uuid.uuid4()}")
            return len(await asyncio.to_thread(answers, scanner, data, PATIENT_S)), len(
                await asyncio.to_thread(answers, scanner, data)
            )

    assert asyncio.run(scene()) == (1, 0)


def test_who_is_not_on_the_link_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "is_on_link", lambda _: False)

    async def scene() -> tuple[int, int]:
        async with present() as scanner:
            found = await asyncio.to_thread(answers, scanner, probe())
            return len(found), scanner.presences[0].refused

    count, refused = asyncio.run(scene())
    assert count == 0
    assert refused >= 1


def test_nobody_gets_more_answers_than_he_can_use() -> None:
    clock = Clock(source=lambda: 0, start_ns=1000 * NS)
    limiter = Limiter(clock)
    assert [limiter.allows("a") for _ in range(PER_SENDER + 2)] == [True] * PER_SENDER + [False] * 2
    others = [limiter.allows(str(number)) for number in range(PER_SECOND)]
    assert others.count(True) == PER_SECOND - PER_SENDER
    clock.skip(1)
    assert limiter.allows("a")


def test_a_persona_may_keep_its_address_to_itself() -> None:
    shy = read_persona("summary='x'\n[[answers]]\non='Probe'\nwith='< drop wsd:XAddrs'", "x", "x.toml")

    async def scene() -> Any:
        async with present(shy) as scanner:
            found = await find(HERE, wanted=scanner.device.endpoint)
            return [f.addresses for f in found if f.endpoint == scanner.device.endpoint]

    assert asyncio.run(scene()) == [()]


def test_a_directed_probe_for_others_has_no_match() -> None:
    device = present().device
    assert device.is_meant(wsd.Probe())
    assert not device.is_meant(wsd.Resolve())
    assert not device.is_meant(None)


def test_the_group_is_joined_on_the_interface_of_the_address() -> None:
    with discovery.multicast_socket(HERE, listen=False) as sock:
        own = sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, 4)
        assert own == socket.inet_aton(HERE)
        assert struct.unpack("@i", sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 4)) == (1,)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have multicast at ::1")
def test_a_hello_that_cannot_be_sent_is_counted_and_not_in_the_record() -> None:
    file = io.BytesIO()

    async def scene() -> tuple[int, str]:
        async with VirtualScanner(host="::1", announce=True, record=file) as scanner:
            return scanner.presences[0].unsent, scanner.presences[0].problem

    assert asyncio.run(scene()) == (2, "network is unreachable")
    with open_capture_bytes(file.getvalue(), "x.pcapng") as source:
        assert check_source(source, Options()).exchanges == []


FIND = """
import asyncio
from wsdtrace.scanner.finder import find, resolve
from wsdtrace.scanner.server import VirtualScanner

async def main():
    async with VirtualScanner(host="2001:db8::1", announce=True, delay_s=0) as scanner:
        endpoint = scanner.device.endpoint
        found = await find("2001:db8::1", wanted=endpoint)
        there = await resolve("2001:db8::1", endpoint)
        print([each.addresses for each in found], there.addresses == (scanner.addresses.device,))

asyncio.run(main())
"""
NETWORK = (
    "ip link set lo up; ip link add d0 type veth peer name d1; ip addr add 2001:db8::1/64 dev d0 nodad;"
    "ip link set d1 up; ip link set d0 up"
)


@pytest.mark.slow
@needs_networks
def test_it_is_found_by_the_multicast_of_ipv6() -> None:
    script = f'{NETWORK}; exec "$0" -c "$1"'
    done = subprocess.run(
        ["unshare", "-n", "bash", "-ec", script, sys.executable, FIND],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.stdout.startswith("[('http://[2001:db8::1]:"), done.stderr
    assert done.stdout.endswith(" True\n")
