"""JUnit: a case for each rule that was applied; read back by an XML parser."""

from __future__ import annotations

from lxml import etree

from tests.report.hostile import hostile_trace
from tests.shared import CAPTURES
from wsdtrace.pipeline import check_file
from wsdtrace.report.junit import document, suite


def read(text: str) -> etree._Element:
    return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))


def test_counts_agree_with_the_cases() -> None:
    trace = check_file(str(CAPTURES / "orphaned-job/capture.pcapng"))
    root = read(document([suite(trace, show_secrets=False)]))
    (one,) = root
    assert int(one.get("tests", "")) == len(one.findall("testcase")) > 20
    for count, child in (("failures", "failure"), ("skipped", "skipped")):
        assert int(one.get(count, "")) == sum(case.find(child) is not None for case in one.findall("testcase"))
    assert int(one.get("failures", "")) > 0
    assert one.xpath("testcase[starts-with(@name, 'WSD601 ')]/failure")


def test_a_rule_that_raised_is_an_error() -> None:
    trace = check_file(str(CAPTURES / "clean-flatbed/capture.pcap"))
    trace.internal_errors.append("ACME001: ValueError: no")
    (one,) = read(document([suite(trace, show_secrets=False)]))
    assert one.get("errors") == "1"


def test_a_hostile_capture_gives_well_formed_xml() -> None:
    text = document([suite(hostile_trace(), show_secrets=True)])
    assert read(text).tag == "testsuites"
    assert "\x1b" not in text
    assert "<script>" not in text
