"""`wsdtrace rule`: what a rule says, why, whose fault it is, and what breaks and keeps it; or the list of all rules."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wsdtrace.check.rule import FAMILIES, Rule
from wsdtrace.report.findings import LETTERS, STYLES
from wsdtrace.report.page import Page, joined
from wsdtrace.report.styled import Text

_SEVERITY_MEANS = {
    "error": "a MUST is broken, or data is lost",
    "warning": "a SHOULD is broken, or interoperability is known to suffer",
    "info": "worth seeing",
}

_PARAGRAPHS = re.compile(r"\n\s*\n")


def write_rule(page: Page, rule: Rule) -> None:
    """One rule in full."""
    page.text(
        joined((LETTERS[rule.severity], STYLES[rule.severity]), " ", (rule.code, "bold"), " ", (rule.name, "bold"))
    )
    _paragraphs(page, rule.summary)
    facts = [
        ("severity", f"{rule.severity.value}: {_SEVERITY_MEANS[rule.severity.value]}"),
        ("fault of", f"the {rule.fault_of.value}, as a rule" if rule.fault_of.value != "unknown" else "unknown"),
        ("needs", ", ".join(need.value for need in rule.needs) + "; else it is inconclusive" if rule.needs else ""),
        ("source", rule.source),
        ("family", f"{rule.family}, {FAMILIES.get(rule.family, 'rules from outside')}"),
    ]
    page.blank()
    for name, value in facts:
        if value:
            page.hanging(joined((f"  {name:<10}", "dim")), Text(value))
    if rule.why:
        page.blank()
        page.line(("Why", "bold"))
        _paragraphs(page, rule.why)
    for title, example, style in (("Bad", rule.bad, "red"), ("Good", rule.good, "green")):
        if example:
            page.blank()
            page.line((title, f"bold {style}"))
            for line in example.splitlines():
                page.line("    ", line)


def write_rules(page: Page, rules: Iterable[Rule]) -> None:
    """Every rule on a line, by family."""
    known = list(rules)
    width = max((len(rule.name) for rule in known), default=0)
    family = ""
    for rule in known:
        if rule.family != family:
            if family:
                page.blank()
            family = rule.family
            page.line((f"{family}  {FAMILIES.get(family, 'rules from outside')}", "bold"))
        prefix = joined((LETTERS[rule.severity], STYLES[rule.severity]), f" {rule.code} {rule.name:<{width}}  ")
        page.hanging(prefix, Text(" ".join(_PARAGRAPHS.split(rule.summary)[0].split())))
    page.blank()
    page.line((f"{len(known)} rules. ", "dim"), "wsdtrace rule CODE", (" explains one.", "dim"))


def _paragraphs(page: Page, text: str) -> None:
    for paragraph in _PARAGRAPHS.split(text.strip()):
        if paragraph.strip():
            page.hanging(joined("  "), Text(" ".join(paragraph.split())))
