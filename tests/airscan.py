"""Traces in the words of sane-airscan, for tests: the lines of its log and the files of its archive, as its source has
them (airscan-trace.c and airscan-log.c of release 0.99.37)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

URL = "http://192.0.2.20:5357/scan"
SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
BOUNDARY = "b0-b0-b0-b0"
PAGE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
"""Begins like a JPEG, and has every byte in it."""


def envelope(operation: str, body: str, *, message_id: str = "urn:uuid:1", relates_to: str | None = None) -> str:
    """A printed envelope: two blanks a level, one element a line."""
    relates = f"    <wsa:RelatesTo>{relates_to}</wsa:RelatesTo>\n" if relates_to else ""
    return (
        f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:wsa="{ADDRESSING}" xmlns:sca="{SCAN}">\n  <soap:Header>\n'
        f"    <wsa:MessageID>{message_id}</wsa:MessageID>\n{relates}    <wsa:To>{URL}</wsa:To>\n"
        f"    <wsa:Action>{SCAN}/{operation}</wsa:Action>\n  </soap:Header>\n  <soap:Body>\n{body}  </soap:Body>\n"
        "</soap:Envelope>\n"
    )


def said(time: str, text: str, name: str = "Test") -> str:
    """A message: `00:00:00.001: Test: …`."""
    return f"{time}: {name}: {text}\n"


def asked(time: str, size: int = 500, url: str = URL) -> str:
    """The messages of a query until its request is sent."""
    lines = (
        f"HTTP POST {url}",
        "HTTP using timeout: 20000 ms",
        "HTTP trying 192.0.2.20:5357",
        f"HTTP {size} bytes sent",
    )
    return "".join(said(time, line) for line in (*lines, "HTTP done request sending"))


def got(time: str, status: int = 200, url: str = URL) -> str:
    """The messages of a response that comes."""
    return said(time, "HTTP 99 bytes received") + said(time, f"HTTP POST {url}: got response headers ({status})")


def dump(request: str, response: str, url: str = URL, kind: str = "application/soap+xml", length: int = 300) -> str:
    """A query that is over; `response` is all from `Status:` or `Error:` on."""
    head = f"Content-Type: {kind}\nHost: 192.0.2.20:5357\nContent-Length: {length}\n\n"
    return f"{'=' * 30}\nPOST {url}\n{head}{request}\n{response}"


def answer(body: str, status: str = "200 OK", kind: str = "application/soap+xml", length: int | None = 321) -> str:
    """A response with a text."""
    announced = "" if length is None else f"Content-Length: {length}\n"
    return f"Status: {status}\nServer: Test/1\nContent-Type: {kind}\n{announced}\n{body}\n"


def multipart(root: str, page: bytes = PAGE) -> bytes:
    """A RetrieveImageResponse as it was on the wire."""
    cut = f"--{BOUNDARY}\r\n".encode()
    return (
        cut + b"Content-Type: application/xop+xml\r\nContent-ID: <root@x>\r\n\r\n" + root.encode() + b"\r\n"
        + cut + b"Content-Type: image/jpeg\r\nContent-ID: <page@x>\r\n\r\n" + page + f"\r\n--{BOUNDARY}--\r\n".encode()
    )  # fmt: skip


def page_answer(root: str, size: int, page: bytes = PAGE) -> str:
    """The response of RetrieveImage: two names of files, and the parts."""
    kind = f'multipart/related; type="application/xop+xml"; boundary="{BOUNDARY}"; start="<root@x>"'
    return (
        f"Status: 200 OK\nContent-Type: {kind}\nContent-Length: {size}\n\n"
        f"{size} bytes of data saved as 00000000.dat\n\n"
        f"===== Part 0 =====\nContent-Type: application/xop+xml\n{root}\n"
        f"===== Part 1 =====\nContent-Type: image/jpeg\n{len(page)} bytes of data saved as 00000001.jpeg\n\n"
    )


def archive(files: Iterable[tuple[str, bytes]], *, end: bool = True) -> bytes:
    """A ustar archive as the driver writes it."""
    out = b""
    for name, data in files:
        header = bytearray(512)
        header[: len(name)] = name.encode()
        header[100:103], header[108:109], header[116:117] = b"644", b"0", b"0"
        size = f"{len(data):o}".encode()
        header[124 : 124 + len(size)] = size
        header[136:137], header[156:157] = b"0", b"0"
        header[257:262], header[263:265] = b"ustar", b"00"
        header[148:156] = b" " * 8
        header[148:155] = f"{sum(header):06o}\0".encode()
        out += bytes(header) + data + b"\0" * (-len(data) % 512)
    return out + (b"\0" * 1024 if end else b"")


GRANTED = "    <sca:CreateScanJobResponse>\n      <sca:JobId>1</sca:JobId>\n      <sca:JobToken>t</sca:JobToken>\n    </sca:CreateScanJobResponse>\n"  # noqa: E501
RETRIEVE = "    <sca:RetrieveImageRequest>\n      <sca:JobId>1</sca:JobId>\n      <sca:JobToken>t</sca:JobToken>\n    </sca:RetrieveImageRequest>\n"  # noqa: E501
INCLUDE = '    <sca:RetrieveImageResponse>\n      <sca:ScanData>\n        <xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:page@x"/>\n      </sca:ScanData>\n    </sca:RetrieveImageResponse>\n'  # noqa: E501


def scan_log() -> str:
    """A job and its one page."""
    create = envelope("CreateScanJob", "    <sca:CreateScanJobRequest/>\n", message_id="urn:uuid:a")
    created = envelope("CreateScanJobResponse", GRANTED, message_id="urn:uuid:b", relates_to="urn:uuid:a")
    retrieve = envelope("RetrieveImage", RETRIEVE, message_id="urn:uuid:c")
    retrieved = envelope("RetrieveImageResponse", INCLUDE, message_id="urn:uuid:d", relates_to="urn:uuid:c")
    return (
        said("00:00:00.000", "device created") + asked("00:00:00.010") + got("00:00:00.020")
        + said("00:00:00.020", f"HTTP POST {URL}: 200 OK") + dump(create, answer(created))
        + said("00:00:00.020", f"HTTP POST {URL}: OK")
        + asked("00:00:00.030") + got("00:00:01.000") + said("00:00:02.000", f"HTTP POST {URL}: 200 OK")
        + dump(retrieve, page_answer(retrieved, len(multipart(retrieved))))
        + said("00:00:02.000", "DEVICE_STM_SCANNING->DEVICE_STM_DONE")
    )  # fmt: skip


def scan_files() -> list[tuple[str, bytes]]:
    """The files of its archive."""
    retrieved = envelope("RetrieveImageResponse", INCLUDE, message_id="urn:uuid:d", relates_to="urn:uuid:c")
    return [("00000000.dat", multipart(retrieved)), ("00000001.jpeg", PAGE)]


def write_trace(
    folder: Path, log: str, files: Iterable[tuple[str, bytes]] | None = (), name: str = "scan-Test"
) -> Path:
    """Put a log and its archive (None: without) into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.log").write_bytes(log.encode("utf-8", "surrogateescape"))
    if files is not None:
        (folder / f"{name}.tar").write_bytes(archive(files))
    return folder
