"""The ledger by family: how often each rule fired, passed and could not be decided."""

from __future__ import annotations

from wsdtrace.check.finding import Tally
from wsdtrace.check.rule import FAMILIES, all_rules
from wsdtrace.report.escape import visible
from wsdtrace.report.page import Page, joined
from wsdtrace.report.styled import Text

NAME_CELLS = 42
"""Width of the column of names; the longest name of a rule has 29."""


def family_of(code: str) -> str:
    """The beginning of a code that names its family: `WSD6`; all letters of a code from outside."""
    return code[:4] if code[:4] in FAMILIES else code.rstrip("0123456789")


def write_ledger(page: Page, ledger: dict[str, Tally]) -> None:
    """A line for each rule that had something to judge, under a line for its family with the sums."""
    rows = [(code, ledger[code]) for code in sorted(ledger)]
    families: dict[str, list[tuple[str, Tally]]] = {}
    for code, tally in rows:
        families.setdefault(family_of(code), []).append((code, tally))
    names = {rule.code: rule.name for rule in all_rules()}
    page.line((f"{'rules':<{NAME_CELLS}}{'fired':>7}{'passed':>9}{'inconclusive':>14}", "dim"))
    silent = 0
    for family, members in families.items():
        judged = [(code, t) for code, t in members if t.fired + t.passed + t.inconclusive]
        silent += len(members) - len(judged)
        if not judged:
            continue
        name = f"{family}  {FAMILIES.get(family, 'rules from outside')}"
        page.text(_row(name, [sum(t.fired for _, t in judged), sum(t.passed for _, t in judged),
                              sum(t.inconclusive for _, t in judged)], "bold"))  # fmt: skip
        for code, tally in judged:
            page.text(
                _row(f"  {visible(code)} {names.get(code, '')}", [tally.fired, tally.passed, tally.inconclusive], "")
            )
    if silent:
        page.line((f"{silent} more had nothing to judge.", "dim"))


def _row(name: str, numbers: list[int], style: str) -> Text:
    fired, passed, inconclusive = (f"{n:,}" if n else "·" for n in numbers)
    return joined(
        (f"{name:<{NAME_CELLS}}", style),
        (f"{fired:>7}", "red" if numbers[0] else "dim"),
        (f"{passed:>9}", "" if numbers[1] else "dim"),
        (f"{inconclusive:>14}", "yellow" if numbers[2] else "dim"),
    )
