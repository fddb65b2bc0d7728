"""Bytes of files, pipes, standard input and gzip."""

import gzip
import io
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wsdtrace.capture.inputs import ZSTD, Input, open_input
from wsdtrace.errors import CaptureError, CapturePermissionError, MissingExtra

zstandard = pytest.importorskip(ZSTD, reason="the extra zst is not installed")


def zstd(data: bytes) -> bytes:
    """Two frames, as `zstd` appends them."""
    packed: bytes = zstandard.compress(data[:1000]) + zstandard.compress(data[1000:])
    return packed


DATA = bytes(i % 251 for i in range(300_000))


PACKERS = [pytest.param(None, id="plain"), pytest.param(gzip.compress, id="gzip"), pytest.param(zstd, id="zstd")]


def read(source: Input, step: int = 70_000) -> bytes:
    out = b""
    buffer = bytearray(step)
    while not source.ended:
        out += buffer[: source.fill(memoryview(buffer))]
    return out


@contextmanager
def pipe(path: Path, data: bytes) -> Iterator[Path]:
    """A named pipe into which `data` is written."""
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    yield path
    writer.join()


@pytest.mark.parametrize("name", ["capture.pcap", "capture.gz", "noname"])
@pytest.mark.parametrize("pack", PACKERS)
def test_a_file_is_recognised_by_its_bytes(tmp_path: Path, name: str, pack: Callable[[bytes], bytes] | None) -> None:
    path, packed = tmp_path / name, pack is not None
    path.write_bytes(DATA if pack is None else pack(DATA))
    with open_input(path) as source:
        assert read(source) == DATA
        assert source.failure is None
        assert (source.seekable, source.compressed) == (not packed, packed)
        assert source.file_size == path.stat().st_size


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("data", [DATA, b"", b"a", b"ab"], ids=["long", "empty", "1 byte", "2 bytes"])
def test_a_pipe_is_read_to_its_end(tmp_path: Path, pack: Callable[[bytes], bytes] | None, data: bytes) -> None:
    with pipe(tmp_path / "pipe", data if pack is None else pack(data)) as path, open_input(path) as source:
        assert read(source) == data
        assert (source.seekable, source.file_size) == (False, None)


def test_standard_input_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(DATA))
    monkeypatch.setattr(sys, "stdin", stdin)
    with open_input("-") as source:
        assert read(source) == DATA
    assert not stdin.buffer.closed


def test_gzip_in_several_members_is_one_input(tmp_path: Path) -> None:
    path = tmp_path / "two"
    path.write_bytes(gzip.compress(DATA[:1000]) + gzip.compress(DATA[1000:]))
    with open_input(path) as source:
        assert read(source) == DATA


@pytest.mark.parametrize("packer", [gzip.compress, zstandard.compress], ids=["gzip", "Zstandard"])
@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(lambda packed: packed[:-200], id="cut"),
        pytest.param(lambda packed: packed + packed[:-1], id="cut in the second one"),
    ],
)
def test_a_stream_that_is_cut_gives_what_precedes_the_cut(
    tmp_path: Path, packer: Callable[[bytes], bytes], cut: Callable[[bytes], bytes]
) -> None:
    noise = b"".join(b"%d %x\n" % (i * i, i) for i in range(20_000))
    path = tmp_path / "capture.packed"
    path.write_bytes(cut(packer(noise)))
    with open_input(path) as source:
        assert (noise * 2).startswith(read(source, 1000))
        assert source.failure is not None
        assert source.failure[0] == "capture_compression_damaged"
        assert "stream ends early" in source.failure[1]


@pytest.mark.parametrize(
    ("packer", "damage"),
    [
        pytest.param(gzip.compress, lambda packed: packed[:500] + b"\xff" * 40 + packed[540:], id="gzip"),
        pytest.param(zstandard.compress, lambda packed: packed[:-150_000] + b"\xff" * 150_000, id="Zstandard"),
    ],
)
def test_a_damaged_stream_gives_what_precedes_the_damage(
    tmp_path: Path, packer: Callable[[bytes], bytes], damage: Callable[[bytes], bytes]
) -> None:
    noise = random.Random(1).randbytes(400_000)
    path = tmp_path / "capture.packed"
    path.write_bytes(damage(packer(noise)))
    with open_input(path) as source:
        told = read(source)
        assert source.failure is not None
        assert "stream is corrupt" in source.failure[1]
    assert told[:400] == noise[: len(told)][:400]


def test_a_wrong_check_value_of_gzip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "capture.gz"
    path.write_bytes(gzip.compress(DATA)[:-8] + bytes(8))
    with open_input(path) as source:
        assert read(source) == DATA
        assert source.failure is not None
        assert "the gzip stream is corrupt" in source.failure[1]


def test_a_failing_read_ends_the_input() -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _: object) -> int:
            raise OSError(5, "Input/output error")

    broken = Broken()
    source = Input("x", broken, broken, seekable=False, size=None, packing=None)  # type: ignore[arg-type]  # a raw stream
    assert source.fill(memoryview(bytearray(10))) == 0
    assert source.failure == ("capture_unreadable", "reading failed: Input/output error")


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        pytest.param(lambda path: None, CaptureError, "no such file", id="absent"),
        pytest.param(lambda path: path.mkdir(), CaptureError, "is a directory", id="directory"),
    ],
)
def test_what_cannot_be_opened(
    tmp_path: Path, make: Callable[[Path], None], error: type[CaptureError], words: str
) -> None:
    path = tmp_path / "it"
    make(path)
    with pytest.raises(error, match=words):
        open_input(path)


def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(CapturePermissionError, match="permission denied"):
        open_input(tmp_path / "it")


def test_a_name_with_a_zero_byte_cannot_be_opened() -> None:
    with pytest.raises(CaptureError, match="cannot be opened"):
        open_input("a\0b")


def test_what_a_pipe_brought_does_not_wait_for_more() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"abcd")
    with open_input(f"/dev/fd/{reading}") as source:
        buffer = bytearray(100)
        assert bytes(buffer[: source.fill(memoryview(buffer))]) == b"abcd"
        os.write(writing, b"efgh")
        assert bytes(buffer[: source.fill(memoryview(buffer))]) == b"efgh"
        os.close(writing)
        assert source.fill(memoryview(buffer)) == 0
    os.close(reading)


def test_damaged_gzip_loses_nothing_that_precedes_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "capture.gz"
    path.write_bytes(gzip.compress(DATA, mtime=0)[:-9])
    with open_input(path) as source:
        assert len(read(source, 1 << 20)) > len(DATA) - 1000


def test_zstandard_without_its_extra_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "capture.zst"
    path.write_bytes(zstd(DATA))
    monkeypatch.setitem(sys.modules, ZSTD, None)
    with pytest.raises(MissingExtra, match=r"pip install 'wsdtrace\[zst\]'"):
        open_input(path)


def test_zstandard_that_asks_for_too_much_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsdtrace.capture.inputs.MAX_ZSTD_WINDOW", 1 << 10)
    path = tmp_path / "capture.zst"
    path.write_bytes(zstandard.compress(DATA))
    with open_input(path) as source:
        assert read(source) == b""
        assert source.failure is not None
