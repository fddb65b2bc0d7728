"""`Trace`: what it says of itself, questions to the rules, closing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import wsdtrace
from tests.command import run
from tests.shared import CAPTURES
from wsdtrace import Trace
from wsdtrace.check.finding import FaultOf, Objection, Severity
from wsdtrace.check.rule import rule, withdraw
from wsdtrace.check.show import request_line
from wsdtrace.errors import BadSelector, CaptureError, UsageError
from wsdtrace.state.events import JobCreated

ADF = CAPTURES / "adf-3-pages" / "capture.pcap"


def test_its_text_is_the_report_of_check(adf: Trace) -> None:
    assert repr(adf).startswith("adf-3-pages  165 frames  1 device  1 client  1 job  3 images  3.5 s\n")
    assert "WSD715" in repr(adf)


def test_it_knows_its_source(adf: Trace) -> None:
    assert (adf.format, adf.frames, Path(adf.path).name) == ("pcap", 165, "capture.pcap")
    assert adf.first_time is not None
    assert adf.last_time is not None
    assert adf.duration_s == pytest.approx((adf.last_time - adf.first_time).total_seconds(), abs=1e-5)


def test_check_gives_the_findings_of_some_rules(adf: Trace) -> None:
    assert {finding.code for finding in adf.check(select=["WSD7"])} == {"WSD715"}
    assert {finding.code for finding in adf.check("WSD7")} == {"WSD715"}
    assert "WSD715" not in {finding.code for finding in adf.check(ignore=["WSD7"])}
    assert adf.check() == adf.findings


def test_check_reads_again_for_other_timeouts(adf: Trace) -> None:
    assert not adf.check("WSD107")
    slow = adf.check("WSD107", timeouts={"RetrieveImage": 0.03})
    assert [finding.exchanges[0].operation for finding in slow] == ["RetrieveImage"]
    assert slow[0].exchanges[0].request is not None
    assert slow[0].exchanges[0].request.xml


def test_check_runs_rules_that_were_not_run_before() -> None:
    with wsdtrace.open(ADF, select=["WSD1"]) as trace:
        assert not trace.findings
        assert {finding.code for finding in trace.check("WSD7")} == {"WSD715"}


def test_check_tells_a_selection_that_means_nothing(adf: Trace) -> None:
    with pytest.raises(BadSelector):
        adf.check(select=["NOPE"])


def test_the_exchange_of_a_frame_is_found(adf: Trace) -> None:
    found = adf.exchange_at(44)
    assert found is not None
    assert (found.id, found.operation) == (4, "RetrieveImage")
    assert adf.exchange_at(1) is None


def test_a_closed_trace_keeps_its_facts_and_says_why_it_reads_no_more() -> None:
    trace = wsdtrace.open(ADF)
    exchange = trace.exchanges[3]
    trace.close()
    trace.close()
    assert exchange.operation == "RetrieveImage"
    assert len(trace.findings) == 8
    assert exchange.request is not None
    with pytest.raises(CaptureError, match=r"capture\.pcap: the trace is closed"):
        _ = exchange.request.body
    with pytest.raises(CaptureError, match="the trace is closed"):
        trace.images[0].read()
    with pytest.raises(CaptureError, match="the trace is closed"):
        trace.check(timeouts={"RetrieveImage": 1.0})
    with pytest.raises(CaptureError, match="the trace is closed"):
        _ = exchange.rtt_s
    with pytest.raises(CaptureError, match="the trace is closed"):
        trace.to_html()
    assert len(trace.jobs.to_df()) == 1


def test_what_the_network_did_is_kept_by_a_closed_trace() -> None:
    with wsdtrace.open(ADF) as trace:
        rows = trace.exchanges.to_df()
    assert rows.equals(trace.exchanges.to_df())
    assert (rows.rtt_s > 0).all()


def test_check_keeps_the_timeouts_of_open() -> None:
    with wsdtrace.open(ADF, select="WSD7", timeouts={"RetrieveImage": 0.03}) as trace:
        assert [finding.exchanges[0].operation for finding in trace.check("WSD107")] == ["RetrieveImage"]


def test_a_rule_of_a_cell_is_run_by_check() -> None:
    @rule("ACME001", "seen", Severity.INFO, on=JobCreated, fault_of=FaultOf.CLIENT, source="house rule")
    def _seen(event: JobCreated) -> Iterator[Objection]:
        """A job was made."""
        yield Objection(f"{event.job.label}: made", request_line(event.exchange))

    try:
        with wsdtrace.open(ADF, select="WSD1") as trace:
            assert [finding.code for finding in trace.check() if finding.code.startswith("ACME")] == ["ACME001"]
    finally:
        withdraw(["ACME001"])


@pytest.mark.parametrize("form", ["json", "html", "markdown"])
def test_it_writes_what_the_commands_write(form: str) -> None:
    verb = "check" if form == "json" else "report"
    done = run(verb, "--format", form, ADF)
    with wsdtrace.open(ADF) as trace:
        assert getattr(trace, f"to_{form}")() == done.out


def test_a_report_with_secrets_is_not_redacted() -> None:
    with wsdtrace.open(ADF, show_secrets=True) as trace:
        with pytest.raises(UsageError, match="exclude each other"):
            trace.to_markdown()
        with pytest.raises(UsageError, match="expected one of thumb, full, none"):
            trace.to_html(images="all")


def test_a_file_that_was_changed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    shutil.copy(ADF, path)
    trace = wsdtrace.open(path)
    data = bytearray(path.read_bytes())
    data[2000:] = bytes(len(data) - 2000)
    path.write_bytes(data)
    assert trace.exchanges[3].request is not None
    with pytest.raises(CaptureError, match="cannot be read again: the file was changed"):
        _ = trace.exchanges[3].request.body


def test_messages_of_one_trace_do_not_pile_up(adf: Trace) -> None:
    for message in adf.messages:
        _ = message.body
    assert len(adf._kept) <= 64
