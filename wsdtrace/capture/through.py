"""What of a source goes through tshark, wherever it comes from: foreign link types, and the bytes of TLS.

The one place where a run of tshark begins and ends: a `Through` belongs to one reading of one source, its steps stand
before and behind the reassembly, and each of them begins when the first frame needs it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from wsdtrace.capture.linktypes import NO_LINK
from wsdtrace.capture.notes import NOTE_LINK
from wsdtrace.capture.remarks import TLS_KEY_LOG
from wsdtrace.closing import Closing
from wsdtrace.records import Anomaly, ContentRef, FrameBatch, Keys, NetEvent

if TYPE_CHECKING:
    from wsdtrace.capture.decryption import Decryption
    from wsdtrace.capture.foreign import Foreign
    from wsdtrace.capture.join import JoinedSource
    from wsdtrace.capture.source import CaptureSource

NOTHING_FOUND = "in which tshark finds no TCP and no UDP"
MISSING = "which takes tshark and pip install 'wsdtrace[tshark]'"


class Through(Closing):
    """The steps that tshark does for one source.

    Args:
        source: that is read.
        known: link types that are read without tshark.
        keylog: TLS keys (SSLKEYLOGFILE); None: those that stand in the capture.
    """

    def __init__(self, source: CaptureSource | JoinedSource, known: Collection[int], keylog: str | None) -> None:
        self._source = source
        self._known = {*known, NO_LINK, NOTE_LINK}
        self._keylog = keylog
        self._foreign: Foreign | None = None
        self._decryption: Decryption | None = None

    # -- before the reassembly

    def readable(self, batch: FrameBatch) -> FrameBatch:
        """The frames of a window, with raw IP for what only tshark can read.

        Raises:
            MissingExtra: a key log was given, and pyshark is not installed.
            CaptureError: as much, and tshark or the key log is not there.
        """
        if self._decryption is None and self._may_decrypt():
            from wsdtrace.capture.decryption import decrypt  # noqa: PLC0415  # few captures need it

            self._decryption = decrypt(self._keylog, lambda: self._source.remarks.secrets)
        if self._foreign is None and self._has_foreign() and is_there():
            self._foreign = self._begin_foreign()
        return batch if self._foreign is None else self._foreign.readable(batch)

    # -- behind it

    def decrypted(self, events: list[NetEvent], batch: FrameBatch) -> list[NetEvent]:
        """The events of that window, with decrypted bytes for encrypted ones."""
        return events if self._decryption is None else self._decryption.feed(events, batch)

    def ended(self, events: list[NetEvent]) -> list[NetEvent]:
        """The events of the end of the capture."""
        return events if self._decryption is None else self._decryption.end(events)

    # -- what came of it

    def closing(self) -> list[Anomaly]:
        """What is to be told when the capture has ended."""
        told = [] if self._decryption is None else self._decryption.closing()
        return told if self._foreign is None else told + self._foreign.closing()

    @property
    def keys(self) -> Keys:
        """What is known of the keys of encrypted connections."""
        if self._decryption is not None:
            return Keys.USED
        return Keys.IN_FILE if has_keys(self._source) else Keys.NONE

    @property
    def unread_links(self) -> list[str]:
        """Names of the link types that nothing could be read of, in order of appearance."""
        read = set() if self._foreign is None else self._foreign.read
        return [name for name, number in self._source.link_numbers.items() if number not in self._known | read]

    @property
    def unread_why(self) -> str:
        """Why not, as an end of a sentence."""
        return MISSING if self._foreign is None else NOTHING_FOUND

    # -- the second reading

    def window(self, file_start: int, file_end: int) -> Iterator[FrameBatch]:
        """A range of the source again; see `CaptureSource.window`."""
        return self._readable_again(self._source.window(file_start, file_end))

    def upto(self, number: int, *, ahead: int = 0) -> Iterator[FrameBatch]:
        """The frames up to one of them again; see `CaptureSource.upto`."""
        return self._readable_again(self._source.upto(number, ahead=ahead))

    def _readable_again(self, batches: Iterator[FrameBatch]) -> Iterator[FrameBatch]:
        """As `readable`, by a run of its own: the first one may be over."""
        if self._foreign is None:
            yield from batches
            return
        foreign = self._begin_foreign()
        try:
            for batch in batches:
                yield foreign.readable(batch)
        finally:
            foreign.tshark.close()

    def again(self, ref: ContentRef) -> Iterator[NetEvent] | None:
        """What brought a message that was decrypted; None where it was not."""
        return None if self._decryption is None or ref.base_seq >= 0 else self._decryption.again(ref)

    def close(self) -> None:
        """End every run; what was decrypted stays until nobody can ask for it."""
        if self._decryption is not None:
            self._decryption.close()
        if self._foreign is not None:
            self._foreign.tshark.close()

    def _may_decrypt(self) -> bool:
        """There are keys and, unless they were given, what it takes to use them."""
        return self._keylog is not None or (has_keys(self._source) and is_there())

    def _has_foreign(self) -> bool:
        return any(number not in self._known for number in self._source.link_numbers.values())

    def _begin_foreign(self) -> Foreign:
        from wsdtrace.capture.foreign import open_foreign  # noqa: PLC0415  # few captures need it

        return open_foreign(self._known)


def has_keys(source: CaptureSource | JoinedSource) -> bool:
    """TLS keys stand in what was read of the capture."""
    return any(one.kind == TLS_KEY_LOG for one in source.remarks.secrets)


def is_there() -> bool:
    """pyshark and tshark are installed."""
    from wsdtrace.capture.tshark import is_there as found  # noqa: PLC0415  # as above

    return found()
