"""WSD0: what the capture itself lacks. Nobody's conversation is accused here."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Objection, Severity
from wsdtrace.check.rule import Alike, Verdict, rule
from wsdtrace.check.show import exchange_lines, frame_line, is_cut_short, subject
from wsdtrace.records import Abandoned, Keys, MessageEnd, Stamp
from wsdtrace.state.events import (
    CaptureEnded,
    ConnectionSettled,
    ExchangeEnded,
    FramesLost,
    LimitReached,
    SourceDamaged,
    TimeWentBack,
)
from wsdtrace.state.model import Connection


def _carries(event: ConnectionSettled) -> bool:
    return event.connection.carries_wsd


def _is_odd(event: ConnectionSettled) -> bool:
    """The capture does not hold all of the connection: the trace of every rule about what is missing."""
    connection = event.connection
    return bool(connection.gaps or connection.one_sided or not connection.handshake or connection.snapped is not None)


def _ends(connection: Connection) -> str:
    return f"{connection.originator} ↔ {connection.responder}"


@rule(
    "WSD001",
    "frames-truncated",
    Severity.WARNING,
    on=ConnectionSettled,
    trace_of=_is_odd,
    when=_carries,
    fault_of=FaultOf.CAPTURE,
    source="libpcap snap length",
)
def frames_truncated(event: ConnectionSettled) -> Iterator[Verdict]:
    """Frames of a WSD connection were cut by the snap length.

    Why:
        The capture program was told to keep only the beginning of each frame (`tcpdump -s`). What is missing
        cannot be judged; record again with `-s 0`.

    Bad:
        tcp: snap 1200
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    cut = event.connection.snapped
    if cut is not None:
        yield Objection(
            "frames of WSD connections were cut by the snap length; what they held is missing",
            (frame_line(cut, "first cut frame", _ends(event.connection)),),
            time_ns=cut.time_ns,
        )


@rule(
    "WSD002",
    "segments-missing",
    Severity.WARNING,
    on=ConnectionSettled,
    trace_of=_is_odd,
    when=lambda event: event.connection.carries_wsd and event.connection.snapped is None,
    fault_of=FaultOf.CAPTURE,
    source="RFC 9293 §3.4",
)
def segments_missing(event: ConnectionSettled) -> Iterator[Verdict]:
    """A stream that carries WSD has a hole that was never filled.

    Why:
        Bytes that the peers exchanged are not in the capture: the capturing machine dropped frames, or stood
        where not all of them pass. Claims about what did not happen are inconclusive around a hole.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        tcp: gap 100
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    connection = event.connection
    if connection.gaps and connection.first_gap is not None:
        yield Objection(
            f"{connection.missing_bytes or 'some'} bytes are missing from {connection.gaps} places of a WSD connection",
            (frame_line(connection.first_gap, "first hole", _ends(connection)),),
            fold="hole",
            time_ns=connection.first_gap.time_ns,
        )


@rule(
    "WSD003",
    "starts-mid-connection",
    Severity.INFO,
    on=ConnectionSettled,
    trace_of=_is_odd,
    fault_of=FaultOf.CAPTURE,
    source="RFC 9293 §3.5",
)
def starts_mid_connection(event: ConnectionSettled) -> Iterator[Verdict]:
    """Neither SYN nor SYN/ACK of a connection that carries WSD is in the capture.

    Why:
        The capture began after the connection did. What was said before is unknown, a job may have begun there.

    Bad:
        tcp: no handshake
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    connection = event.connection
    if not connection.handshake and not connection.one_sided:
        yield Objection(
            "the capture starts in the middle of a WSD connection",
            (frame_line(connection.first, "first frame", _ends(connection)),),
            time_ns=connection.first.time_ns,
        )


