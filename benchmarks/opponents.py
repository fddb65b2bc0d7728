"""What people write today with Python's packet libraries, for comparison.

`python benchmarks/opponents.py {dpkt-images,scapy-images,pyshark-list} FILE FOLDER`

* `dpkt-images`: dpkt reads the frames, a dictionary of flows collects their bytes, `dpkt.http` reads the messages.
* `scapy-images`: `sniff(session=TCPSession)` with scapy's HTTP layer.
* `pyshark-list`: `FileCapture(display_filter="http")`, a line for each message.

Pages are saved as page-N.jpg in FOLDER. None of them knows anything of loss, reordering or SOAP.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


def save(content: bytes, content_type: str, folder: Path, number: int) -> int:
    """Save the parts of a multipart content but the first; the number of pages afterwards."""
    if "boundary=" not in content_type:
        return number
    boundary = content_type.split("boundary=", 1)[1].split(";", maxsplit=1)[0].strip('" ')
    for part in content.split(b"--" + boundary.encode())[2:-1]:
        _, _, image = part.partition(b"\r\n\r\n")
        number += 1
        (folder / f"page-{number}.jpg").write_bytes(image[:-2])
    return number


def dpkt_images(path: str, folder: Path) -> None:
    """A loop over frames with dpkt."""
    import dpkt  # type: ignore[import-untyped]  # it has no types  # noqa: PLC0415  # each opponent is loaded alone

    flows: dict[tuple[bytes, int, bytes, int], bytearray] = {}
    pages = 0
    with open(path, "rb") as file:
        for _, frame in dpkt.pcap.Reader(file):
            ip = dpkt.ethernet.Ethernet(frame).data
            tcp = ip.data
            if not isinstance(tcp, dpkt.tcp.TCP):
                continue
            key = (ip.src, tcp.sport, ip.dst, tcp.dport)
            if tcp.flags & dpkt.tcp.TH_SYN:
                flows[key] = bytearray()
            if tcp.data:
                flows.setdefault(key, bytearray()).extend(tcp.data)
            if tcp.flags & dpkt.tcp.TH_FIN:
                stream = bytes(flows.pop(key, b""))
                if stream.startswith(b"HTTP/"):
                    response = dpkt.http.Response(stream)
                    pages = save(response.body, response.headers.get("content-type", ""), folder, pages)


def scapy_images(path: str, folder: Path) -> None:
    """scapy's TCPSession."""
    from scapy.layers.http import HTTP, HTTPResponse  # noqa: PLC0415
    from scapy.layers.inet import TCP  # noqa: PLC0415
    from scapy.packet import Packet, bind_layers  # noqa: PLC0415
    from scapy.sendrecv import sniff  # noqa: PLC0415
    from scapy.sessions import TCPSession  # noqa: PLC0415

    pages = 0
    bind_layers(TCP, HTTP, sport=5357)  # scapy knows HTTP by its port
    bind_layers(TCP, HTTP, dport=5357)

    def each(packet: Packet) -> None:
        nonlocal pages
        if HTTPResponse in packet:
            response = packet[HTTPResponse]
            kind = (response.Content_Type or b"").decode("latin-1")
            pages = save(bytes(response.payload), kind, folder, pages)

    sniff(offline=path, session=TCPSession, prn=each, store=False, quiet=True)


def pyshark_list(path: str, _: Path) -> None:
    """pyshark's packets, one by one."""
    import pyshark  # noqa: PLC0415

    with pyshark.FileCapture(path, display_filter="http") as capture:
        for packet in capture:
            http = packet.http
            start = http.get("request_line") or http.get("response_line")
            print(packet.number, packet.tcp.stream, start, http.get("content_length_header"))


OPPONENTS: dict[str, Callable[[str, Path], None]] = {
    "dpkt-images": dpkt_images,
    "scapy-images": scapy_images,
    "pyshark-list": pyshark_list,
}


def main() -> None:
    """Command line."""
    if len(sys.argv) != 4 or sys.argv[1] not in OPPONENTS:
        sys.exit(__doc__)
    OPPONENTS[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))


if __name__ == "__main__":
    main()
