"""One body part of a multipart content: its headers, what is kept of its body, which is the root (RFC 2387)."""

from __future__ import annotations

from wsdtrace.http.anomalies import HttpAnomaly, found, odd
from wsdtrace.http.content import Closing, HeldSink, ProbeSink, SinkContext, StampOf
from wsdtrace.http.head import parse_fields
from wsdtrace.http.media import is_bulk, is_xml, parameter, parse_media_type
from wsdtrace.records import Anomaly, Content, Extents, FieldLine, Part, Probe, Space, Stamp


def bare_id(value: str) -> str:
    """A Content-ID without white space and angle brackets (the documentation's sample has a space before `>`)."""
    return value.strip().removeprefix("<").removesuffix(">").strip()


def root_part(content: Content) -> Part | None:
    """The root part: the one that `start` names, else the first (RFC 2387 §3.2)."""
    start = parameter(content.parameters, "start")
    if start is not None:
        wanted = bare_id(start)
        for part in content.parts:
            if part.content_id == wanted:
                return part
    return content.parts[0] if content.parts else None


def read_part_head(section: bytes, at: int, fields_max: int) -> tuple[tuple[FieldLine, ...], list[Anomaly]]:
    """The header lines of a part, and what is odd about them in MIME's words (a fold is allowed there).

    Args:
        section: the lines, up to and with the empty one.
        at: content offset of its first byte.
        fields_max: field lines that are kept.
    """
    odds: list[Anomaly] = []
    fields, _ = parse_fields(section, 0, at, odds, fields_max=fields_max, space=Space.CONTENT)
    return fields, [Anomaly(_MIME_KIND.get(one.kind, HttpAnomaly.PART_HEAD_LINE), one.detail, one.span) for one in odds]


_MIME_KIND: dict[str, HttpAnomaly] = {
    HttpAnomaly.BARE_LF: HttpAnomaly.MIME_LINE_ENDS,
    HttpAnomaly.LIMIT: HttpAnomaly.LIMIT,
}


class OpenPart:
    """A part that goes on."""

    __slots__ = (
        "_complete", "_content_type", "_data", "_fields", "_first", "_held", "_index", "_last", "_missing", "_probe",
        "_sink", "content_id", "content_start", "length",
    )  # fmt: skip

    def __init__(
        self, index: int, fields: tuple[FieldLine, ...], content_start: int, start: str | None, context: SinkContext
    ) -> None:
        """Open part `index`, whose body begins at content offset `content_start`; `start` is the root's Content-ID."""
        self._index = index
        self._fields = fields
        self.content_start = content_start
        values = {line.name.lower(): line.value for line in reversed(fields)}
        content_id = values.get("content-id")
        self.content_id = bare_id(content_id) if content_id is not None else None
        self._content_type = values.get("content-type")
        self._first: Stamp | None = None
        self._last: Stamp | None = None
        self.length = 0
        self._missing = 0
        media_type = parse_media_type(self._content_type)[0] if self._content_type is not None else None
        is_named = start is not None and self.content_id == start
        self._held: HeldSink | None = None
        if is_named or is_xml(media_type) or (index == 0 and not is_bulk(media_type)):
            self._held = HeldSink(context, context.limits.held_content, index)
        self._sink: HeldSink | ProbeSink = self._held or ProbeSink(context, index)
        self._complete = False
        self._probe: Probe
        self._data: bytes | None = None

    @property
    def is_held(self) -> bool:
        """It may be the root: its bytes are held."""
        return self._held is not None

    def feed(self, data: bytes, low: int, high: int, first: Stamp | None, last: Stamp | None) -> None:
        """Take `data[low:high]` of its body, brought by frames `first` to `last`."""
        if self._first is None:
            self._first = first
        self._last = last
        self.length += high - low
        self._sink.feed(data, low, high, None)

    def skim(self, extents: Extents, low: int, high: int, stamp: StampOf) -> None:
        """Take bytes `low:high` of its body where they lie; it is not held."""
        self._sink.skim(extents, low, high, stamp)
        if self._first is None:
            self._first = stamp(low)
        self._last = stamp(high - 1)
        self.length += high - low

    def gap(self, count: int) -> None:
        """Bytes of its body are missing."""
        self._missing += count
        self._sink.gap(count)

    def seal(self, *, complete: bool) -> None:
        """Nothing more of it will come; `complete`: its closing delimiter was seen."""
        self._complete = complete and not self._missing
        self._probe = self._sink.end()
        self._data = self._held.held() if self._held is not None else None

    def part(self, closing: Closing) -> Part:
        """The part as it was read."""
        probe = self._probe
        return Part(
            index=self._index,
            fields=self._fields,
            content_id=self.content_id,
            content_type=self._content_type,
            data=self._data,
            probe=probe,
            ref=closing.ref(self._index, probe.length),
            complete=self._complete,
            content_start=self.content_start,
            first=self._first or closing.first,
            last=self._last or closing.last,
        )


def judge_root(parts: tuple[Part, ...], start: str | None) -> list[Anomaly]:
    """RFC 2387 §3.2: `start` names the root part; XOP clients expect it first."""
    if start is None or not parts or parts[0].content_id == start:
        return []
    named = next((part for part in parts if part.content_id == start), None)
    if named is None:
        return [odd(HttpAnomaly.ROOT_ABSENT, start[:64], parts[0].content_start, parts[0].content_start, Space.CONTENT)]
    return [odd(HttpAnomaly.ROOT_NOT_FIRST, start[:64], named.content_start, named.content_start, Space.CONTENT)]


def unterminated(section: bytes, at: int) -> Anomaly:
    """Part headers without the empty line that ends them."""
    return odd(HttpAnomaly.PART_HEAD_UNTERMINATED, found(section), at, at + len(section), Space.CONTENT)
