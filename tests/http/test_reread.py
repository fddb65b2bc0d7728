"""A content read again from its reference is the content: parts, whole contents, codings, holes, recordings."""

import gzip
import hashlib
import json
from collections.abc import Iterator

import pytest

from tests.http.talk import Talk, chunked, get, joined, ok, pieces, post, run
from tests.http.test_multipart import IMAGE, ROOT, TYPE, body, part, root
from tests.shared import needs_shared, shared_path
from wsdtrace.capture import open_capture
from wsdtrace.http import ContentReader, HttpRoom, read_content, read_message
from wsdtrace.net import Net
from wsdtrace.records import (
    ContentRef,
    Direction,
    HttpEvent,
    HttpEventKind,
    HttpExchange,
    HttpMessage,
    MessageEnd,
    NetEvent,
    StreamChunk,
)

CONTENT = body(root(), part(IMAGE))


def refs(exchange: HttpExchange) -> Iterator[ContentRef]:
    """References of all contents of an exchange."""
    for message in (exchange.request, exchange.response):
        if message is not None:
            yield from (one.ref for one in message.content.parts if one.ref is not None)
            if message.content.ref is not None:
                yield message.content.ref


def again(events: list[NetEvent], ref: ContentRef) -> bytes:
    """The content, from the same events in three cuts."""
    ways = [list(events), list(joined(events)), list(pieces(events, 61))]
    whole, *others = [b"".join(read_content(way, ref)) for way in ways]
    assert others == [whole] * 2
    return whole


RESPONSES = [
    pytest.param(ok(CONTENT, TYPE), [ROOT, IMAGE], id="multipart"),
    pytest.param(chunked(CONTENT, 100, TYPE), [ROOT, IMAGE], id="multipart in chunks"),
    pytest.param(b"HTTP/1.1 200 OK\r\n" + TYPE + b"\r\n\r\n" + CONTENT, [ROOT, IMAGE], id="multipart until close"),
    pytest.param(ok(gzip.compress(CONTENT), TYPE, b"Content-Encoding: gzip"), [ROOT, IMAGE], id="multipart under gzip"),
    pytest.param(ok(IMAGE, b"Content-Type: image/jpeg"), [IMAGE], id="image"),
    pytest.param(ok(CONTENT[:-50], TYPE)[:-20], [ROOT, IMAGE[:-40]], id="multipart cut in its image"),
]


@pytest.mark.parametrize(("response", "contents"), RESPONSES)
def test_a_content_is_read_again(response: bytes, contents: list[bytes]) -> None:
    talk = Talk().client(get(b"/before")).server(ok(b"before")).client(get()).server(response[:77], response[77:]).end()
    exchange = run(talk.events).exchanges[1]
    assert [len(again(talk.events, ref)) for ref in refs(exchange)] == [ref.length for ref in refs(exchange)]
    assert [again(talk.events, ref) for ref in refs(exchange)] == contents


def test_the_content_of_a_request_is_read_again() -> None:
    talk = Talk().client(get()).server(ok(b"x")).client(post(CONTENT, TYPE)).server(ok(b"")).end()
    exchange = run(talk.events).exchanges[1]
    assert [again(talk.events, ref) for ref in refs(exchange)] == [ROOT, IMAGE]


def test_a_content_with_a_hole_is_read_as_far_as_it_is_there() -> None:
    response = ok(CONTENT, TYPE)
    at = response.index(IMAGE)
    talk = Talk().client(get()).server(response[: at + 10]).server_gap(20).server(response[at + 30 :]).end()
    exchange = run(talk.events).exchanges[0]
    assert [again(talk.events, ref) for ref in refs(exchange)] == [ROOT, IMAGE[:10] + IMAGE[30:]]


def test_what_stands_behind_the_message_is_not_read() -> None:
    talk = Talk().client(get()).server(ok(IMAGE, b"Content-Type: image/jpeg")).client(get()).server(ok(b"x" * 100))
    exchange = run(talk.events).exchanges[0]
    (ref,) = refs(exchange)
    reader = ContentReader(ref)
    got = [b"".join(reader.feed(event)) for event in talk.events]
    assert b"".join(got) == IMAGE
    assert reader.close() == []
    assert got[-1] == b""


