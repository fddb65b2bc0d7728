"""`wsdtrace images`."""

import gzip
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Captures, Run
from tests.report.traces import DEVICE, Story
from tests.shared import needs_shared, shared_path
from wsdtrace.cli.images import folder_of, name_of
from wsdtrace.errors import CaptureError
from wsdtrace.records import ContentRef, Direction
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Image


def pages(story: Story, count: int, *, complete: bool = True, job_id: int = 1) -> list[Image]:
    job = story.job(job_id, Outcome.COMPLETED)
    exchange = story.exchange("RetrieveImage", (1.0, 1), (2.0, 2), job=job)
    images = [story.image(exchange, job, page, complete=complete) for page in range(1, count + 1)]
    for image in images:
        image.ref = ContentRef(DEVICE, DEVICE, Direction.FROM_RESPONDER, 0, 9, 0, 0, 9, image.id, 9)
    return images


@pytest.fixture
def capture(captures: Captures, tmp_path: Path) -> Path:
    """A file that stands for a capture; `captures[str(capture)]` is what reading it gives."""
    path = tmp_path / "scan.pcap"
    path.write_bytes(b"not read")
    return path


def readable(story: Story) -> Trace:
    def read(ref: ContentRef) -> Iterator[bytes]:
        yield from (b"page ", str(ref.part).encode())

    story.trace.read_content = read
    return story.trace


def test_pages_are_saved_byte_for_byte(wsdtrace: Run, captures: Captures, capture: Path, tmp_path: Path) -> None:
    story = Story()
    story.capture("scan.pcap")
    pages(story, 2)
    captures[str(capture)] = readable(story)
    folder = tmp_path / "out" / "deep"
    ran = wsdtrace("images", str(capture), "-o", str(folder))
    assert (ran.code, ran.err) == (0, "")
    assert {name: (folder / name).read_bytes() for name in sorted(os.listdir(folder))} == {
        "job-1-page-1.jpg": b"page 1",
        "job-1-page-2.jpg": b"page 2",
    }
    assert hashlib.sha256(b"page 2").hexdigest() in ran.out
    assert ran.out.endswith("2 pages saved.\n")


def test_an_incomplete_page_is_called_partial_and_told(
    wsdtrace: Run, captures: Captures, capture: Path, tmp_path: Path
) -> None:
    story = Story()
    pages(story, 1, complete=False)
    captures[str(capture)] = readable(story)
    ran = wsdtrace("images", str(capture), "-o", str(tmp_path / "out"))
    assert os.listdir(tmp_path / "out") == ["job-1-page-1.partial.jpg"]
    assert "✖ incomplete" in ran.out
    assert "1 page saved, 1 incomplete: the capture does not hold the rest.\n" in ran.out


def test_nothing_is_replaced_without_force(wsdtrace: Run, captures: Captures, capture: Path, tmp_path: Path) -> None:
    story = Story()
    pages(story, 2)
    captures[str(capture)] = readable(story)
    (tmp_path / "job-1-page-1.jpg").write_bytes(b"precious")
    ran = wsdtrace("images", str(capture), "-o", str(tmp_path))
    assert ran.code == 2
    assert ran.err == f"wsdtrace: {tmp_path}/job-1-page-1.jpg: is there already (--force replaces it)\n"
    assert ran.out.endswith("1 page saved; 1 not saved.\n")
    assert (tmp_path / "job-1-page-1.jpg").read_bytes() == b"precious"
    assert wsdtrace("images", str(capture), "-o", str(tmp_path), "--force").code == 0
    assert (tmp_path / "job-1-page-1.jpg").read_bytes() == b"page 1"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), CaptureError("x: gone"), ValueError("oops")])
def test_no_page_is_half_written(
    wsdtrace: Run, captures: Captures, capture: Path, tmp_path: Path, error: BaseException
) -> None:
    story = Story()
    pages(story, 1)
    trace = readable(story)

    def read(ref: ContentRef) -> Iterator[bytes]:
        yield b"half"
        raise error

    trace.read_content = read
    captures[str(capture)] = trace
    ran = wsdtrace("images", str(capture), "-o", str(tmp_path / "out"))
    assert ran.code == {KeyboardInterrupt: 130, CaptureError: 3, ValueError: 70}[type(error)]
    assert os.listdir(tmp_path / "out") == []


def test_a_capture_without_images_makes_no_folder(
    wsdtrace: Run, captures: Captures, capture: Path, tmp_path: Path
) -> None:
    captures[str(capture)] = Story().trace
    ran = wsdtrace("images", str(capture), "-o", str(tmp_path / "out"))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("no images\n")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_told(wsdtrace: Run, captures: Captures, capture: Path) -> None:
    story = Story()
    pages(story, 1)
    captures[str(capture)] = readable(story)
    ran = wsdtrace("images", str(capture), "-o", f"{capture}/x")
    assert ran.code == 2
    assert ran.err == f"wsdtrace: {capture}/x: cannot be made: Not a directory\n"


@pytest.mark.parametrize(
    ("path", "argument", "folder"),
    [
        pytest.param("a/b.pcap", "a/b.pcap", "b.pcap", id="a file"),
        pytest.param("a/sub/b.pcap", "a", "sub-b.pcap", id="in a directory"),
        pytest.param("-", "-", "standard-input", id="a pipe"),
    ],
)
def test_folders_of_several_captures(path: str, argument: str, folder: str) -> None:
    assert folder_of(path, argument) == folder


def test_names_are_made_of_job_and_page_alone() -> None:
    story = Story()
    first, second = pages(story, 1)[0], pages(story, 1)[0]
    again = pages(story, 1)[0]
    hostile = pages(story, 1, job_id=9)[0]
    assert again.job is not None
    again.job.generation = 3
    hostile.content_type = hostile.content_id = "../../etc/passwd"
    hostile.format = "../../x"
    lone = pages(story, 1, complete=False)[0]
    lone.job = None
    taken: set[str] = set()
    assert [name_of(image, taken) for image in (first, second, again, hostile, lone)] == [
        "job-1-page-1.jpg",
        "job-1-page-1-image-2.jpg",
        "job-1-generation-3-page-1.jpg",
        "job-9-page-1.bin",
        "no-job-page-1.partial.jpg",
    ]


@needs_shared
@pytest.mark.parametrize("how", ["file", "gzip", "pipe"])
def test_the_pages_of_a_lossy_recording_are_those_of_the_device(tmp_path: Path, how: str) -> None:
    capture = shared_path("data/captures/lossy_dup_reorder_only.pcap")
    name, stdin = str(capture), None
    if how == "gzip":
        name = str(tmp_path / "x.pcap.gz")
        Path(name).write_bytes(gzip.compress(capture.read_bytes()))
    elif how == "pipe":
        name, stdin = "-", capture.read_bytes()
    out = tmp_path / "out"
    ran = subprocess.run(
        [sys.executable, "-m", "wsdtrace", "images", name, "-o", str(out)],
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    truth = shared_path("data/captures/TRUTH.json").read_text()
    digests = [hashlib.sha256((out / page).read_bytes()).hexdigest() for page in sorted(os.listdir(out))]
    assert len(digests) == 3
    assert [digest for digest in digests if digest not in truth] == []
