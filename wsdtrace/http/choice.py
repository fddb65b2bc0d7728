"""Which sink takes a content: decided once, when the header section is complete."""

from __future__ import annotations

from typing import NamedTuple

from wsdtrace.http.anomalies import FOUND_MAX, HttpAnomaly
from wsdtrace.http.coding import DEFLATE, GZIP, DecodingSink
from wsdtrace.http.content import HeldSink, ProbeSink, Sink, SinkContext
from wsdtrace.http.head import Head
from wsdtrace.http.media import Parameters, is_bulk, is_xml, parse_media_type
from wsdtrace.http.multipart import MultipartSink
from wsdtrace.records import Anomaly


class Label(NamedTuple):
    """What Content-Type says."""

    media_type: str | None
    """None when there is none, or it cannot be read."""
    parameters: Parameters


NO_LABEL = Label(None, ())


def read_label(head: Head) -> Label:
    """What the first Content-Type of a header section says."""
    value = head.value("content-type")
    return Label(*parse_media_type(value)) if value is not None else NO_LABEL


def choose_sink(head: Head, label: Label, context: SinkContext) -> tuple[Sink, str | None]:
    """The sink for a message's content, and the content coding that it removes."""
    media_type, parameters = label
    if media_type is None and "content-type" in head.known:
        value, span = head.known["content-type"][0]
        context.anomalies.append(Anomaly(HttpAnomaly.MIME_TYPE, value[:FOUND_MAX], span))
    sink: Sink
    coding = _coding(head, context)
    if coding is _UNREADABLE:
        return HeldSink(context, context.limits.held_other), None
    if media_type is not None and media_type.startswith("multipart/"):
        sink = MultipartSink(context, media_type, parameters)
    elif is_bulk(media_type):
        sink = ProbeSink(context)
    elif media_type is None or is_xml(media_type):
        sink = HeldSink(context, context.limits.held_content)
    else:
        sink = HeldSink(context, context.limits.held_other)
    return (DecodingSink(context, coding, sink), coding) if coding is not None else (sink, None)


_UNREADABLE = "unreadable"


def _coding(head: Head, context: SinkContext) -> str | None:
    """The one content coding to remove; None when there is none, `_UNREADABLE` when it is none that we know."""
    values = head.known.get("content-encoding")
    if not values:
        return None
    names = [name.strip(" \t").lower() for value, _ in values for name in value.split(",")]
    names = [name for name in names if name and name != "identity"]
    if not names:
        return None
    if len(names) == 1 and (names[0] in GZIP or names[0] in DEFLATE):
        return names[0]
    context.anomalies.append(Anomaly(HttpAnomaly.CONTENT_CODING_UNKNOWN, ", ".join(names)[:FOUND_MAX], values[0][1]))
    return _UNREADABLE
