"""`wsdtrace.open`: files, pipes, compressed files; what cannot be opened."""

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from scapy.utils import rdpcap, wrpcap

import wsdtrace
from tests.shared import CAPTURES
from wsdtrace.errors import BadSelector, CaptureError, UsageError

ADF = CAPTURES / "adf-3-pages" / "capture.pcap"
DIGEST = "d40cac3b77fe4429b7e6de2be7f12442fa640e1bc02b3468e5bedd61caf87e0e"
"""sha256 of the first page, as client.log of the case has it."""


def test_a_compressed_capture_is_spooled_so_that_its_pages_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    packed = tmp_path / "x.pcap.gz"
    packed.write_bytes(gzip.compress(ADF.read_bytes()))
    with wsdtrace.open(packed) as trace:
        assert trace.path == str(packed)
        assert trace.images[0].sha256 == DIGEST
        assert len(list(tmp_path.glob("wsdtrace-*"))) == 1
    assert not list(tmp_path.glob("wsdtrace-*"))


def test_standard_input_is_spooled() -> None:
    program = "import wsdtrace as wt; t = wt.open('-'); print(t.images[0].sha256, t.exchanges[3].request.frames)"
    done = subprocess.run(
        [sys.executable, "-c", program], input=ADF.read_bytes(), capture_output=True, check=True, cwd=CAPTURES.parent
    )
    assert done.stdout.decode().split(" ", 1) == [DIGEST, "[40]\n"]


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(CaptureError, match="no such file"):
        wsdtrace.open("not-there.pcap")


def test_what_is_no_capture_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_text("%PDF-1.4")
    with pytest.raises(CaptureError, match="not a pcap or pcapng capture"):
        wsdtrace.open(path)


def test_a_selection_that_means_no_rule_is_told() -> None:
    with pytest.raises(BadSelector, match="NOPE"):
        wsdtrace.open(ADF, select=["NOPE"])


@pytest.mark.parametrize("select", [pytest.param(["WSD7"], id="list"), pytest.param("WSD7", id="a single one")])
def test_only_the_selected_rules_run(select: str | list[str]) -> None:
    with wsdtrace.open(ADF, select=select) as trace:
        assert {finding.code for finding in trace.findings} == {"WSD715"}
        assert {code[:4] for code in trace.ledger} == {"WSD7"}


def test_a_trace_without_dates_has_seconds_and_no_times() -> None:
    with wsdtrace.open(CAPTURES / "adf-3-pages" / "client.log") as trace:
        exchange = trace.exchanges[3]
        assert (exchange.operation, exchange.time, trace.first_time) == ("RetrieveImage", None, None)
        assert exchange.start_s is not None
        assert exchange.start_s > 0
        assert exchange.request is not None
        assert (exchange.request.frames, exchange.wireshark_filter) == ([], "frame.number == 0")
        frame = trace.exchanges.to_df()
        assert frame.request_time.isna().all()
        assert frame.start_s.is_monotonic_increasing
        assert trace.jobs[0].created is None
        assert trace.images[0].shares is None


@pytest.mark.parametrize(
    ("timeouts", "says"),
    [
        pytest.param({"RetriveImage": 3.0}, "did you mean RetrieveImage", id="misspelt"),
        pytest.param({"RetrieveImage": 0.0}, "expected seconds", id="no time"),
    ],
)
def test_a_timeout_of_nothing_is_told(timeouts: dict[str, float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        wsdtrace.open(ADF, timeouts=timeouts)


def test_no_capture_is_told() -> None:
    with pytest.raises(UsageError, match="no capture is named"):
        wsdtrace.open([])


@pytest.fixture
def ring(tmp_path: Path) -> list[Path]:
    """The capture of three pages in two files, cut after frame 80; the second one comes from a pipe."""
    frames = rdpcap(str(ADF))
    first, second = tmp_path / "ring_1.pcap", tmp_path / "ring_2.pcap"
    wrpcap(str(first), frames[:80])
    wrpcap(str(second), frames[80:])
    packed = tmp_path / "ring_2.pcap.gz"
    packed.write_bytes(gzip.compress(second.read_bytes()))
    return [packed, first]


def test_the_files_of_a_ring_are_one_trace(ring: list[Path]) -> None:
    with wsdtrace.open(ring) as trace, wsdtrace.open(ADF) as whole:
        assert trace.path == f"{ring[1]} + 1 more"
        assert trace._facts.input.files == [str(ring[1]), str(ring[0])]
        assert [(f.code, f.frames) for f in trace.findings] == [(f.code, f.frames) for f in whole.findings]
        assert [image.sha256 for image in trace.images] == [image.sha256 for image in whole.images]
        assert [m.raw for m in trace.messages] == [m.raw for m in whole.messages]
        wanted = ["rtt_s", "retransmitted_bytes", "zero_window_s", "first_frame"]
        assert trace.exchanges.to_df()[wanted].equals(whole.exchanges.to_df()[wanted])
        again = trace.check("WSD107", timeouts={"RetrieveImage": 0.03})
        assert [finding.exchanges[0].operation for finding in again] == ["RetrieveImage"]


def test_what_cannot_be_joined_is_told() -> None:
    with pytest.raises(CaptureError, match="client"):
        wsdtrace.open([ADF, CAPTURES / "adf-3-pages" / "client.log"])
