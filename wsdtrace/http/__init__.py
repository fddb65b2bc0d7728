"""HTTP/1.x, read passively: net events in, exchanges out. Sans-IO, tolerant, resynchronising; keeps offsets."""

from wsdtrace.http.anomalies import FORBIDDEN, MIME_BOUNDARY, HttpAnomaly
from wsdtrace.http.exchange import HttpOutput
from wsdtrace.http.limits import HttpLimits
from wsdtrace.http.media import parse_media_type
from wsdtrace.http.parts import root_part
from wsdtrace.http.recorded import RecordRoom, read_recorded_content
from wsdtrace.http.reread import ContentReader, read_content, read_message
from wsdtrace.http.room import HttpRoom
from wsdtrace.http.taker import Taker, Taps

__all__ = [
    "FORBIDDEN",
    "MIME_BOUNDARY",
    "ContentReader",
    "HttpAnomaly",
    "HttpLimits",
    "HttpOutput",
    "HttpRoom",
    "RecordRoom",
    "Taker",
    "Taps",
    "parse_media_type",
    "read_content",
    "read_message",
    "read_recorded_content",
    "root_part",
]
