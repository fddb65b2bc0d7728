"""Tables of what was said: exchanges and messages."""

from __future__ import annotations

from wsdtrace.explore.tables.columns import Column, Kind, Table
from wsdtrace.explore.tables.source import Exchanges, Messages, each, lengths, numbers, truths
from wsdtrace.records import LocatorKind

FRAME = LocatorKind.FRAME

EXCHANGES = Table(
    "exchanges",
    "a request and what answered it",
    Exchanges,
    (
        Column("exchange", Kind.INT, "its id, 1-based", lambda s: numbers(s.rows, "id")),
        Column("transport", Kind.TEXT, "`http` or `udp`", "transport._value_"),
        Column("operation", Kind.TEXT, "absent where it cannot be told", "operation"),
        Column("action", Kind.TEXT, "Action of the request, else of the response", lambda s: s.actions),
        Column("message_id", Kind.TEXT, "MessageID of the request", lambda s: each(s.requests, "message_id")),
        Column("relates_to", Kind.TEXT, "RelatesTo of the response", lambda s: each(s.responses, "relates_to")),
        Column("direction", Kind.TEXT, "who sent the request: `client→device` or `device→client`", "toward._value_"),
        Column("client", Kind.INT, "", lambda s: numbers(s.rows, "client.id"), "clients.client"),
        Column("device", Kind.INT, "", lambda s: numbers(s.rows, "device.id"), "devices.device"),
        Column("job", Kind.INT, "the job that it is about", lambda s: s.jobs(each(s.rows, "job")), "jobs.job"),
        Column("connection", Kind.INT, "TCP connection, 0-based in order of first frames", "connection"),
        Column("copy_of", Kind.INT, "the outer leg, where a proxy forwarded it", "copy_of.id", "exchanges.exchange"),
        Column("resend_of", Kind.INT, "an earlier one with the same MessageID", "resend_of.id", "exchanges.exchange"),
        Column("request_time", Kind.TIME, "first byte of the request", lambda s: s.requested),
        Column("start_s", Kind.FLOAT, "from the start of the capture to its first byte", lambda s: s.start_s),
        Column("response_time", Kind.TIME, "last byte of the response", lambda s: s.ended),
        Column(
            "first_byte_s",
            Kind.FLOAT,
            "from the last byte of the request to the first byte of the response",
            lambda s: s.since_asked(s.answered),
        ),
        Column(
            "latency_s",
            Kind.FLOAT,
            "from the last byte of the request to the last byte of the response",
            lambda s: s.since_asked(s.ended),
        ),
        Column(
            "rtt_s",
            Kind.FLOAT,
            "to the server and back, by the handshake of its connection",
            lambda s: s.path_seconds("rtt_ns"),
        ),
        Column(
            "retransmitted_bytes",
            Kind.INT,
            "sent again while it lasted, in either direction",
            lambda s: each(s.paths, "retransmitted_bytes"),
        ),
        Column(
            "zero_window_s",
            Kind.FLOAT,
            "how long a peer could take nothing more",
            lambda s: s.path_seconds("zero_window_ns"),
        ),
        Column("request_bytes", Kind.INT, "content of the request", lambda s: numbers(s.requests, "content_bytes")),
        Column("response_bytes", Kind.INT, "content of the response", lambda s: numbers(s.responses, "content_bytes")),
        Column(
            "http_status",
            Kind.INT,
            "as the status line says, also where the content is incomplete",
            lambda s: numbers(s.responses, "status"),
        ),
        Column(
            "request_complete",
            Kind.BOOL,
            "every byte of it is in the capture",
            lambda s: truths(s.requests, "complete"),
        ),
        Column(
            "response_complete",
            Kind.BOOL,
            "every byte of it is in the capture",
            lambda s: truths(s.responses, "complete"),
        ),
        Column("fault_code", Kind.TEXT, "local name: `Sender`, `Receiver` …", lambda s: s.of_fault("code")),
        Column(
            "fault_subcode", Kind.TEXT, "local name: `ClientErrorNoImagesAvailable` …", lambda s: s.of_fault("subcode")
        ),
        Column("fault_reason", Kind.TEXT, "for a person", lambda s: s.of_fault("reason"), said=True),
        Column("images", Kind.INT, "pages that it brought", lambda s: lengths(s.rows, "images")),
        Column("answers", Kind.INT, "over UDP: how many", lambda s: lengths(s.rows, "answers")),
        Column("repeats", Kind.INT, "over UDP: further copies of the request", lambda s: lengths(s.rows, "repeats")),
        Column(
            "first_frame",
            Kind.INT,
            "of the request, else of the response; as Wireshark counts",
            lambda s: s.frames("first"),
        ),
        Column("last_frame", Kind.INT, "of the response, else of the request", lambda s: s.frames("last")),
        Column(
            "anomalies",
            Kind.TEXT,
            "kinds of what is odd about it, separated by blanks",
            lambda s: [" ".join(kinds) if kinds else None for kinds in each(s.rows, "anomalies")],
        ),
    ),
)

MESSAGES = Table(
    "messages",
    "one message: a request or an answer",
    Messages,
    (
        Column("exchange", Kind.INT, "", "exchange.id", "exchanges.exchange"),
        Column("number", Kind.INT, "0 for the request, 1 for the (first) answer", "number"),
        Column("role", Kind.TEXT, "`request` or `response`", "message.role.value"),
        Column("operation", Kind.TEXT, "of its exchange", "exchange.operation"),
        Column(
            "element",
            Kind.TEXT,
            "local name of what stands in its Body",
            lambda s: ["Fault" if m.fault is not None else m.body_local for m in s.messages],
        ),
        Column("action", Kind.TEXT, "", "message.action"),
        Column("message_id", Kind.TEXT, "", "message.message_id"),
        Column("relates_to", Kind.TEXT, "", "message.relates_to"),
        Column(
            "job",
            Kind.INT,
            "the job that its exchange is about",
            lambda s: s.jobs([x.exchange.job for x in s.rows]),
            "jobs.job",
        ),
        Column("sender", Kind.TEXT, "address and port", lambda s: [str(m.sender) for m in s.messages]),
        Column("receiver", Kind.TEXT, "address and port", lambda s: [str(m.receiver) for m in s.messages]),
        Column("first_time", Kind.TIME, "its first byte", "message.first.time_ns"),
        Column("last_time", Kind.TIME, "its last byte", "message.last.time_ns"),
        Column(
            "first_frame",
            Kind.INT,
            "",
            lambda s: [m.first.number if m.first.kind is FRAME else None for m in s.messages],
        ),
        Column(
            "last_frame", Kind.INT, "", lambda s: [m.last.number if m.last.kind is FRAME else None for m in s.messages]
        ),
        Column("content_bytes", Kind.INT, "length of its content", "message.content_bytes"),
        Column("complete", Kind.BOOL, "every byte of it is in the capture", "message.complete"),
        Column("http_status", Kind.INT, "of a response", "message.status"),
        Column("fault_subcode", Kind.TEXT, "local name", "message.fault.subcode"),
    ),
)
