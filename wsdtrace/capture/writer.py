"""Streams and datagrams → a pcapng capture that Wireshark shows without a complaint.

Every packet is one `write` followed by a flush, so that a writer that is killed leaves a readable file. No clock is
read: the caller gives every time.

    with open("capture.pcapng", "wb") as file:
        writer = PcapngWriter(file, ["eth0"])
        connection = writer.connect(t, Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.9", 80))
        connection.send(t + 1_000_000, Direction.FROM_ORIGINATOR, request)
        connection.send(t + 9_000_000, Direction.FROM_RESPONDER, response, until_ns=t + 40_000_000)
        connection.close(t + 50_000_000, Direction.FROM_ORIGINATOR)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

from wsdtrace.capture import packets
from wsdtrace.capture.blocks import (
    Interface,
    enhanced_packet,
    interface_description,
    interface_statistics,
    section_header,
)
from wsdtrace.capture.linktypes import ETHERNET
from wsdtrace.capture.synthetic import MSS, SyntheticConnection
from wsdtrace.records import Endpoint, FrameNumber

APPLICATION: Final = "wsdtrace"
_NO_MTU: Final = 1 << 17
"""More than any IP packet has."""


class PcapngWriter:
    """Writes one section to a binary file, which it neither opens nor closes."""

    def __init__(self, file: BinaryIO, interfaces: Sequence[Interface | str] = ("eth0",), *, comment: str = "") -> None:
        """Start the section.

        Args:
            file: open for writing; flushed after every packet.
            interfaces: in the order of their indices; a name stands for an Ethernet interface.
            comment: on the capture as a whole.
        """
        self._file = file
        self._interfaces = [Interface(each) if isinstance(each, str) else each for each in interfaces]
        self._comment = ""
        self._identification = 0
        self.frames = 0
        """Packets written: the number of the last one."""
        self._write(section_header(APPLICATION, comment) + b"".join(map(interface_description, self._interfaces)))

    def add_interface(self, interface: Interface) -> int:
        """Describe one more interface; its index."""
        self._interfaces.append(interface)
        self._write(interface_description(interface))
        return len(self._interfaces) - 1

    def comment(self, text: str) -> None:
        """Put a comment on the packet that is written next."""
        self._comment = f"{self._comment}\n{text}" if self._comment else text

    def frame(self, t_ns: int, data: bytes, *, interface: int = 0, wire_len: int | None = None) -> FrameNumber:
        """Write a frame as it is.

        Args:
            t_ns: its time.
            data: its captured bytes.
            interface: index of the interface.
            wire_len: bytes it had, when `data` was cut.
        """
        return self._pieces(t_ns, interface, len(data) if wire_len is None else wire_len, data)

    def _pieces(self, t_ns: int, interface: int, wire_len: int, *pieces: packets.Buffer) -> FrameNumber:
        comment, self._comment = self._comment, ""
        self._write(enhanced_packet(interface, t_ns, *pieces, wire_len=wire_len, comment=comment))
        self.frames += 1
        return FrameNumber(self.frames)

    def lost(self, t_ns: int, count: int, *, interface: int = 0) -> None:
        """Tell how many frames of an interface could not be kept since the recording began.

        Args:
            t_ns: when that was known.
            count: how many.
            interface: index of the interface.
        """
        self._write(interface_statistics(interface, t_ns, count))

    def packet(
        self, t_ns: int, ip: packets.Ip, *pieces: packets.Buffer, interface: int = 0, snap: int | None = None
    ) -> FrameNumber:
        """Write an IP packet in a frame of the interface's link type.

        Args:
            t_ns: its time.
            ip: whose addresses the link addresses are made from.
            pieces: the packet from its IP header on, in pieces.
            interface: index of the interface.
            snap: bytes of the frame that are kept; all when None.
        """
        length = sum(map(len, pieces))
        if self._interfaces[interface].link_type == ETHERNET:
            link = packets.ethernet_header(ip.source, ip.destination)
            padding = bytes(max(packets.SMALLEST_FRAME - len(link) - length, 0))
            pieces = (link, *pieces, padding)
            length += len(link) + len(padding)
        if snap is not None and snap < length:
            pieces = (b"".join(pieces)[:snap],)
        return self._pieces(t_ns, interface, length, *pieces)

    def connect(
        self,
        t_ns: int,
        client: Endpoint,
        server: Endpoint,
        *,
        mss: int = MSS,
        handshake: bool = True,
        interface: int = 0,
        first_seq: tuple[int, int] | None = None,
        snap: int | None = None,
    ) -> SyntheticConnection:
        """Open a TCP connection.

        Args:
            t_ns: time of the SYN; the handshake takes `synthetic.STEP_NS` a step.
            client: the originator.
            server: the responder; of the same IP version.
            mss: most bytes of data in a segment.
            handshake: write SYN, SYN/ACK and ACK; otherwise the capture starts in the middle of the connection.
            interface: index of the interface.
            first_seq: initial sequence numbers of client and server; made from the endpoints when None.
            snap: bytes of each frame that are kept; all when None.
        """
        return SyntheticConnection(
            self,
            t_ns,
            client,
            server,
            mss=mss,
            handshake=handshake,
            interface=interface,
            first_seq=first_seq,
            snap=snap,
        )

    def refuse(
        self, t_ns: int, client: Endpoint, server: Endpoint, *, answered: bool = True, interface: int = 0
    ) -> SyntheticConnection:
        """A SYN that is answered by a reset, or not `answered` and repeated after 1 and 3 seconds."""
        connection = SyntheticConnection(
            self, t_ns, client, server, mss=MSS, handshake=False, interface=interface, first_seq=None, snap=None
        )
        connection.ask(t_ns)
        if answered:
            connection.decline(t_ns)
        else:
            connection.ask(t_ns + 1_000_000_000)
            connection.ask(t_ns + 3_000_000_000)
        return connection

    def datagram(
        self,
        t_ns: int,
        source: Endpoint,
        destination: Endpoint,
        data: bytes,
        *,
        interface: int = 0,
        mtu: int | None = None,
        snap: int | None = None,
    ) -> FrameNumber:
        """A UDP datagram to one receiver or a group.

        Args:
            t_ns: its time.
            source: the sender.
            destination: the receiver; of the same IP version.
            data: at most 65,507 bytes.
            interface: index of the interface.
            mtu: largest IP packet of the link; a larger one is written in fragments. None: no bound.
            snap: bytes of each frame that are kept; all when None.

        Returns:
            the number of its last frame.
        """
        self._identification += 1
        whole = packets.udp_datagram(source, destination, data)
        ip = packets.Ip(source.address, destination.address, packets.UDP, self._identification)
        number = FrameNumber(self.frames)
        for each in ip.fragments(whole, mtu or _NO_MTU):
            number = self.packet(t_ns, ip, each, interface=interface, snap=snap)
        return number

    def _write(self, block: bytes) -> None:
        self._file.write(block)
        self._file.flush()
