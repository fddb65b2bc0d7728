"""`--format junit`: a test suite for each capture, a test case for each rule that was applied.

A rule that fired at an error or warning failed; one that only fired at infos, or passed, passed; one that could not be
decided for any subject was skipped. CI systems show failures with their text and keep the history of each rule.
"""

from __future__ import annotations

from lxml import etree

from wsdtrace.check.finding import Finding, Severity
from wsdtrace.check.rule import find_rule
from wsdtrace.errors import UnknownRule
from wsdtrace.report.escape import visible
from wsdtrace.report.lines import place, said
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace


def suite(trace: Trace, *, show_secrets: bool) -> etree._Element:
    """The suite of one capture."""
    redactor = Redactor(trace, show=show_secrets)
    found: dict[str, list[Finding]] = {}
    for finding in trace.findings:
        if finding.is_cause and finding.severity is not Severity.INFO:
            found.setdefault(finding.code, []).append(finding)
    element = etree.Element("testsuite", name=visible(trace.input.path))
    failed = skipped = total = 0
    for code, tally in sorted(trace.ledger.items()):
        if not (tally.fired or tally.passed or tally.inconclusive):
            continue
        total += 1
        case = etree.SubElement(element, "testcase", classname=f"wsdtrace.{code[:4]}", name=f"{code} {_name(code)}")
        for finding in found.get(code, ()):
            failure = etree.SubElement(case, "failure", message=said(finding, redactor), type=finding.severity.value)
            failure.text = f"{place(trace, finding)}: fault of {finding.fault_of.value}; see: wsdtrace rule {code}"
        failed += code in found
        if not tally.fired and not tally.passed:
            skipped += 1
            etree.SubElement(case, "skipped", message=f"inconclusive for {tally.inconclusive} subjects")
    errors = 0
    for broken in trace.internal_errors:
        errors += 1
        total += 1
        case = etree.SubElement(element, "testcase", classname="wsdtrace", name=f"internal {visible(broken)[:7]}")
        etree.SubElement(case, "error", message=visible(broken))
    for name, value in (("tests", total), ("failures", failed), ("errors", errors), ("skipped", skipped)):
        element.set(name, str(value))
    return element


def _name(code: str) -> str:
    try:
        return find_rule(code).name
    except UnknownRule:  # a rule from outside that is not loaded here has no name to tell
        return ""


def document(suites: list[etree._Element]) -> str:
    """The whole document."""
    root = etree.Element("testsuites", name="wsdtrace")
    root.extend(suites)
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text.decode()
