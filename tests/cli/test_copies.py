"""Contents that stream through are copied to files, within bounds, and whatever goes wrong leaves no copy."""

import hashlib
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Run
from tests.report.traces import DEVICE, Story
from tests.shared import REPOSITORY
from wsdtrace.cli import copies as module
from wsdtrace.cli.copies import LEAST_BYTES, MAX_OPEN, Copies
from wsdtrace.http import Taker
from wsdtrace.records import ConnectionId, ContentRef, Direction, Extents
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Image

PAGE = os.urandom(LEAST_BYTES)


def image(start: int, part: int = 1) -> Image:
    """The image that is a part of the message that begins at stream offset `start`."""
    story = Story()
    job = story.job(1, Outcome.COMPLETED)
    exchange = story.exchange("RetrieveImage", (1.0, 1), (2.0, 2), job=job)
    exchange.connection = ConnectionId(7)
    made = story.image(exchange, job, 1)
    made.ref = ContentRef(DEVICE, DEVICE, Direction.FROM_RESPONDER, start, 9, 0, 0, 9, part, 9)
    return made


def tapped(copies: Copies, start: int, part: int = 1) -> Taker | None:
    return copies.tap(ConnectionId(7), Direction.FROM_RESPONDER, start, part)


def taker(copies: Copies, start: int) -> Taker:
    found = tapped(copies, start)
    assert found is not None
    return found


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Copies]:
    with Copies(str(tmp_path / "not" / "there")) as made:
        yield made


def test_a_part_is_copied_as_it_passes(copies: Copies, tmp_path: Path) -> None:
    part = taker(copies, 0)
    part.take(b"[" + PAGE + b"]", 1, 1000)
    part.skim(Extents(b"?" + PAGE, np.array([1000]), np.array([len(PAGE) - 999])), 0, len(PAGE) - 999)
    part.take(b"]", 0, 1)
    part.end()
    copied = copies.of(image(0))
    assert copied is not None
    assert Path(copied.path).read_bytes() == PAGE + b"]"
    assert (copied.length, copied.sha256) == (len(PAGE) + 1, hashlib.sha256(PAGE + b"]").hexdigest())
    assert not (tmp_path / "not").exists()
    copies.close()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("start", "part"), [pytest.param(1, 1, id="another message"), pytest.param(0, 2, id="another part")]
)
def test_an_image_has_only_its_own_copy(copies: Copies, start: int, part: int) -> None:
    one = taker(copies, 0)
    one.take(PAGE, 0, len(PAGE))
    one.end()
    assert copies.of(image(start, part)) is None


def test_a_short_part_leaves_no_file(copies: Copies, tmp_path: Path) -> None:
    part = taker(copies, 0)
    part.take(PAGE, 1, len(PAGE))
    part.end()
    assert copies.of(image(0)) is None
    assert os.listdir(tmp_path) == []


def test_a_content_that_is_no_part_is_not_taken(copies: Copies) -> None:
    assert tapped(copies, 0, part=-1) is None


def test_so_many_are_copied_at_once_and_no_more(copies: Copies) -> None:
    parts = [taker(copies, start) for start in range(MAX_OPEN)]
    assert tapped(copies, MAX_OPEN) is None
    parts[3].end()
    assert tapped(copies, MAX_OPEN) is not None


def test_a_part_that_does_not_end_has_no_copy(copies: Copies, tmp_path: Path) -> None:
    taker(copies, 0).take(PAGE, 0, len(PAGE))
    assert copies.of(image(0)) is None
    copies.close()
    assert os.listdir(tmp_path) == []


def test_a_part_that_cannot_be_written_has_no_copy(copies: Copies, tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(PAGE) + 1000, limits[1]))
    try:
        parts = [taker(copies, start) for start in range(3)]
        for part, more in zip(parts, (999, 20_000, 1001), strict=True):
            part.take(PAGE, 0, len(PAGE))
            part.take(PAGE, 0, more)
            part.take(b"", 0, 0)
            part.end()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert [copies.of(image(start)) is not None for start in range(3)] == [True, False, False]
    (folder,) = tmp_path.iterdir()
    assert len(os.listdir(folder)) == 1


def test_without_a_place_for_files_there_are_no_copies(
    copies: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", lambda *_: refuse())
    part = taker(copies, 0)
    part.take(PAGE, 0, len(PAGE))
    part.take(PAGE, 0, len(PAGE))
    part.end()
    assert copies.of(image(0)) is None
    assert os.listdir(tmp_path) == []


def test_a_copy_that_was_taken_away_is_none(copies: Copies) -> None:
    part = taker(copies, 0)
    part.take(PAGE, 0, len(PAGE))
    copies.close()
    part.end()
    assert copies.of(image(0)) is None


@pytest.mark.parametrize(
    "case", sorted(path.parent.name for path in (REPOSITORY / "captures").glob("*/capture.pcap*")), ids=str
)
def test_pages_of_a_case_are_those_that_a_second_reading_finds(
    wsdtrace: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    (capture,) = (REPOSITORY / "captures" / case).glob("capture.pcap*")
    again = wsdtrace("images", str(capture), "-o", str(tmp_path / "pages"))
    pages = {path.name: path.read_bytes() for path in tmp_path.glob("pages/*")}
    for path in tmp_path.glob("pages/*"):
        path.unlink()
    monkeypatch.setattr(module, "LEAST_BYTES", 1)
    monkeypatch.setattr("wsdtrace.pipeline.read_image", _not_again)
    once = wsdtrace("images", str(capture), "-o", str(tmp_path / "pages"))
    assert {path.name: path.read_bytes() for path in tmp_path.glob("pages/*")} == pages
    assert once == again
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []


def _not_again(*_: object) -> None:
    pytest.fail("read again")
