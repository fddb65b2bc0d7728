"""What was read once can be read again, as it was."""

from __future__ import annotations

from tests.shared import CAPTURES
from wsdtrace.capture import Through, open_capture
from wsdtrace.net import LINK_TYPES
from wsdtrace.pipeline import check_file
from wsdtrace.records import StreamChunk
from wsdtrace.report.again import events_again, transfer


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
