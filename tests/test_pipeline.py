"""The laws of the whole: cut invariance, live equals batch, every finding points somewhere, the ledger adds up."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.recut import recut
from tests.shared import CAPTURES, SHARED, needs_shared, shared_path
from wsdtrace.capture import open_capture
from wsdtrace.check.finding import Finding
from wsdtrace.errors import BadSelector, CaptureError
from wsdtrace.pipeline import Options, Run, check_file, read_image, rules_for
from wsdtrace.report.json import render_json
from wsdtrace.report.page import Look, Page
from wsdtrace.report.redact import Redactor
from wsdtrace.report.tables import KINDS
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.events import Event

CASES = sorted(p for p in CAPTURES.glob("*/capture.*"))
RECORDINGS = sorted((SHARED / "data/captures").glob("*.pcap*")) if (SHARED / "data").is_dir() else []


def report_of(trace: Trace) -> str:
    return render_json(trace, show_secrets=True)


def check_in_cuts(path: Path, cuts: list[int], window_bytes: int = 2**21) -> Trace:
    options = Options(digests=True)
    run = Run(options, rules_for(options))
    with open_capture(path, window_bytes=window_bytes) as source:
        for batch in recut(source.batches(), cuts):
            run.frames(batch)
        info = InputInfo(
            path="capture",
            files=["capture"],
            format=source.format,
            frames=source.frames,
            bytes=source.size,
            first_time_ns=source.first_time_ns,
            last_time_ns=source.last_time_ns,
            link_types=list(source.link_types),
            time_digits=run.time_digits,
        )
    return run.finish(info)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_one_frame_at_a_time_gives_the_same_report(path: Path) -> None:
    with open_capture(path) as source:
        frames = sum(len(b) for b in source.batches())
    whole, cut = report_of(check_in_cuts(path, [])), report_of(check_in_cuts(path, list(range(2, frames + 1))))
    assert json.loads(cut) == json.loads(whole)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_what_is_listed_is_the_same_whether_or_not_rules_listen(path: Path) -> None:
    def tables(trace: Trace) -> dict[str, str]:
        out = {}
        for kind in KINDS:
            page = Page(Look(), Redactor(None, show=True))
            KINDS[kind](page, trace)
            out[kind] = str(page)
        return out

    nobody = check_file(str(path), Options(ignore=("WSD",)))
    somebody = check_file(str(path), Options(ignore=("WSD",), on_event=lambda _: None))
    assert tables(nobody) == tables(somebody)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_small_windows_give_the_same_report(path: Path) -> None:
    assert json.loads(report_of(check_in_cuts(path, [], 4096))) == json.loads(report_of(check_in_cuts(path, [])))


@needs_shared
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_cut_of_any_recording_gives_the_same_report(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(RECORDINGS))
    cuts = data.draw(st.lists(st.integers(2, 400), max_size=12))
    assert json.loads(report_of(check_in_cuts(path, cuts))) == json.loads(report_of(check_in_cuts(path, [])))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_every_finding_points_at_a_frame_of_the_capture(path: Path) -> None:
    trace = check_file(str(path))
    for finding in trace.findings:
        assert finding.evidence, finding.code
        assert all(1 <= stamp.number <= trace.input.frames for stamp in finding.stamps), finding.message


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_no_rule_raises(path: Path) -> None:
    assert check_file(str(path)).internal_errors == []


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_what_fired_is_in_the_ledger_and_the_reverse(path: Path) -> None:
    trace = check_file(str(path))
    assert {f.code for f in trace.findings} == {code for code, tally in trace.ledger.items() if tally.fired}


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_findings_as_they_happen_are_those_of_the_end(path: Path) -> None:
    seen: list[Finding] = []
    trace = check_file(str(path), Options(on_finding=seen.append))
    assert {id(f) for f in seen} == {id(f) for f in trace.findings}


def test_time_of_events_never_falls() -> None:
    times: list[int] = []

    def note(event: Event) -> None:
        times.append(event.stamp.number)

    check_file(str(CAPTURES / "adf-3-pages/capture.pcap"), Options(on_event=note))
    assert times
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("flatbed_for_snaplen.pcap", "flatbed_for_snaplen.pcapng", id="pcap and pcapng"),
        pytest.param("flatbed_color.pcap", "flatbed_color_nsec.pcap", id="microseconds and nanoseconds"),
    ],
)
@needs_shared
def test_the_container_changes_no_finding(one: str, other: str) -> None:
    first, second = (check_file(str(shared_path(f"data/captures/{name}"))) for name in (one, other))
    assert [(f.code, f.message, f.stamps) for f in first.findings] == [
        (f.code, f.message, f.stamps) for f in second.findings
    ]
    assert first.ledger == second.ledger


@needs_shared
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda p: p.name)
def test_an_image_read_again_is_the_image_that_streamed_through(path: Path) -> None:
    trace = check_file(str(path), Options(digests=True))
    for image in trace.images:
        data = b"".join(read_image(trace, image))
        assert len(data) == image.probe.length
        assert image.probe.sha256 in (None, hashlib.sha256(data).hexdigest())


def test_a_selection_runs_only_its_rules() -> None:
    trace = check_file(str(CAPTURES / "orphaned-job/capture.pcapng"), Options(select=("WSD6",), ignore=("WSD601",)))
    assert trace.ledger
    assert all(code.startswith("WSD6") and code != "WSD601" for code in trace.ledger)


def test_an_unknown_selector_names_the_nearest_rule() -> None:
    with pytest.raises(BadSelector, match=r"did you mean WSD601"):
        rules_for(Options(select=("WSD6O1",)))


def test_images_of_a_source_that_is_gone_cannot_be_read() -> None:
    trace = check_file(str(CAPTURES / "clean-flatbed/capture.pcap"))
    trace.read_content = None
    with pytest.raises(CaptureError, match="cannot be read again"):
        read_image(trace, trace.images[0])


def test_messages_are_dropped_once_they_were_judged() -> None:
    trace = check_file(str(CAPTURES / "clean-flatbed/capture.pcap"))
    assert [x for x in trace.exchanges if x.request is not None and x.request.envelope is not None] == []


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_a_released_message_is_read_again_as_it_was(path: Path) -> None:
    again = check_file(str(path), Options(keep_places=True, ignore=("WSD",)))
    kept = check_file(str(path), Options(keep_messages=lambda _: True, ignore=("WSD",)))
    assert again.read_message is not None
    for one, other in zip(again.exchanges, kept.exchanges, strict=True):
        pairs = [(one.request, other.request), (one.response, other.response)]
        pairs += zip(one.answers, other.answers, strict=True)
        for message, expected in pairs:
            if message is None or expected is None:
                assert message is expected
                continue
            assert (message.http, message.datagram, message.xml) == (None, None, None)
            read = again.read_message(message, one.request if message is not one.request else None)
            assert read is not None
            assert (read.xml, read.fault) == (expected.xml, expected.fault)
            if read.fault is None:  # a fault holds elements of lxml, which are equal to themselves alone
                assert read.decoded == expected.decoded
            assert (read.first, read.last, read.complete, read.status) == (
                expected.first, expected.last, expected.complete, expected.status,
            )  # fmt: skip
            if read.http is not None and expected.http is not None:
                assert read.http.fields == expected.http.fields
                assert read.http.content.data == expected.http.content.data
                assert read.http.anomalies == expected.http.anomalies


def test_messages_are_kept_on_demand() -> None:
    options = Options(keep_messages=lambda x: x.operation == "CreateScanJob")
    trace = check_file(str(CAPTURES / "clean-flatbed/capture.pcap"), options)
    kept = [x.operation for x in trace.exchanges if x.request is not None and x.request.envelope is not None]
    assert kept == ["CreateScanJob"]
