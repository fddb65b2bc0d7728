"""`Finding`."""

from tests.explore.conftest import opened
from wsdtrace import Trace


def test_the_facts_of_a_finding(adf: Trace) -> None:
    finding = adf.check("WSD715")[0]
    assert (finding.code, finding.name, finding.severity, finding.fault_of) == (
        "WSD715", "bytes-per-line", "warning", "device",
    )  # fmt: skip
    assert finding.message == "CreateScanJob: MediaFrontImageInfo has BytesPerLine 1911, expected 0 for jfif"
    assert finding.expected == "0 for jfif"
    assert finding.exchanges[0] == adf.exchanges[2]
    assert finding.job is None
    assert finding.exchanges[0].job == adf.jobs[0]
    assert finding.frames == [30]
    assert finding.wireshark_filter == "frame.number in {30}"
    assert finding.caused_by is None
    assert finding.also_seen == 0
    assert finding.source
    assert len(finding.fingerprint) == 16
    assert finding.evidence[0].label == "CreateScanJobResponse"


def test_it_prints_with_its_evidence_and_explains_its_rule(adf: Trace) -> None:
    finding = adf.check("WSD715")[0]
    assert repr(finding).startswith("<Finding W WSD715 bytes-per-line CreateScanJob:")
    assert "├ #30 ← CreateScanJobResponse" in str(finding)
    assert "Why" in finding.explain()


def test_a_consequence_names_its_cause() -> None:
    with opened("late-next-retrieve") as trace:
        consequences = [finding for finding in trace.findings if finding.caused_by is not None]
        for finding in consequences:
            assert finding.caused_by in trace.findings
