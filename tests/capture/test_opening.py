"""What a path names is told by its bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.airscan import scan_log, write_trace
from tests.shared import CAPTURES
from wsdtrace.capture import CaptureSource, open_source
from wsdtrace.capture.airscan import AirscanSource
from wsdtrace.capture.opening import is_trace
from wsdtrace.errors import CaptureError


def test_a_capture_is_read_as_one() -> None:
    with open_source(str(next(CAPTURES.glob("*/capture.pcap*")))) as source:
        assert isinstance(source, CaptureSource)


@pytest.mark.parametrize("name", ["", "scan-Test.log"])
def test_a_trace_is_read_as_one(tmp_path: Path, name: str) -> None:
    folder = write_trace(tmp_path, scan_log())
    with open_source(str(folder / name)) as source:
        assert isinstance(source, AirscanSource)


def test_a_log_may_be_called_anything(tmp_path: Path) -> None:
    path = write_trace(tmp_path, scan_log()) / "scan-Test.log"
    assert is_trace(str(path.rename(tmp_path / "attachment.txt")))
    assert not is_trace("-")


@pytest.mark.parametrize("name", ["no such file", "text.log"])
def test_what_is_neither_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.log").write_text("12:00 hello\n")
    with pytest.raises(CaptureError):
        open_source(str(tmp_path / name))
