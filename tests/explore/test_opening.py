"""`wsdtrace.open`: files, pipes, compressed files; what cannot be opened."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

import wsdtrace
from tests.shared import CAPTURES
from wsdtrace.errors import BadSelector, CaptureError

ADF = CAPTURES / "adf-3-pages" / "capture.pcap"
DIGEST = "d40cac3b77fe4429b7e6de2be7f12442fa640e1bc02b3468e5bedd61caf87e0e"
"""sha256 of the first page, as client.log of the case has it."""


def test_a_compressed_capture_is_spooled_so_that_its_pages_can_be_read(tmp_path: Path) -> None:
    packed = tmp_path / "x.pcap.gz"
    packed.write_bytes(gzip.compress(ADF.read_bytes()))
    with wsdtrace.open(packed) as trace:
        assert trace.path == str(packed)
        assert trace.images[0].sha256 == DIGEST
        copy = Path(trace._spool.path)
        assert copy.exists()
    assert not copy.exists()


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


def test_only_the_selected_rules_run() -> None:
    with wsdtrace.open(ADF, select=["WSD7"]) as trace:
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
