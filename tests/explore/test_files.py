"""`Files`: how they are called, what is copied, what two people compare."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.shared import CAPTURES
from wsdtrace.capture.inputs import ZSTD
from wsdtrace.explore.files import Files
from wsdtrace.pipeline import Options, check_file

ADF = CAPTURES / "adf-3-pages" / "capture.pcap"


def test_a_copy_goes_by_the_name_that_the_user_gave(tmp_path: Path) -> None:
    packed = tmp_path / "x.pcap.gz"
    packed.write_bytes(gzip.compress(ADF.read_bytes()))
    with Files([str(packed)]) as files:
        facts = files.read(Options())
        assert (facts.input.path, facts.input.files, facts.notes) == (str(packed), [str(packed)], [])
        assert files.sha256() == hashlib.sha256(ADF.read_bytes()).hexdigest()
        assert files.cut == []


def test_a_folder_and_several_files_have_no_digest_together() -> None:
    with Files([str(ADF), str(ADF)]) as files:
        assert files.sha256() is None
    with Files([str(ADF.parent)]) as files:
        assert files.sha256() is None


def frames(count: int) -> bytes:
    """The beginning of a capture, up to the end of a record."""
    data, at = ADF.read_bytes(), 24
    for _ in range(count):
        at += 16 + int.from_bytes(data[at + 8 : at + 12], "little")
    return data[:at]


def zstandard(data: bytes) -> bytes:
    module: Any = pytest.importorskip(ZSTD, reason="the extra zst is not installed")
    packed: bytes = module.compress(data)
    return packed


@pytest.mark.parametrize("packer", [gzip.compress, zstandard])
@pytest.mark.parametrize("left", [0, 7], ids=["between two records", "in a record"])
def test_a_packed_capture_that_is_cut_is_told_once_read_or_copied(
    tmp_path: Path, packer: Callable[[bytes], bytes], left: int
) -> None:
    packed = tmp_path / "x.packed"
    whole, before = ADF.read_bytes(), len(frames(20)) + left
    packed.write_bytes(packer(whole[:before]) + packer(whole[before:])[:12])
    with Files([str(packed)]) as files:
        traces = [files.read(Options()), check_file(str(packed))]
    for trace in traces:
        [told] = [finding.message for finding in trace.findings if finding.code == "WSD007"]
        assert "stream ends early" in told
        assert trace.input.frames == 20


def test_a_copy_that_reached_its_bound_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsdtrace.capture.spool.MAX_SPOOLED", 4096)
    monkeypatch.setattr("wsdtrace.capture.spool.PIECE", 1024)
    packed = tmp_path / "x.pcap.gz"
    packed.write_bytes(gzip.compress(ADF.read_bytes()))
    with Files([str(packed)]) as files:
        codes = [f.code for f in files.read(Options()).findings]
    assert ("WSD008" in codes, "WSD007" in codes) == (True, False)
