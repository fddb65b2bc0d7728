"""What was read once can be read again, as it was."""

from __future__ import annotations

from tests.http.talk import Talk, get, ok, run, stamp
from tests.shared import CAPTURES
from wsdtrace.capture import Through, open_capture
from wsdtrace.net import LINK_TYPES
from wsdtrace.pipeline import check_file
from wsdtrace.records import StreamChunk
from wsdtrace.report.again import _ended_at, events_again, transfer
from wsdtrace.state.message import Role
from wsdtrace.state.reading import read_http


def test_the_place_of_an_image_gives_its_bytes_and_times() -> None:
    path = CAPTURES / "adf-3-pages/capture.pcap"
    ref = check_file(str(path)).images[0].ref
    assert ref is not None
    with open_capture(path) as capture:
        list(capture.batches())
        source = Through(capture, LINK_TYPES, None)
        chunks = [event for event in events_again(source, ref) if isinstance(event, StreamChunk)]
        assert sum(len(chunk.data) for chunk in chunks) >= ref.length
        assert transfer(source, ref) is not None


def test_a_message_that_ends_later_than_its_bytes_is_read_as_it_is() -> None:
    http = run(Talk().client(get()).server(ok(b"<s:Envelope/>", b"Content-Type: text/xml")).end().events).response
    later = _ended_at(http, stamp(99))
    assert (later.last, later.first, later.fields, later.content) == (stamp(99), http.first, http.fields, http.content)
    read, other = read_http(later, Role.RESPONSE), read_http(http, Role.RESPONSE)
    assert read.last == stamp(99)
    assert (read.xml, read.complete, read.status) == (other.xml, other.complete, other.status)