def test_bytes_of_the_other_direction_are_not_read() -> None:
    talk = Talk().client(get()).server(ok(IMAGE, b"Content-Type: image/jpeg")).end()
    (ref,) = refs(run(talk.events).exchanges[0])
    only = [event for event in talk.events if isinstance(event, StreamChunk) and event.direction is not ref.direction]
    assert b"".join(read_content(only, ref)) == b""


@pytest.mark.parametrize(("response", "contents"), RESPONSES)
def test_a_whole_message_is_read_again(response: bytes, contents: list[bytes]) -> None:
    talk = Talk().client(get(b"/before")).server(ok(b"before")).client(get()).server(response[:77], response[77:]).end()
    exchange = run(talk.events).exchanges[1]
    for message in (exchange.request, exchange.response):
        assert message is not None
        for way in (list(talk.events), list(joined(talk.events)), list(pieces(talk.events, 61))):
            again = read_message(way, place(message), message.connection, whole=message.complete)
            assert again is not None
            assert (again.start, again.fields, again.content.data) == (
                message.start, message.fields, message.content.data,
            )  # fmt: skip
            assert [part.probe for part in again.content.parts] == [part.probe for part in message.content.parts]
            assert (again.stream_start, again.first, again.complete) == (
                message.stream_start, message.first, message.complete,
            )  # fmt: skip


def place(message: HttpMessage) -> ContentRef:
    ends = (message.sender, message.receiver)
    originator, responder = ends if message.direction is Direction.FROM_ORIGINATOR else ends[::-1]
    return ContentRef(
        originator, responder, message.direction, message.stream_start, message.stream_end, message.base_seq,
        message.file_start, message.file_end, -1, message.content.length,
    )  # fmt: skip


def test_an_answer_to_head_is_read_again_without_content() -> None:
    talk = Talk().client(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
    talk = talk.client(get()).server(ok(b"x")).end()
    message = run(talk.events).exchanges[0].response
    assert message is not None
    again = read_message(talk.events, place(message), message.connection, method="HEAD")
    assert again is not None
    assert again.ended is MessageEnd.NO_CONTENT


def test_where_nothing_is_there_is_no_message() -> None:
    talk = Talk().client(get()).server(ok(b"x")).end()
    message = run(talk.events).exchanges[0].response
    assert message is not None
    assert read_message([], place(message), message.connection) is None


TRUTH = "data/captures/TRUTH.json"


def recordings() -> list[str]:
    path = shared_path(TRUTH)
    return sorted(json.loads(path.read_text())) if path.exists() else []


@needs_shared
@pytest.mark.parametrize("name", [name for name in recordings() if shared_path(f"data/captures/{name}.pcap").exists()])
def test_images_of_a_recording_are_those_that_its_client_saved(name: str) -> None:
    if name == "https_keylog":
        pytest.skip("the recording is encrypted")
    truth = json.loads(shared_path(TRUTH).read_text())[name]
    streamed: list[str] = []
    reread: list[str] = []
    with open_capture(str(shared_path(f"data/captures/{name}.pcap"))) as source:
        net, room = Net(), HttpRoom(digests=True)
        events = [event for batch in source.batches() for event in net.feed(batch)] + net.close()
        ended = [
            out.exchange
            for event in events
            for out in room.feed(event)
            if isinstance(out, HttpEvent) and out.kind is HttpEventKind.ENDED
        ]
        for exchange in ended:
            for one in exchange.response.content.parts[1:] if exchange.response is not None else ():
                assert one.ref is not None
                streamed.append(one.probe.sha256 or "")
                window = Net.resume(
                    one.ref.originator, one.ref.responder, one.ref.direction, one.ref.base_seq, one.ref.message_start
                )
                again_events = [
                    event
                    for batch in source.window(one.ref.file_start, one.ref.file_end + 1)
                    for event in window.feed(batch)
                ]
                content = b"".join(read_content([*again_events, *window.close()], one.ref))
                reread.append(hashlib.sha256(content).hexdigest())
    copies = 2 if name.startswith("mitm_") else 1
    assert sorted(streamed) == sorted([page["sha256"] for page in truth] * copies)
    assert reread == streamed
