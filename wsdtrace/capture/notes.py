"""Notes in a record: frames that no host sent, by which the proxy says what only it can know.

A note is a packet of LINKTYPE_WIRESHARK_UPPER_PDU, which Wireshark shows as lines of text under the protocol
`wsdtrace`; its text is one line for people, then JSON for programs. The same line is the packet's comment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final

import numpy as np

from wsdtrace.capture.writer import PcapngWriter
from wsdtrace.dataclass import dataclass
from wsdtrace.records import FrameBatch

NOTE_LINK: Final = 252
"""LINKTYPE_WIRESHARK_UPPER_PDU (https://www.tcpdump.org/linktypes.html)."""
_DISSECTOR: Final = b"data-text-lines"
_TAG_DISSECTOR, _TAG_PROTOCOL_COLUMN, _TAG_END = 12, 33, 0
"""Tags of Wireshark's exported PDUs (epan/exported_pdu.h)."""


def _tag(number: int, value: bytes) -> bytes:
    padded = value + b"\0" * (-len(value) % 4)
    return number.to_bytes(2) + len(padded).to_bytes(2) + padded


HEAD: Final = _tag(_TAG_DISSECTOR, _DISSECTOR) + _tag(_TAG_PROTOCOL_COLUMN, b"wsdtrace") + _tag(_TAG_END, b"")


@dataclass(frozen=True, slots=True)
class Note:
    """Something that only the proxy knows."""

    kind: str
    """`end`, `finding`, `rewritten`, `injected`, `answered` …"""
    text: str
    """One line for people."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """JSON for programs."""


def write_note(writer: PcapngWriter, t_ns: int, note: Note, *, interface: int) -> None:
    """Write a note as the next frame."""
    line = " ".join(note.text.splitlines())
    facts = json.dumps({"wsdtrace": 1, "note": note.kind, **note.facts}, ensure_ascii=True)
    writer.comment(line)
    writer.frame(t_ns, HEAD + f"{line}\n{facts}\n".encode("utf-8", "replace"), interface=interface)


def notes_of(batch: FrameBatch) -> Iterator[dict[str, object]]:
    """The facts of all notes of a batch, in order."""
    rows = np.flatnonzero(batch.link_type == NOTE_LINK)
    for row in rows.tolist():
        start = int(batch.offset[row])
        found = read_note(bytes(batch.buffer[start : start + int(batch.captured_len[row])]))
        if found is not None:
            yield found


def read_note(frame: bytes) -> dict[str, object] | None:
    """The facts of a frame that `write_note` made; None for any other. Never raises."""
    if not frame.startswith(HEAD):
        return None
    lines = frame[len(HEAD) :].split(b"\n")
    try:
        found = json.loads(lines[1])
    except (IndexError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("wsdtrace") == 1 else None
