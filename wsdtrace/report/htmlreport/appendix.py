"""The end of a report: what made it from what, by which rules, and what it keeps to itself."""

from __future__ import annotations

from wsdtrace import __version__
from wsdtrace.check.finding import Tally
from wsdtrace.check.rule import FAMILIES, all_rules
from wsdtrace.report.htmlreport.context import Context, facts, fitted, section, table
from wsdtrace.report.ledger import family_of
from wsdtrace.report.markup import Markup, tag

LEDGER_BUDGET = 50_000
"""Bytes for the ledger: 230 rules that had something to judge."""


def appendix(context: Context) -> Markup:
    """The section."""
    trace, options = context.trace, context.options
    if options.show_secrets:
        redacted = "nothing: tokens and user names are shown"
    elif options.redact:
        redacted = (
            "job tokens, destination tokens, user names, serial numbers, addresses, identifiers, names of devices, "
            "computers and files, and every other text in excerpts that may name somebody"
        )
    else:
        redacted = "job tokens, destination tokens and user names; addresses, serial numbers and names are shown"
    rows = [
        ("made by", f"wsdtrace {__version__}"),
        ("input", context.said(context.redactor.path(trace.input.path))),
        ("sha256 of the input", tag("code", options.sha256) if options.sha256 else "not computed"),
        ("redacted", redacted),
        ("set aside", " ".join(trace.notes)),
    ]
    ledger = {code: t for code, t in sorted(trace.ledger.items()) if t.fired + t.passed + t.inconclusive}
    names = {rule.code: rule.name for rule in all_rules()}

    def row(item: tuple[str, Tally]) -> Markup:
        code, tally = item
        counts = (tally.fired, tally.passed, tally.inconclusive)
        return tag(
            "tr",
            tag("th", tag("code", context.cell(code)), " ", context.cell(names.get(code, "")), scope="row"),
            tag("td", FAMILIES.get(family_of(code), "rules from outside")),
            *(tag("td", f"{n:,}" if n else "·", class_="number") for n in counts),
        )

    kept, more = fitted(list(ledger.items()), row, LEDGER_BUDGET)
    silent = len(trace.ledger) - len(ledger)
    return section(
        "appendix", "Appendix", facts(rows),
        tag(
            "details",
            tag("summary", f"The ledger: {len(ledger)} rules had something to judge, {silent} had not"),
            table("the ledger", ("rule", "family", ">fired", ">passed", ">inconclusive"), kept),
            tag("p", f"{more} more rules are not listed.", class_="left-out") if more else None,
        ),
        tag("p", "Where a rule could not be decided because the capture lacks something, it counts as inconclusive and "
            "nobody is blamed.", class_="source"),
    )  # fmt: skip
