"""A multipart/related content → its parts, as a plain client reads it (RFC 2046 §5.1); nothing is forgiven."""

from __future__ import annotations

import re

from wsdtrace.scanner.http import HttpMessage

MAX_PARTS = 1024
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


def read_parts(message: HttpMessage) -> list[tuple[str, bytes]]:
    """(media type, content) of each part, in order; what has no delimiter behind it is no part."""
    found = _BOUNDARY.search(message.get("Content-Type") or "")
    if found is None:
        return []
    delimiter = b"--" + found[1].strip().encode("latin-1")
    content = message.content
    if not content.startswith(delimiter):
        at = content.find(b"\r\n" + delimiter)
        if at < 0:
            return []
        content = content[at + 2 :]
    parts: list[tuple[str, bytes]] = []
    at = len(delimiter)
    while len(parts) < MAX_PARTS and content[at : at + 2] == b"\r\n":
        end = content.find(b"\r\n" + delimiter, at)
        if end < 0:
            break
        head, _, body = content[at:end].partition(b"\r\n\r\n")
        parts.append((_media_type(head.decode("latin-1")), body))
        at = end + 2 + len(delimiter)
    return parts


def _media_type(head: str) -> str:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-type":
            return value.strip()
    return ""
