"""A pipe hands on what the socket gave, holds little, and knows an end from a break."""

import asyncio

from tests.proxy.talk import hang_up
from wsdtrace.proxy.wire import MAX_WAITING, Pipe, endpoint_of
from wsdtrace.records import Endpoint


async def pair() -> tuple[Pipe, asyncio.StreamReader, asyncio.StreamWriter, asyncio.Server]:
    loop = asyncio.get_running_loop()
    made: asyncio.Future[Pipe] = loop.create_future()
    server = await loop.create_server(lambda: Pipe(made.set_result), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    return await made, reader, writer, server


def test_bytes_pass_and_half_close_leaves_the_other_direction_open() -> None:
    async def main() -> None:
        pipe, reader, writer, server = await pair()
        writer.write(b"abc")
        assert await pipe.read() == b"abc"
        writer.write_eof()
        assert await pipe.read() == b""
        assert pipe.ended
        assert not pipe.reset
        assert await pipe.write(b"answer")
        pipe.end()
        assert await reader.read() == b"answer"
        pipe.close()
        await hang_up(writer)
        await pipe.wait_closed()
        assert not await pipe.write(b"late")
        server.close()

    asyncio.run(main())


def test_a_peer_that_floods_is_slowed_down_and_nothing_is_lost() -> None:
    async def main() -> None:
        pipe, _, writer, server = await pair()
        sent = 8 * MAX_WAITING
        writer.write(b"x" * sent)
        await asyncio.sleep(0.05)
        assert pipe._waiting <= 2 * MAX_WAITING
        assert pipe.has_data
        assert pipe.is_ready
        writer.write_eof()
        got = 0
        while data := await pipe.read():
            got += len(data)
        assert got == sent
        pipe.close()
        await hang_up(writer)
        server.close()

    asyncio.run(main())


def test_a_slow_peer_makes_the_writer_wait() -> None:
    async def main() -> None:
        pipe, reader, writer, server = await pair()
        writing = asyncio.create_task(pipe.write(b"x" * 32 * MAX_WAITING))
        await asyncio.sleep(0.05)
        assert not writing.done()
        await reader.readexactly(32 * MAX_WAITING)
        assert await writing
        pipe.close()
        await hang_up(writer)
        server.close()

    asyncio.run(main())


def test_a_reset_is_told_from_an_end_on_both_sides() -> None:
    async def main() -> None:
        pipe, reader, writer, server = await pair()
        pipe.break_off()
        try:
            assert await reader.read() == b""
            raise AssertionError("this was an end")
        except ConnectionResetError:
            pass
        await pipe.wait_closed()
        assert pipe.reset
        await hang_up(writer)
        server.close()

    asyncio.run(main())


def test_endpoints_are_written_without_zone_and_without_the_mapped_prefix() -> None:
    assert endpoint_of(("fe80::1%eth0", 80, 0, 2)) == Endpoint("fe80::1", 80)
    assert endpoint_of(("::ffff:192.0.2.1", 80, 0, 0)) == Endpoint("192.0.2.1", 80)
    assert endpoint_of(None) == Endpoint("", 0)
