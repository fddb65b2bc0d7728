"""TLS on both legs: the key is private, the device's certificate pinned, the record readable all the same."""

from __future__ import annotations

import asyncio
import ssl
import stat
import sys
from pathlib import Path

import pytest

from tests.proxy.device import recorded
from tests.proxy.talk import FLATBED, hang_up
from wsdtrace.errors import MissingExtra, OutputError
from wsdtrace.pipeline import check_file
from wsdtrace.proxy import Proxy
from wsdtrace.proxy.certificate import Pins, default_folder, device_context, own_context

pytest.importorskip("cryptography", reason="the extra `proxy` is not installed")
EXCHANGES = recorded(FLATBED)


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    _, first = own_context(tmp_path / "a")
    key = tmp_path / "a" / "key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    _, again = own_context(tmp_path / "a")
    assert (first, again) == (True, False)
    assert key.read_bytes() == before


def test_what_cannot_be_used_or_kept_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_context(tmp_path / "a")
    (tmp_path / "a" / "key.pem").write_text("no key")
    with pytest.raises(OutputError, match="cannot be used"):
        own_context(tmp_path / "a")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be kept there"):
        own_context(tmp_path / "file" / "b")
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(MissingExtra, match=r"wsdtrace\[proxy\]"):
        own_context(tmp_path / "c")


def test_the_folder_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_folder() == Path("/data/wsdtrace")


def test_another_certificate_is_told_and_the_same_is_not() -> None:
    pins = Pins()
    assert pins.changed("a", b"1") is None
    assert pins.changed("a", b"1") is None
    assert pins.changed("b", b"2") is None
    told = pins.changed("a", b"2")
    assert told is not None
    assert "another certificate" in told


def test_tls_on_both_legs_is_relayed_and_recorded_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    record = tmp_path / "r.pcapng"
    said: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"</soap:Envelope>")
        writer.write(EXCHANGES[0][2])
        await hang_up(writer)

    async def main() -> bytes:
        answers = b""
        for folder in ("one", "one", "two"):  # the third time the device has another certificate
            context, _ = own_context(tmp_path / folder)
            server = await asyncio.start_server(serve, "127.0.0.1", main_port[0], ssl=context)
            main_port[0] = server.sockets[0].getsockname()[1]
            if not proxies:
                made = Proxy(
                    f"https://127.0.0.1:{main_port[0]}/x", record=str(record), tls=True, say=said.append,
                    allow=["10.77.0.2"],
                )  # fmt: skip
                proxies.append(await made.__aenter__())
            assert proxies[0].url.startswith("https://")
            reader, writer = await asyncio.open_connection("127.0.0.1", proxies[0].port, ssl=device_context())
            writer.write(EXCHANGES[0][1])
            answers = await reader.read()
            await hang_up(writer)
            server.close()
            await server.wait_closed()
        await proxies[0].close()
        return answers

    main_port, proxies = [0], list[Proxy]()
    assert asyncio.run(main()) == EXCHANGES[0][2]
    assert any("made a certificate" in line for line in said)
    assert sum("another certificate" in line for line in said) == 1
    trace = check_file(str(record))
    assert [x.operation for x in trace.exchanges] == ["GetScannerElements"] * 6
    assert not trace.encrypted_seen


def test_a_device_that_speaks_no_tls_is_told() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad\r\n\r\n")
        await hang_up(writer)

    async def main() -> tuple[bytes, list[str]]:
        said: list[str] = []
        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with Proxy(f"https://127.0.0.1:{port}/x", say=said.append, allow=["10.77.0.2"]) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(EXCHANGES[0][1])
            answer = await reader.read()
            await hang_up(writer)
        server.close()
        return answer, said

    answer, said = asyncio.run(main())
    assert answer.startswith(b"HTTP/1.1 502")
    assert "cannot be reached" in said[0]
    assert isinstance(device_context(), ssl.SSLContext)
