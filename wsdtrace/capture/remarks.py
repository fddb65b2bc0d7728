"""What pcapng says beside its packets: decryption secrets, comments, and how many frames the recorder lost.

Theory of operation: one `Remarks` goes along with the reader of the first pass. Statistics are running totals, so the
last block of an interface counts; an interface without any has the sum of what its packets tell was lost before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Final

from wsdtrace.capture.anomalies import CaptureAnomaly, file_anomaly
from wsdtrace.dataclass import dataclass
from wsdtrace.records import Anomaly

MAX_SECRETS: Final = 16 * 1024 * 1024
"""Bytes of decryption secrets of one source that are kept: 100,000 TLS sessions."""
MAX_COMMENTS: Final = 1000
"""Comments of one source that are kept; people write a handful."""

TLS_KEY_LOG: Final = 0x544C534B
"""Kind of secrets: the text of a TLS key log (SSLKEYLOGFILE), pcapng §4.7."""

COMMENT: Final = 1
"""opt_comment, of every block (§3.5)."""
_END: Final = 0
_EPB_DROPPED: Final = 4
_ISB_INTERFACE_DROPPED, _ISB_SYSTEM_DROPPED = 5, 7
_UNKNOWN_COUNT: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Secrets:
    """One Decryption Secrets Block."""

    kind: int
    """Its type, such as `TLS_KEY_LOG`."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Comment:
    """Words that somebody left in the file."""

    number: int | None
    """1-based number of the frame they stand on; None: the capture or an interface as a whole."""
    text: str


class Remarks:
    """Gathers the remarks of one source."""

    def __init__(self) -> None:
        self.secrets: list[Secrets] = []
        self.comments: list[Comment] = []
        self.comments_left_out = 0
        """Comments beyond `MAX_COMMENTS`."""
        self._secret_bytes = 0
        self._secrets_full = False
        self._told: dict[int, int] = {}
        """Interface (counted over the source, so at most 65,536) → frames lost, by its last statistics."""
        self._counted: dict[int, int] = {}
        """Interface → frames lost, by the sum over its packets."""

    @property
    def lost(self) -> int:
        """Frames that the recorder saw and could not keep, as far as the file tells."""
        return sum((self._counted | self._told).values())

    def secret(self, body: bytes, sign: str) -> None:
        """Read a Decryption Secrets Block (§4.7); one that is cut gives nothing."""
        if len(body) < 8:
            return
        kind, length = Struct(sign + "II").unpack_from(body)
        data = body[8 : 8 + length]
        if len(data) < length:
            return
        if self._secret_bytes + length > MAX_SECRETS:
            self._secrets_full = True
            return
        self._secret_bytes += length
        self.secrets.append(Secrets(kind, data))

    def texts(self, options: bytes, sign: str, number: int | None = None) -> None:
        """Keep the comments of a block's options."""
        for code, value in each_option(options, sign):
            if code == COMMENT:
                self._comment(number, value)

    def packet(self, options: bytes, sign: str, number: int, interface: int) -> None:
        """Read the options of an Enhanced Packet Block (§4.3)."""
        for code, value in each_option(options, sign):
            if code == COMMENT:
                self._comment(number, value)
            elif code == _EPB_DROPPED and len(value) == 8:
                self.count_lost(interface, _number(value, sign))

    def count_lost(self, interface: int, lost: int) -> None:
        """A packet tells that so many before it are missing."""
        if lost and lost != _UNKNOWN_COUNT:
            self._counted[interface] = self._counted.get(interface, 0) + lost

    def statistics(self, options: bytes, sign: str, interface: int) -> None:
        """Read the options of an Interface Statistics Block (§4.6)."""
        dropped = [
            _number(value, sign)
            for code, value in each_option(options, sign)
            if code in (_ISB_INTERFACE_DROPPED, _ISB_SYSTEM_DROPPED) and len(value) == 8
        ]
        known = [count for count in dropped if count != _UNKNOWN_COUNT]
        if known:
            self._told[interface] = sum(known)

    def closing(self, position: int) -> tuple[Anomaly, ...]:
        """What is to be told when the source has ended at byte `position`."""
        told = []
        if self.lost:
            detail = f"{self.lost} frames were lost while recording, its statistics say"
            told.append(file_anomaly(CaptureAnomaly.FRAMES_LOST, detail, position, position))
        if self._secrets_full:
            detail = f"decryption secrets beyond {MAX_SECRETS} bytes were left out"
            told.append(file_anomaly(CaptureAnomaly.LIMIT_REACHED, detail, position, position))
        if self.comments_left_out:
            detail = f"{self.comments_left_out} comments beyond {MAX_COMMENTS} were left out"
            told.append(file_anomaly(CaptureAnomaly.LIMIT_REACHED, detail, position, position))
        return tuple(told)

    def _comment(self, number: int | None, value: bytes) -> None:
        text = value.rstrip(b"\0").decode("utf-8", "replace")
        if not text:
            return
        if len(self.comments) < MAX_COMMENTS:
            self.comments.append(Comment(number, text))
        else:
            self.comments_left_out += 1


def each_option(options: bytes, sign: str) -> Iterator[tuple[int, bytes]]:
    """Code and value of each option (§3.5); a list that is cut ends where it is cut.

    Args:
        options: what follows the fixed fields of a block.
        sign: byte order of the section, as `struct` writes it.
    """
    header, position, end = Struct(sign + "HH"), 0, len(options)
    while position + 4 <= end:
        code, length = header.unpack_from(options, position)
        position += 4
        if code == _END or position + length > end:
            return
        yield code, options[position : position + length]
        position += length + (-length % 4)


def _number(value: bytes, sign: str) -> int:
    return int.from_bytes(value, "big" if sign == ">" else "little")
