"""Bytes of contents are given away as they pass, the same ones as a second reading finds."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from tests.http.talk import Talk, chunked, get, joined, ok, pieces, post, run, scattered, stamp
from tests.http.test_bulk import NOISE
from tests.http.test_multipart import IMAGE, ROOT, TYPE, body, part, root
from tests.http.test_reread import refs
from wsdtrace.http import HttpRoom, read_content
from wsdtrace.http.content import WHOLE
from wsdtrace.http.taker import TakenPieces, Taker
from wsdtrace.records import ConnectionId, Direction, Extents, NetEvent

Key = tuple[ConnectionId, Direction, int, int]


class Took:
    """Keeps what it is given, and whether it heard of the end."""

    def __init__(self) -> None:
        self.data = b""
        self.ends = 0

    def take(self, data: bytes, low: int, high: int) -> None:
        assert not self.ends
        self.data += data[low:high]

    def skim(self, extents: Extents, low: int, high: int) -> None:
        assert not self.ends
        self.data += extents.join(low, high)

    def end(self) -> None:
        self.ends += 1


def taken(events: Iterable[NetEvent]) -> dict[Key, bytes]:
    """What is given away, when everything is wanted."""
    took: dict[Key, Took] = {}

    def tap(connection: ConnectionId, direction: Direction, start: int, part: int) -> Taker:
        return took.setdefault((connection, direction, start, part), Took())

    room = HttpRoom(taps=tap)
    for event in events:
        room.feed(event)
    room.close(stamp(10**6))
    assert {one.ends for one in took.values() if one.data} == {1}
    return {key: one.data for key, one in took.items() if one.data}


CONTENT = body(root(), part(IMAGE))
RESPONSES = [
    pytest.param(ok(CONTENT, TYPE), [ROOT, IMAGE], id="multipart"),
    pytest.param(chunked(CONTENT, 100, TYPE), [ROOT, IMAGE], id="multipart in chunks"),
    pytest.param(ok(body(root(), part(NOISE), part(IMAGE)), TYPE), [ROOT, NOISE, IMAGE], id="multipart, long"),
    pytest.param(ok(CONTENT[:-50], TYPE)[:-20], [ROOT, IMAGE[:-40]], id="multipart cut in its image"),
]


@pytest.mark.parametrize(("response", "contents"), RESPONSES)
def test_parts_are_given_away_as_they_pass(response: bytes, contents: list[bytes]) -> None:
    talk = Talk().client(get()).server(response[:77], response[77:]).end()
    parts = {index: data for (_, _, _, index), data in taken(talk.events).items() if index != WHOLE}
    assert parts == dict(enumerate(contents))
    ways = [joined(talk.events), pieces(talk.events, 97), scattered(talk.events, random.Random(1))]
    assert [taken(way) for way in ways] == [taken(talk.events)] * 3


def test_what_is_given_away_is_what_is_read_again() -> None:
    response = ok(body(root(), part(NOISE)), TYPE)
    at = response.index(NOISE)
    talk = Talk().client(post(CONTENT, TYPE)).server(response[: at + 9000]).server_gap(20).server(response[at + 9020 :])
    talk.client(get()).server(ok(IMAGE, b"Content-Type: image/jpeg")).end()
    took = taken(talk.events)
    again = {
        (exchange.connection, ref.direction, ref.message_start, ref.part): b"".join(read_content(talk.events, ref))
        for exchange in run(talk.events).exchanges
        for ref in refs(exchange)
    }
    assert len(again) == 5
    assert {key: took[key] for key in again} == again


def test_the_pieces_of_one_part_are_taken_and_no_others() -> None:
    pieces = TakenPieces(1)
    taker = pieces.tap(0, 1)
    assert taker is not None
    assert pieces.tap(0, 0) is None
    taker.take(b"..abc.", 2, 5)
    assert pieces.taken() == [b"abc"]
    assert pieces.taken() == []
