"""Which sink takes a content: decided once, when the header section is complete."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from wsdtrace.http.anomalies import FOUND_MAX, HttpAnomaly
from wsdtrace.http.coding import DEFLATE, GZIP, DecodingSink
from wsdtrace.http.content import HeldSink, ProbeSink, Sink, SinkContext
from wsdtrace.http.head import Head
from wsdtrace.http.limits import HttpLimits
from wsdtrace.http.media import CACHED, CACHED_LENGTH, Parameters, is_bulk, is_xml, parse_media_type
from wsdtrace.http.multipart import MultipartSink
from wsdtrace.records import Anomaly


class Label(NamedTuple):
    """What Content-Type says."""

    media_type: str | None
    """None when there is none, or it cannot be read."""
    parameters: Parameters


NO_LABEL = Label(None, ())


def label_of(value: str) -> Label:
    """What a value of Content-Type says."""
    return _remembered(value) if len(value) <= CACHED_LENGTH else Label(*parse_media_type(value))


@lru_cache(CACHED)
def _remembered(value: str) -> Label:
    return Label(*parse_media_type(value))


def read_label(head: Head) -> Label:
    """What the first Content-Type of a header section says."""
    value = head.value("content-type")
    return label_of(value) if value is not None else NO_LABEL


def held_bound(media_type: str | None, limits: HttpLimits) -> int | None:
    """How many bytes of a content with that label are held; None when it is no text that is held."""
    if media_type is None or is_xml(media_type):
        return limits.held_content
    return None if is_bulk(media_type) or media_type.startswith("multipart/") else limits.held_other


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
    bound = held_bound(media_type, context.limits)
    if bound is not None:
        sink = HeldSink(context, bound)
    elif media_type is not None and media_type.startswith("multipart/"):
        sink = MultipartSink(context, media_type, parameters)
    else:
        sink = ProbeSink(context)
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
