"""Tables of what was said: exchanges and messages."""

from __future__ import annotations

from wsdtrace.explore.tables.columns import Column, Kind, Table
from wsdtrace.explore.tables.source import Exchanges, Messages
from wsdtrace.records import LocatorKind

FRAME = LocatorKind.FRAME

EXCHANGES = Table(
    "exchanges",
    "a request and what answered it",
    Exchanges,
    (
        Column("exchange", Kind.INT, "its id, 1-based", lambda s: [x.id for x in s.rows]),
        Column("transport", Kind.TEXT, "`http` or `udp`", lambda s: [x.transport.value for x in s.rows]),
        Column("operation", Kind.TEXT, "absent where it cannot be told", lambda s: [x.operation for x in s.rows]),
        Column(
            "action",
            Kind.TEXT,
            "Action of the request, else of the response",
            lambda s: [
                r.action if r is not None and r.action else None if a is None else a.action
                for r, a in zip(s.requests, s.responses, strict=True)
            ],
        ),
        Column(
            "message_id",
            Kind.TEXT,
            "MessageID of the request",
            lambda s: [None if r is None else r.message_id for r in s.requests],
        ),
        Column(
            "relates_to",
            Kind.TEXT,
            "RelatesTo of the response",
            lambda s: [None if r is None else r.relates_to for r in s.responses],
        ),
        Column(
            "direction",
            Kind.TEXT,
            "who sent the request: `client→device` or `device→client`",
            lambda s: [x.toward.value for x in s.rows],
        ),
        Column(
            "client",
            Kind.INT,
            "",
            lambda s: [None if x.client is None else x.client.id for x in s.rows],
            "clients.client",
        ),
        Column(
            "device",
            Kind.INT,
            "",
            lambda s: [None if x.device is None else x.device.id for x in s.rows],
            "devices.device",
        ),
        Column("job", Kind.INT, "the job that it is about", lambda s: s.jobs([x.job for x in s.rows]), "jobs.job"),
        Column(
            "connection",
            Kind.INT,
            "TCP connection, 0-based in order of first frames",
            lambda s: [x.connection for x in s.rows],
        ),
        Column(
            "copy_of",
            Kind.INT,
            "the outer leg, where a proxy forwarded it",
            lambda s: [None if x.copy_of is None else x.copy_of.id for x in s.rows],
            "exchanges.exchange",
        ),
        Column(
            "resend_of",
            Kind.INT,
            "an earlier one with the same MessageID",
            lambda s: [None if x.resend_of is None else x.resend_of.id for x in s.rows],
            "exchanges.exchange",
        ),
        Column(
            "request_time",
            Kind.TIME,
            "first byte of the request",
            lambda s: [None if r is None else r.first.time_ns for r in s.requests],
        ),
        Column(
            "response_time",
            Kind.TIME,
            "last byte of the response",
            lambda s: [None if r is None else r.last.time_ns for r in s.responses],
        ),
        Column(
            "first_byte_s",
            Kind.FLOAT,
            "from the last byte of the request to the first byte of the response",
            lambda s: [
                None if r is None or a is None else (a.first.time_ns - r.last.time_ns) / 1e9
                for r, a in zip(s.requests, s.responses, strict=True)
            ],
        ),
        Column(
            "latency_s",
            Kind.FLOAT,
            "from the last byte of the request to the last byte of the response",
            lambda s: [
                None if r is None or a is None else (a.last.time_ns - r.last.time_ns) / 1e9
                for r, a in zip(s.requests, s.responses, strict=True)
            ],
        ),
        Column(
            "request_bytes",
            Kind.INT,
            "content of the request",
            lambda s: [None if r is None else r.content_bytes for r in s.requests],
        ),
        Column(
            "response_bytes",
            Kind.INT,
            "content of the response",
            lambda s: [None if r is None else r.content_bytes for r in s.responses],
        ),
        Column(
            "http_status",
            Kind.INT,
            "as the status line says, also where the content is incomplete",
            lambda s: [None if r is None else r.status for r in s.responses],
        ),
        Column(
            "request_complete",
            Kind.BOOL,
            "every byte of it is in the capture",
            lambda s: [None if r is None else r.complete for r in s.requests],
        ),
        Column(
            "response_complete",
            Kind.BOOL,
            "every byte of it is in the capture",
            lambda s: [None if r is None else r.complete for r in s.responses],
        ),
        Column(
            "fault_code",
            Kind.TEXT,
            "local name: `Sender`, `Receiver` …",
            lambda s: [None if f is None else f.code for f in s.faults],
        ),
        Column(
            "fault_subcode",
            Kind.TEXT,
            "local name: `ClientErrorNoImagesAvailable` …",
            lambda s: [None if f is None else f.subcode for f in s.faults],
        ),
        Column(
            "fault_reason",
            Kind.TEXT,
            "for a person",
            lambda s: [None if f is None else f.reason for f in s.faults],
            said=True,
        ),
        Column("images", Kind.INT, "pages that it brought", lambda s: [len(x.images) for x in s.rows]),
        Column("answers", Kind.INT, "over UDP: how many", lambda s: [len(x.answers) for x in s.rows]),
        Column(
            "repeats", Kind.INT, "over UDP: further copies of the request", lambda s: [len(x.repeats) for x in s.rows]
        ),
        Column(
            "first_frame",
            Kind.INT,
            "of the request, else of the response; as Wireshark counts",
            lambda s: [
                m.first.number if (m := r or a) is not None and m.first.kind is FRAME else None
                for r, a in zip(s.requests, s.responses, strict=True)
            ],
        ),
        Column(
            "last_frame",
            Kind.INT,
            "of the response, else of the request",
            lambda s: [
                m.last.number if (m := a or r) is not None and m.last.kind is FRAME else None
                for r, a in zip(s.requests, s.responses, strict=True)
            ],
        ),
        Column(
            "anomalies",
            Kind.TEXT,
            "kinds of what is odd about it, separated by blanks",
            lambda s: [" ".join(x.anomalies) if x.anomalies else None for x in s.rows],
        ),
    ),
)

