"""Makes the derived case captures from the recorded ones: the same bytes every time.

A derived case takes real frames and changes one thing about them: their times, their number, their length, or the
addresses of the hosts that they pretend to be. The README of the case says so. Only the standard library is used, and
nothing of the package, so that a fault of its own reader cannot hide in its own test data.

    python captures/derive.py            write the derived captures
    python captures/derive.py --check    say whether they are what this script makes

Rules for whoever edits this file:

1. A recipe is deterministic: no clock, no random number, no order of a dictionary of something else.
2. A recipe changes as little as tells the story; what was on the wire stays.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path

HERE = Path(__file__).resolve().parent
ETHERNET = 1
SLL2 = 276
MICROSECOND = 1000  # ns; the base recordings are pcap files with this resolution
SECOND = 1_000_000_000  # ns


@dataclass(frozen=True, slots=True)
class Frame:
    """One captured frame."""

    time_ns: int
    wire_len: int
    data: bytes

    @property
    def ports(self) -> set[int]:
        """Both TCP ports; empty for what is not TCP in IPv4 in Ethernet."""
        if self.data[12:14] != b"\x08\x00" or self.data[23] != 6:
            return set()
        return set(struct.unpack_from("!HH", self.data, self._tcp))

    @property
    def _tcp(self) -> int:
        return 14 + (self.data[14] & 15) * 4

    @property
    def tcp_payload(self) -> int:
        """Offset of the first byte that TCP carries."""
        return self._tcp + (self.data[self._tcp + 12] >> 4) * 4


# Files


def read(case: str) -> list[Frame]:
    """The frames of a recorded case (a little-endian pcap file with microseconds)."""
    raw = (HERE / case / "capture.pcap").read_bytes()
    if raw[:4] != bytes.fromhex("d4c3b2a1"):
        raise SystemExit(f"{case}: expected a little-endian pcap file with microseconds, found magic {raw[:4].hex()}")
    frames, at = [], 24
    while at < len(raw):
        seconds, micros, captured, wire = struct.unpack_from("<IIII", raw, at)
        at += 16
        frames.append(Frame(seconds * SECOND + micros * MICROSECOND, wire, raw[at : at + captured]))
        at += captured
    return frames


def pcap(frames: Iterable[Frame], link_type: int = ETHERNET, snap_length: int = 262144) -> bytes:
    """A little-endian pcap file with microseconds."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap_length, link_type)]
    for frame in frames:
        seconds, rest = divmod(frame.time_ns, SECOND)
        out.append(struct.pack("<IIII", seconds, rest // MICROSECOND, len(frame.data), frame.wire_len) + frame.data)
    return b"".join(out)


def pcapng(frames: Iterable[Frame], link_type: int = ETHERNET, snap_length: int = 262144) -> bytes:
    """A little-endian pcapng file: one section, one interface, microseconds."""

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        length = struct.pack("<I", len(body) + 12)
        return struct.pack("<I", kind) + length + body + length

    out = [
        block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
        block(1, struct.pack("<HHI", link_type, 0, snap_length)),
    ]
    for frame in frames:
        high, low = divmod(frame.time_ns // MICROSECOND, 1 << 32)
        out.append(block(6, struct.pack("<IIIII", 0, high, low, len(frame.data), frame.wire_len) + frame.data))
    return b"".join(out)


# Changes


def select(frames: list[Frame], first: int, last: int) -> list[Frame]:
    """Frames number `first` to `last`, both included, counted from 1 as Wireshark does."""
    return frames[first - 1 : last]


def later(frames: list[Frame], ports: set[int], seconds: float) -> list[Frame]:
    """The connections of these client ports come `seconds` later."""
    shift = round(seconds * SECOND)
    moved = [replace(f, time_ns=f.time_ns + shift) if f.ports & ports else f for f in frames]
    return sorted(moved, key=lambda f: f.time_ns)


def at(frames: list[Frame], time_ns: int) -> list[Frame]:
    """The same frames, the first of them at `time_ns`."""
    return [replace(f, time_ns=f.time_ns - frames[0].time_ns + time_ns) for f in frames]


def snapped(frames: list[Frame], length: int) -> list[Frame]:
    """What a capture with this snap length would have kept."""
    return [replace(f, data=f.data[:length]) for f in frames]


def ones_complement_sum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of `data`."""
    total: int = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def rehost(frames: list[Frame], old: str, device: str, client: str) -> list[Frame]:
    """A loopback recording as if between two hosts.

    `old` and `device` are the device's `address:port` before and after, of equal length, so that what HTTP and SOAP say
    of it (Host, wsa:To) changes without moving a byte. Checksums are made anew.
    """
    if len(old) != len(device):
        raise SystemExit(f"{old} and {device} differ in length")
    old_port = int(old.partition(":")[2])
    device_host, _, device_port = device.partition(":")
    out = []
    for frame in frames:
        raw = bytearray(frame.data)
        source, destination = struct.unpack_from("!HH", raw, frame._tcp)
        hosts = [device_host if port == old_port else client for port in (source, destination)]
        raw[0:6], raw[6:12] = (b"\x02\0" + IPv4Address(host).packed for host in reversed(hosts))  # locally administered
        raw[26:34] = b"".join(IPv4Address(host).packed for host in hosts)
        ports = [int(device_port) if port == old_port else port for port in (source, destination)]
        struct.pack_into("!HH", raw, frame._tcp, *ports)
        raw[frame.tcp_payload :] = raw[frame.tcp_payload :].replace(old.encode(), device.encode())
        raw[24:26] = bytes(2)
        struct.pack_into("!H", raw, 24, ones_complement_sum(bytes(raw[14 : frame._tcp])))
        raw[frame._tcp + 16 : frame._tcp + 18] = bytes(2)
        segment = bytes(raw[frame._tcp :])
        pseudo = bytes(raw[26:34]) + struct.pack("!BBH", 0, 6, len(segment))
        struct.pack_into("!H", raw, frame._tcp + 16, ones_complement_sum(pseudo + segment))
        out.append(replace(frame, data=bytes(raw)))
    return out


# Recipes


def orphaned_job() -> bytes:
    """A client takes one page of a feeder job and is not heard of again; another one finds the scanner busy."""
    device = "192.0.2.5:18140"
    feeder = read("adf-3-pages")
    start = feeder[0].time_ns
    page_1 = [f for f in feeder if f.ports & {56360, 56368, 56372, 56380}]
    refused = at(read("fault-not-accepting"), start + 12 * SECOND)
    asking = at(select(read("fault-cut-short"), 1, 24), start + 84 * SECOND)
    return pcapng(
        rehost(page_1, "127.0.0.1:18140", device, "192.0.2.10")
        + rehost(refused, "127.0.0.1:18108", device, "192.0.2.11")
        + rehost(asking, "127.0.0.1:18119", device, "192.0.2.11")
    )


def late_first_retrieve() -> bytes:
    """The client asks for the first page 75 s after its job was created."""
    return pcap(later(read("clean-flatbed"), {52458}, 75))


def late_next_retrieve() -> bytes:
    """The client asks for the third page 64 s after it had the second."""
    return pcap(later(read("adf-3-pages"), {56394, 56396, 56398}, 64))


def begins_mid_job() -> bytes:
    """The capture begins when page 1 has just been transferred."""
    return pcap(select(read("adf-3-pages"), 69, 165))


def ends_mid_job() -> bytes:
    """The capture ends in the middle of page 2."""
    return pcap(select(read("adf-3-pages"), 1, 86))


def file_cut() -> bytes:
    """The file ends in the middle of the record of a frame of the image."""
    frames = read("clean-flatbed")
    whole = pcap(select(frames, 1, 79))
    return whole + pcap(select(frames, 80, 80))[24:][:700]


def one_sided() -> bytes:
    """Only what the client sent was captured."""
    return pcap(f for f in read("clean-flatbed") if struct.unpack_from("!H", f.data, 36) == (19100,))


def segments_missing() -> bytes:
    """Two segments of the image are not in the capture, although the client had them."""
    frames = read("clean-flatbed")
    return pcap(f for number, f in enumerate(frames, 1) if number not in {78, 80})


def snap_length() -> bytes:
    """The capture kept 1514 octets of each frame, and offloading made frames longer than that."""
    return pcapng(snapped(read("any-interface"), 1514), SLL2, 1514)


RECIPES: dict[str, Callable[[], bytes]] = {
    "orphaned-job/capture.pcapng": orphaned_job,
    "late-first-retrieve/capture.pcap": late_first_retrieve,
    "late-next-retrieve/capture.pcap": late_next_retrieve,
    "begins-mid-job/capture.pcap": begins_mid_job,
    "ends-mid-job/capture.pcap": ends_mid_job,
    "file-cut/capture.pcap": file_cut,
    "one-sided/capture.pcap": one_sided,
    "segments-missing/capture.pcap": segments_missing,
    "snap-length/capture.pcapng": snap_length,
}
"""The derived captures, each with what makes it."""


def main(arguments: list[str]) -> int:
    """Write the derived captures, or with `--check` compare them; 1 when one differs."""
    differing = 0
    for name, recipe in RECIPES.items():
        path, made = HERE / name, recipe()
        if "--check" in arguments:
            same = path.exists() and path.read_bytes() == made
            print(f"  {'as derived' if same else 'DIFFERS   '}  {name}")
            differing += not same
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(made)
            print(f"  {len(made):7} octets  {name}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
