"""A connection of either end: what is taken of it, and what is noted."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from wsdtrace.records import Direction
from wsdtrace.scanner.pipe import Gone, Pipe

FROM_SERVER = Direction.FROM_RESPONDER


class Notes:
    """A witness that keeps everything."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Direction, bytes]] = []

    def data(self, direction: Direction, data: bytes) -> None:
        self.seen.append(("data", direction, data))

    def end(self, direction: Direction) -> None:
        self.seen.append(("end", direction, b""))

    def reset(self, direction: Direction) -> None:
        self.seen.append(("reset", direction, b""))


async def both(serve: Callable[[Pipe], Awaitable[None]], use: Callable[[Pipe], Awaitable[None]]) -> None:
    """Two ends of one connection."""
    served: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pipe = Pipe(reader, writer, FROM_SERVER)
        try:
            await serve(pipe)
        finally:
            await pipe.close()
            served.set_result(None)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    client = Pipe(reader, writer, Direction.FROM_ORIGINATOR)
    await use(client)
    await client.close()
    await served
    server.close()
    await server.wait_closed()


def test_what_was_read_too_far_is_there_for_the_next_who_takes() -> None:
    taken: list[bytes | None] = []

    async def serve(pipe: Pipe) -> None:
        taken.append(await pipe.until(b"\n", 100))
        taken.append(await pipe.exactly(3))
        taken.append(await pipe.rest(100))
        taken.append(await pipe.exactly(1))

    async def use(pipe: Pipe) -> None:
        await pipe.send(b"line\nabcdef")

    asyncio.run(both(serve, use))
    assert taken == [b"line\n", b"abc", b"def", None]


def test_a_mark_that_does_not_come_within_the_limit_is_given_up() -> None:
    taken: list[bytes | None] = []

    async def serve(pipe: Pipe) -> None:
        taken.append(await pipe.until(b"\n", 10))

    async def use(pipe: Pipe) -> None:
        await pipe.send(b"x" * 100)

    asyncio.run(both(serve, use))
    assert taken == [None]


def test_a_witness_sees_both_directions_and_their_ends() -> None:
    notes = Notes()

    async def serve(pipe: Pipe) -> None:
        assert await pipe.peek() == b"ask"
        pipe.attach(notes)
        await pipe.exactly(3)
        await pipe.send(b"answer")
        await pipe.gone()

    async def use(pipe: Pipe) -> None:
        await pipe.send(b"ask")
        await pipe.exactly(6)

    asyncio.run(both(serve, use))
    client = Direction.FROM_ORIGINATOR
    assert notes.seen == [
        ("data", client, b"ask"),
        ("data", FROM_SERVER, b"answer"),
        ("end", client, b""),
        ("end", FROM_SERVER, b""),
    ]


def test_a_peer_that_resets_is_noted_and_gone() -> None:
    notes = Notes()
    ended: list[object] = []

    async def serve(pipe: Pipe) -> None:
        pipe.attach(notes)
        ended.append(await pipe.exactly(10))
        with pytest.raises(Gone):
            await pipe.send(b"too late")

    async def use(pipe: Pipe) -> None:
        await pipe.send(b"abc")
        pipe.reset()

    asyncio.run(both(serve, use))
    assert ended == [None]
    assert notes.seen[-1] == ("reset", Direction.FROM_ORIGINATOR, b"")
