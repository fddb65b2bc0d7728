"""A trace of sane-airscan says what the capture of the same scan says, and never more.

What a trace does not hold is in the table of exceptions, with the reason.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.airscan import PAGE, archive, scan_files, scan_log, write_trace
from tests.shared import SHARED, needs_shared
from wsdtrace.check.finding import FaultOf
from wsdtrace.pipeline import Options, check_file, read_image
from wsdtrace.records import LocatorKind
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Transport

FOLDER = SHARED / "data/captures"
TRACES = sorted(FOLDER.glob("*.trace")) if (SHARED / "data").is_dir() else []

WITHOUT_ITS_PAGE = {
    "cancel_flatbed": "the driver gave the page up, and wrote nothing down of what had come of it",
    "mtom_lf": "the driver did not understand the multipart, and wrote nothing of it down",
}
PARTS_OF_A_CAPTURE = re.compile(r"(sequence_3jobs|discovery_airscan_full|intercept_airscan)-")
"""Several programs were run while one capture was taken: each trace has its share of it."""


def capture_of(trace: Path) -> Path:
    """The capture that was taken while the trace was written; of a conversation in TLS a plain twin."""
    name = trace.stem
    if name == "https_keylog":
        name = "flatbed_color"
    path = FOLDER / f"{name}.pcap"
    return path if path.exists() else FOLDER / f"{name.rpartition('-')[0]}.pcap"


def jobs(trace: Trace) -> list[tuple[object, ...]]:
    return [(j.job_id, j.state, j.outcome, len(j.images), j.input_source, j.format) for j in trace.jobs]


def images(trace: Trace) -> list[str | None]:
    return [image.probe.sha256 for image in trace.images if image.complete]


def faults(trace: Trace) -> list[tuple[object, ...]]:
    told = [(x.operation, x.fault) for x in trace.exchanges if x.copy_of is None]
    return [(name, fault.code, fault.subcode, fault.reason) for name, fault in told if fault is not None]


def exchanges(trace: Trace) -> list[tuple[object, ...]]:
    told = [x for x in trace.exchanges if x.transport is Transport.HTTP and x.copy_of is None]
    return [(x.operation, x.response.status if x.response is not None else None) for x in told]


def findings(trace: Trace) -> set[tuple[object, ...]]:
    """Code, whose fault, and of what is wrong with a message the operation."""
    about = [(f, f.exchanges[0].operation if f.exchanges else None) for f in trace.findings]
    return {(f.code, f.fault_of, None if f.fault_of is FaultOf.CAPTURE else operation) for f, operation in about}


def is_part(some: Iterable[object], whole: Iterable[object]) -> bool:
    """The items of `some` stand in `whole` in that order."""
    rest = iter(whole)
    return all(item in rest for item in some)


@needs_shared
@pytest.mark.parametrize("path", TRACES, ids=lambda p: p.stem)
def test_a_trace_tells_what_its_capture_tells(path: Path) -> None:
    trace, capture = (check_file(str(p), Options(digests=True)) for p in (path, capture_of(path)))
    assert trace.internal_errors == []
    assert findings(trace) <= findings(capture)
    name = path.stem
    if PARTS_OF_A_CAPTURE.match(name):
        for facts in (jobs, images, faults, exchanges):
            assert is_part(facts(trace), facts(capture)), facts.__name__
        return
    assert faults(trace) == faults(capture)
    if name not in WITHOUT_ITS_PAGE:
        assert (jobs(trace), images(trace), exchanges(trace)) == (jobs(capture), images(capture), exchanges(capture))


@needs_shared
@pytest.mark.parametrize("path", TRACES, ids=lambda p: p.stem)
def test_the_images_of_a_trace_are_those_that_the_driver_took_out(path: Path) -> None:
    truth = json.loads((FOLDER / "TRUTH.json").read_text()).get(path.stem, [])
    trace = check_file(str(path), Options(digests=True))
    assert images(trace) == [image["sha256"] for image in truth]
    again = [hashlib.sha256(b"".join(read_image(trace, image))).hexdigest() for image in trace.images if image.complete]
    assert again == [image["sha256"] for image in truth]


@needs_shared
@pytest.mark.parametrize("path", TRACES, ids=lambda p: p.stem)
def test_every_finding_points_at_a_line_that_has_it(path: Path) -> None:
    trace = check_file(str(path))
    assert trace.input.logs
    for finding in trace.findings:
        assert finding.evidence
        for evidence in finding.evidence:
            found = trace.input.line_of(evidence.stamp.number)
            assert evidence.stamp.kind is LocatorKind.LOG_LINE
            assert found is not None
            line = Path(found[0]).read_text(errors="replace").split("\n")[found[1] - 1]
            if evidence.path is not None and evidence.caret is not None:
                assert re.search(r"[\w.-]+", evidence.path.rpartition("/")[2].rpartition("@")[0] or line) is not None
                marked = (evidence.excerpt or "")[slice(*evidence.caret)]
                assert marked.split(" ")[0] in line


def test_a_page_can_be_read_again(tmp_path: Path) -> None:
    trace = check_file(str(write_trace(tmp_path, scan_log(), scan_files())))
    [image] = trace.images
    assert (image.complete, b"".join(read_image(trace, image))) == (True, PAGE)
    [job] = trace.jobs
    assert (job.job_id, len(job.images)) == (1, 1)


@pytest.mark.parametrize(
    ("files", "complete", "missing"),
    [
        pytest.param(scan_files(), True, 0, id="whole"),
        pytest.param(None, False, len(PAGE), id="no archive"),
        pytest.param([], False, len(PAGE), id="empty archive"),
        pytest.param(scan_files()[1:], True, 0, id="the page alone"),
    ],
)
def test_without_its_archive_a_page_is_incomplete(
    tmp_path: Path, files: list[tuple[str, bytes]] | None, complete: bool, missing: int
) -> None:
    whole = check_file(str(write_trace(tmp_path / "whole", scan_log(), scan_files())))
    trace = check_file(str(write_trace(tmp_path / "other", scan_log(), files)))
    [image] = trace.images
    assert (image.complete, image.probe.missing) == (complete, missing)
    assert {f.code for f in trace.findings} <= {f.code for f in whole.findings} | {"WSD007"}
    assert not trace.undecidable


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_trace_is_read_without_an_exception(tmp_path: Path, data: st.DataObject) -> None:
    log, tar = scan_log().encode(), archive(scan_files())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(log)))
        log = log[:at] + data.draw(st.binary(max_size=6)) + log[at + data.draw(st.integers(0, 60)) :]
    at = data.draw(st.integers(0, len(tar)))
    tar = tar[:at] + data.draw(st.binary(max_size=6)) + tar[at + data.draw(st.sampled_from([0, 1, 600])) :]
    (tmp_path / "scan-Test.log").write_bytes(b"00:00:00.000: Test: device created\n" + log)
    (tmp_path / "scan-Test.tar").write_bytes(tar)
    trace = check_file(str(tmp_path), Options(digests=True))
    assert trace.internal_errors == []
    for image in trace.images:
        assert len(b"".join(read_image(trace, image))) == image.probe.length