@rule(
    "WSD004",
    "one-sided",
    Severity.WARNING,
    on=ConnectionSettled,
    trace_of=_is_odd,
    when=_carries,
    fault_of=FaultOf.CAPTURE,
    source="RFC 9293 §3.4",
)
def one_sided(event: ConnectionSettled) -> Iterator[Verdict]:
    """Only one direction of a WSD connection was captured.

    Why:
        A mirror port that copies one direction, or asymmetric routes. Whether a request was answered cannot be
        known, so no rule about answers says anything here.

    Bad:
        tcp: only requests
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    connection = event.connection
    if connection.one_sided:
        yield Objection(
            "only one direction of a WSD connection was captured",
            (frame_line(connection.first, "first frame", _ends(connection)),),
            time_ns=connection.first.time_ns,
        )


@rule(
    "WSD005",
    "ends-mid-exchange",
    Severity.INFO,
    on=ExchangeEnded,
    trace_of=is_cut_short,
    when=lambda event: event.exchange.is_wsd,
    fault_of=FaultOf.CAPTURE,
    alike=Alike.TRACE,
    source="derived",
)
def ends_mid_exchange(event: ExchangeEnded) -> Iterator[Verdict]:
    """The capture ends while a request waits for its answer, or in the middle of a message.

    Why:
        What came after the last frame is unknown; the exchange is neither answered nor unanswered.

    Bad:
        GetScannerElements -> nothing
        end

    Good:
        GetScannerElements -> ok
    """
    exchange = event.exchange
    response = exchange.response
    cut = response is not None and response.http is not None and response.http.ended is MessageEnd.CUT_CAPTURE
    if exchange.abandoned is Abandoned.CAPTURE_END or cut:
        what = "its answer is incomplete" if cut else "its answer is still to come"
        yield Objection(f"{subject(exchange)}: the capture ends while {what}", exchange_lines(exchange))


KEYS = {
    Keys.NONE: (
        "unreadable without keys",
        "a key log: --tls-keylog FILE (with tshark, pip install 'wsdtrace[tshark]')",
    ),
    Keys.IN_FILE: ("its keys are in the file, unused", "tshark, and pip install 'wsdtrace[tshark]'"),
    Keys.USED: ("which these keys do not open", "a key log of these very connections"),
}
"""What is said of TLS, and what is expected, by where its keys are."""


@rule(
    "WSD006",
    "encrypted",
    Severity.WARNING,
    on=CaptureEnded,
    when=lambda event: bool(event.encrypted),
    fault_of=FaultOf.CAPTURE,
    source="RFC 8446 §5",
)
def encrypted(event: CaptureEnded) -> Iterator[Verdict]:
    """Connections carry TLS that cannot be read without keys.

    Why:
        A scanner that offers https hides the conversation from the capture. With a key log of the client
        (SSLKEYLOGFILE) it can be read: `--tls-keylog FILE`, or keys that Wireshark put into the capture
        (editcap --inject-secrets tls,FILE). It takes tshark and the extra: pip install 'wsdtrace[tshark]', apt
        install tshark. A warning where the endpoint is known as WSD or nothing else of WSD can be read; else
        worth knowing.

    Bad:
        TLS -> ok

    Good:
        GetScannerElements -> ok
    """
    known = [
        c
        for c in event.encrypted
        if any((e.address, e.port) in event.wsd_endpoints for e in (c.originator, c.responder))
    ]
    shown = known or list(event.encrypted)
    count = len(shown)
    whose = "to a known WSD endpoint" if known else "and no readable WSD beside it"
    serious = bool(known) or not event.wsd_seen
    if not serious:
        whose = "beside the WSD traffic"
    found, wanted = KEYS[event.keys]
    yield Objection(
        f"{count} connection{'s' if count != 1 else ''} {whose}: TLS, {found}".replace("  ", " "),
        tuple(frame_line(c.first, "TLS", _ends(c)) for c in shown[:4]),
        severity=Severity.WARNING if serious else Severity.INFO,
        expected=wanted,
        time_ns=shown[0].first.time_ns,
    )


def _place(stamp: Stamp) -> Stamp:
    return Stamp(max(stamp.number, 1), stamp.time_ns, stamp.kind)


@rule(
    "WSD007",
    "file-damaged",
    Severity.WARNING,
    on=SourceDamaged,
    fault_of=FaultOf.CAPTURE,
    source="draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng",
)
def file_damaged(event: SourceDamaged) -> Iterator[Verdict]:
    """The capture file is cut short or holds an invalid block.

    Why:
        The capture program was stopped hard, a disk was full, or a transfer was cut. What could be read was read
        and judged; what followed the damage is unknown.

    Bad:
        GetScannerElements -> ok
        file: cut 20

    Good:
        GetScannerElements -> ok
    """
    yield Objection(
        f"the capture file is damaged: {event.anomaly.detail}"[:200],
        (frame_line(_place(event.stamp), "last frame read", event.anomaly.detail),),
        fold=event.anomaly.kind,
    )


@rule(
    "WSD008",
    "limit-reached",
    Severity.WARNING,
    on=LimitReached,
    fault_of=FaultOf.CAPTURE,
    source="docs/limits.md",
)
def limit_reached(event: LimitReached) -> Iterator[Verdict]:
    """One of wsdtrace's own bounds dropped data.

    Why:
        Memory is bounded whatever a capture holds. The bound that was met is named; what it dropped is missing
        from the verdict.

    Bad:
        GetScannerElements -> ok
        > raw POST /scan HTTP/1.1\\r\\nX-Long: <300000 x a>
        GetScannerElements -> close

    Good:
        GetScannerElements -> ok
    """
    where = () if event.connection is None else (_ends(event.connection),)
    yield Objection(
        f"a bound was reached: {event.anomaly.detail}"[:200],
        (frame_line(_place(event.stamp), "bound reached", " ".join(where)),),
        fold=event.anomaly.kind,
    )


@rule(
    "WSD009",
    "time-backwards",
    Severity.INFO,
    on=TimeWentBack,
    fault_of=FaultOf.CAPTURE,
    source="derived",
)
def time_backwards(event: TimeWentBack) -> Iterator[Verdict]:
    """Frames are more than 1 s older than ones before them.

    Why:
        The clock was set, or captures of several machines were merged. Durations across such a step prove
        nothing.

    Bad:
        GetScannerElements -> ok
        wait -5s
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
        wait 5s
        GetScannerElements -> ok
    """
    yield Objection(
        f"capture time runs backwards: {event.anomaly.detail}"[:200],
        (frame_line(_place(event.stamp), "older frame", event.anomaly.detail),),
        fold="backwards",
    )


@rule(
    "WSD010",
    "frames-lost",
    Severity.WARNING,
    on=FramesLost,
    fault_of=FaultOf.CAPTURE,
    source="draft-ietf-opsawg-pcapng §4.6",
)
def frames_lost(event: FramesLost) -> Iterator[Verdict]:
    """The capture program says that it could not keep up.

    Why:
        Frames passed that are not in the file: the recording machine or its disk was too slow. A hole in a
        connection shows itself (WSD002); a lost datagram does not, so what seems unanswered may have been answered.
        Record with a filter, or with a larger buffer (`tcpdump -B`, `dumpcap -B`).

    Bad:
        GetScannerElements -> ok
        file: lost 12

    Good:
        GetScannerElements -> ok
    """
    yield Objection(
        f"the capture is not complete: {event.anomaly.detail}"[:200],
        (frame_line(_place(event.stamp), "last frame", event.anomaly.detail),),
    )
