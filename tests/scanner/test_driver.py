"""sane-airscan against the well-behaved scanner: the pages that it decodes are those that were drawn; no finding."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from tests.scanner.driver import Scanned, needs_driver, scanimage
from tests.scanner.judge import unexplained
from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_source
from wsdtrace.report.trace import Trace
from wsdtrace.scanner.images import Mark, read_mark
from wsdtrace.scanner.persona import Persona, read_persona
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread

pytestmark = [pytest.mark.driver, needs_driver]

FEED = ("--source", "ADF", "--resolution", "100", "--batch")


class Office:
    """A scanner with its record, and a driver."""

    def __init__(self) -> None:
        self.record = io.BytesIO()
        self.who = "summary = 'an office scanner'\n"

    def scan(self, *arguments: str, device: str = "", interrupt_at: str | None = None) -> Scanned:
        who: Persona = read_persona(f"{self.who}[device]\n{device}", "office", "office.toml")
        with ScannerThread(VirtualScanner(who, record=self.record)) as running:
            return scanimage(running.url, *arguments, interrupt_at=interrupt_at)

    def trace(self) -> Trace:
        with open_capture_bytes(self.record.getvalue(), "office.pcapng") as source:
            return check_source(source, Options())


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    assert unexplained(made.trace(), set()) == []


@pytest.mark.parametrize("formats", ["jfif", "exif", "png", "dib"])
@pytest.mark.parametrize(("mode", "bands"), [("Color", 3), ("Gray", 1)])
def test_a_flatbed_page_in_every_format(office: Office, formats: str, mode: str, bands: int) -> None:
    done = office.scan("--resolution", "100", "--mode", mode, device=f"formats = ['{formats}']")
    assert (done.code, done.said) == (0, "")
    [page] = done.pages
    assert page.size == (850, 1170)
    assert len(page.getbands()) == bands
    assert read_mark(page) == Mark(1)


@pytest.mark.parametrize("dpi", [75, 150, 300])
def test_a_flatbed_page_at_each_resolution(office: Office, dpi: int) -> None:
    [page] = office.scan("--resolution", str(dpi)).pages
    assert page.size == (8500 * dpi // 1000, 11_700 * dpi // 1000)
    assert read_mark(page) == Mark(1)


@pytest.mark.parametrize(
    "framing",
    ["http: chunked 1000", "http: until close", "http: 1.0", "http: continue"],
)
def test_a_page_in_every_framing(office: Office, framing: str) -> None:
    done = office.scan("--resolution", "75", device=f"[[answers]]\non = 'RetrieveImage'\nwith = {framing!r}")
    assert (done.code, done.said) == (0, "")
    assert [read_mark(page) for page in done.pages] == [Mark(1)]


def test_a_part_of_the_page_has_its_size(office: Office) -> None:
    [whole] = office.scan("--resolution", "100").pages
    [part] = office.scan("--resolution", "100", "-x", "101.6", "-y", "50.8").pages
    assert part.size == (400, 200)
    assert part.tobytes() == whole.crop((0, 0, 400, 200)).tobytes()  # the driver scans all, and cuts the part out


def test_a_three_page_feed(office: Office) -> None:
    done = office.scan(*FEED)
    assert done.code == 0
    assert [read_mark(page) for page in done.pages] == [Mark(1), Mark(2), Mark(3)]
    [job] = office.trace().jobs
    assert (job.outcome.value, len(job.images)) == ("completed", 3)


def test_tiff_alone_is_no_format_for_the_driver(office: Office) -> None:
    done = office.scan("--resolution", "100", device="formats = ['tiff-single-uncompressed']")
    assert done.said == "open of device airscan:w0:x failed: Error during device I/O"


def test_both_sides_of_each_sheet(office: Office) -> None:
    done = office.scan("--source", "ADF Duplex", "--resolution", "75", "--batch", device="sheets = 2")
    assert [read_mark(page) for page in done.pages] == [Mark(1), Mark(2, True), Mark(3), Mark(4, True)]


def test_an_empty_feeder_is_told(office: Office) -> None:
    done = office.scan(*FEED, device="sheets = 0")
    assert (done.code, done.said) == (7, "sane_start: Document feeder out of documents")
    assert office.trace().jobs == []


@pytest.mark.parametrize("source", [("--source", "Flatbed"), FEED], ids=["flatbed", "feeder"])
def test_ctrl_c_cancels_the_job(office: Office, source: tuple[str, ...]) -> None:
    office.scan(*source, device="page_s = 5", interrupt_at="PROTO_OP_LOAD: submitting")
    [job] = office.trace().jobs
    assert job.outcome.value == "canceled"
