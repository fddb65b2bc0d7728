"""What is held of a content, and what streams through."""

from tests.http.talk import FRAME_NS, Talk, chunk, chunked, get, hear, kinds, ok, stamp
from wsdtrace.http import HttpAnomaly, HttpLimits
from wsdtrace.http.content import WHOLE, Closing, HeldSink, SinkContext
from wsdtrace.http.limits import Budget
from wsdtrace.http.meter import Meter, View
from wsdtrace.records import ContentPiece, ContentRef, Direction, HttpMessage

IMAGE = bytes(range(256)) * 20


def response(data: bytes, *, limits: HttpLimits | None = None, segments: int = 4) -> HttpMessage:
    step = len(data) // segments + 1
    talk = Talk().client(get()).server(*[data[at : at + step] for at in range(0, len(data), step)])
    return hear(talk.end(), limits=limits, digests=True).response


def test_a_text_is_held() -> None:
    message = response(ok(b"<a/>" * 100, b"Content-Type: text/xml"))
    assert message.content.data == b"<a/>" * 100
    assert message.content.probe is None
    assert message.content.ref is None
    assert message.content.media_type == "text/xml"


def test_an_unlabelled_content_is_held() -> None:
    assert response(ok(b"<a/>")).content.data == b"<a/>"
    assert response(ok(b"<a/>")).content.media_type is None


def test_an_image_streams_through() -> None:
    data = ok(IMAGE, b"Content-Type: image/jpeg")
    message = response(data)
    assert message.content.data is None
    assert message.content.probe is not None
    assert message.content.probe.length == message.content.length == len(IMAGE)
    assert message.content.probe.head == message.content.probe.tail == IMAGE
    ref = message.content.ref
    assert ref is not None
    assert (ref.part, ref.length, ref.message_start, ref.message_end) == (WHOLE, len(IMAGE), 0, len(data))
    assert (ref.file_start, ref.file_end) == (3000, 6000)
    assert ref.direction is Direction.FROM_RESPONDER


def test_an_image_keeps_the_frames_of_its_header_section_and_last_byte() -> None:
    message = response(ok(IMAGE, b"Content-Type: image/jpeg"), segments=10)
    assert message.index is not None
    assert message.index.frame.tolist() == [3, 12]


def test_a_text_keeps_all_its_frames() -> None:
    message = response(ok(IMAGE, b"Content-Type: text/xml"), segments=10)
    assert message.index is not None
    assert message.index.frame.tolist() == list(range(3, 13))


def test_a_content_over_its_bound_keeps_its_beginning() -> None:
    message = response(ok(IMAGE, b"Content-Type: text/xml"), limits=HttpLimits(held_content=1000))
    assert message.content.data == IMAGE[:1000]
    assert message.content.length == len(IMAGE)
    assert message.content.probe is not None
    assert message.content.probe.length == len(IMAGE)
    assert message.content.ref is not None
    assert kinds(message) == [HttpAnomaly.LIMIT]


def test_other_contents_have_a_bound_of_their_own() -> None:
    message = response(ok(IMAGE, b"Content-Type: text/html"), limits=HttpLimits(held_other=1000))
    assert message.content.data == IMAGE[:1000]
    assert message.content.length == len(IMAGE)


def test_a_content_of_known_length_is_one_piece() -> None:
    data = ok(IMAGE, b"Content-Type: image/jpeg")
    assert response(data).content.pieces == (ContentPiece(0, data.index(IMAGE), len(IMAGE)),)


def test_a_chunked_content_is_as_many_pieces_as_chunks() -> None:
    data = chunked(b"0123456789", 4)
    pieces = response(data).content.pieces
    assert [(piece.content_start, piece.length) for piece in pieces] == [(0, 4), (4, 4), (8, 2)]
    assert b"".join(data[piece.stream_start :][: piece.length] for piece in pieces) == b"0123456789"


def test_more_chunks_than_the_bound_are_said() -> None:
    message = response(chunked(b"0123456789", 1), limits=HttpLimits(pieces=4))
    assert len(message.content.pieces) == 4
    assert message.content.data == b"0123456789"
    assert kinds(message) == [HttpAnomaly.LIMIT]


def test_a_chunked_image_keeps_no_pieces_and_has_no_bound_of_them() -> None:
    data = chunked(IMAGE, 10, b"Content-Type: image/jpeg")
    message = response(data, limits=HttpLimits(pieces=4))
    assert message.content.pieces == ()
    assert kinds(message) == []


def context(**changes: object) -> SinkContext:
    view = View(chunk(Direction.FROM_ORIGINATOR, 0, b"x", 1))
    return SinkContext(HttpLimits(), Budget(100), Meter(view, 0), digests=None, anomalies=[], tap=None)


def closing() -> Closing:
    def no_ref(part: int, length: int) -> ContentRef:
        raise AssertionError((part, length))

    return Closing(True, stamp(1), stamp(FRAME_NS), no_ref)


def test_a_content_in_one_piece_is_not_copied() -> None:
    sink = HeldSink(context(), 1000)
    data = b"x" * 50
    sink.feed(data, 0, 50, None)
    assert sink.finish(closing()).data is data


def test_probes_are_charged_too() -> None:
    one = context()
    probe = one.begin_probe()
    assert one.charged == 100
    assert [anomaly.kind for anomaly in one.anomalies] == [HttpAnomaly.LIMIT]
    probe.feed(bytes(range(200)), 0, 200)
    assert (probe.probe().head, probe.probe().tail) == (bytes(range(50)), bytes(range(150, 200)))


def test_bytes_are_charged_to_the_message() -> None:
    one = context()
    sink = HeldSink(one, 1000)
    sink.feed(b"x" * 50, 0, 50, None)
    sink.feed(b"x" * 70, 0, 70, None)
    assert one.charged == 100
    assert sink.held() == b"x" * 100
    assert sink.end().length == 120