MESSAGES = Table(
    "messages",
    "one message: a request or an answer",
    Messages,
    (
        Column("exchange", Kind.INT, "", lambda s: [x.exchange.id for x in s.rows], "exchanges.exchange"),
        Column("number", Kind.INT, "0 for the request, 1 for the (first) answer", lambda s: [x.number for x in s.rows]),
        Column("role", Kind.TEXT, "`request` or `response`", lambda s: [m.role.value for m in s.messages]),
        Column("operation", Kind.TEXT, "of its exchange", lambda s: [x.exchange.operation for x in s.rows]),
        Column(
            "element",
            Kind.TEXT,
            "local name of what stands in its Body",
            lambda s: ["Fault" if m.fault is not None else m.body_local for m in s.messages],
        ),
        Column("action", Kind.TEXT, "", lambda s: [m.action for m in s.messages]),
        Column("message_id", Kind.TEXT, "", lambda s: [m.message_id for m in s.messages]),
        Column("relates_to", Kind.TEXT, "", lambda s: [m.relates_to for m in s.messages]),
        Column(
            "job",
            Kind.INT,
            "the job that its exchange is about",
            lambda s: s.jobs([x.exchange.job for x in s.rows]),
            "jobs.job",
        ),
        Column("sender", Kind.TEXT, "address and port", lambda s: [str(m.sender) for m in s.messages]),
        Column("receiver", Kind.TEXT, "address and port", lambda s: [str(m.receiver) for m in s.messages]),
        Column("first_time", Kind.TIME, "its first byte", lambda s: [m.first.time_ns for m in s.messages]),
        Column("last_time", Kind.TIME, "its last byte", lambda s: [m.last.time_ns for m in s.messages]),
        Column(
            "first_frame",
            Kind.INT,
            "",
            lambda s: [m.first.number if m.first.kind is FRAME else None for m in s.messages],
        ),
        Column(
            "last_frame", Kind.INT, "", lambda s: [m.last.number if m.last.kind is FRAME else None for m in s.messages]
        ),
        Column("content_bytes", Kind.INT, "length of its content", lambda s: [m.content_bytes for m in s.messages]),
        Column("complete", Kind.BOOL, "every byte of it is in the capture", lambda s: [m.complete for m in s.messages]),
        Column("http_status", Kind.INT, "of a response", lambda s: [m.status for m in s.messages]),
        Column(
            "fault_subcode",
            Kind.TEXT,
            "local name",
            lambda s: [None if m.fault is None else m.fault.subcode for m in s.messages],
        ),
    ),
)
