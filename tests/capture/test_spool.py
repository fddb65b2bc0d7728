"""What can be read once becomes a file that can be read again."""

import gzip
from pathlib import Path

import pytest

from wsdtrace.capture import spool
from wsdtrace.capture.spool import Spool
from wsdtrace.errors import CaptureError, OutputError


def test_a_plain_file_is_used_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(b"abc" * 10)
    with Spool(str(path)) as spooled:
        assert (spooled.path, spooled.is_copy, spooled.whole) == (str(path), False, True)
    assert path.exists()


def test_a_compressed_file_is_unpacked_and_the_copy_goes(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap.gz"
    path.write_bytes(gzip.compress(b"abc" * 10))
    spooled = Spool(str(path))
    assert spooled.is_copy
    assert Path(spooled.path).read_bytes() == b"abc" * 10
    spooled.close()
    spooled.close()
    assert not Path(spooled.path).exists()


def test_a_forgotten_spool_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap.gz"
    path.write_bytes(gzip.compress(b"abc" * 10))
    spooled = Spool(str(path))
    copy = Path(spooled.path)
    del spooled
    assert not copy.exists()


def test_a_longer_input_is_copied_up_to_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MAX_SPOOLED", 20)
    monkeypatch.setattr(spool, "PIECE", 16)
    path = tmp_path / "x.pcap.gz"
    path.write_bytes(gzip.compress(b"a" * 40))
    with Spool(str(path)) as spooled:
        assert not spooled.whole
        assert spooled.failure == ("capture_limit_reached", "only the first 20 bytes are read")
        assert Path(spooled.path).read_bytes() == b"a" * 16


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CaptureError, match="no such file"):
        Spool(str(tmp_path / "absent"))
    path = tmp_path / "x.pcap.gz"
    path.write_bytes(gzip.compress(b"a" * 40))

    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool, "_copied", full)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        Spool(str(path))


def test_what_is_damaged_is_copied_up_to_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap.gz"
    path.write_bytes(gzip.compress(b"abc" * 10)[:-8])
    with Spool(str(path)) as spooled:
        assert spooled.whole
        assert spooled.failure == ("capture_compression_damaged", "the gzip stream ends early")
        assert Path(spooled.path).read_bytes() == b"abc" * 10
