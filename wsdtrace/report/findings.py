"""One finding for people: its line, the tree of its evidence, what was expected, what it may mean, what followed."""

from __future__ import annotations

from wsdtrace.check.finding import Evidence, Finding, Interpretation, Severity
from wsdtrace.records import LocatorKind, Stamp
from wsdtrace.report.escape import visible
from wsdtrace.report.page import Page, Verbosity, joined, padded
from wsdtrace.report.styled import Text, cell_len
from wsdtrace.report.times import offset

LETTERS = {Severity.ERROR: "E", Severity.WARNING: "W", Severity.INFO: "I"}
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}

LOCATORS = {LocatorKind.FRAME: "#", LocatorKind.LOG_LINE: "line ", LocatorKind.RECORD: "record "}
"""What stands before the number of a place."""

LABEL_CELLS = 26
"""Width of the evidence's label, blank included: with all but the longest names the times stand in one column."""

WIDE = 76
"""From this width on the labels of all findings have one width."""

MAX_LABEL = 80
"""Characters of a label."""

MAX_HANG = 30
"""Blanks in front of a message's following lines, however long the rule's name is."""

MAX_EXCERPT = 72
"""Characters of an excerpt around its caret."""

_TREE = "   "


class FindingWriter:
    """Writes findings of one trace.

    Args:
        page: where to.
        start_ns: time of the first frame, from which times are told.
        consequences: by `id` of the cause, what follows from it.
    """

    def __init__(self, page: Page, start_ns: int | None, consequences: dict[int, list[Finding]]) -> None:
        self._page = page
        self._start_ns = start_ns
        self._consequences = consequences

    def write(self, finding: Finding) -> None:
        """A finding with all that belongs to it."""
        self._write_head(finding, Text())
        if self._page.look.verbosity is not Verbosity.QUIET:
            self._write_tree(finding)

    def write_line(self, finding: Finding) -> None:
        """The finding alone, without what proves it."""
        self._write_head(finding, Text())

    def _write_head(self, finding: Finding, prefix: Text) -> None:
        page = self._page
        prefix.append(LETTERS[finding.severity], STYLES[finding.severity]).append(" ")
        prefix.append(page.said(finding.code), "bold").append(f" {page.said(finding.name)}", "bold").append("   ")
        body = Text(page.said(finding.message))
        if finding.also_seen:
            body.append(f"  ×{finding.also_seen + 1}", "bold")
        right = joined(("fault: ", "dim"), finding.fault_of.value) if finding.caused_by is None else None
        page.hanging(prefix, body, right=right, hang=" " * min(prefix.cell_len, MAX_HANG))

    def _write_tree(self, finding: Finding) -> None:
        page = self._page
        shown, others = self._shown_evidence(finding)
        numbers = [where(e.stamp) for e in shown]
        number_width = max((len(n) for n in numbers), default=3)
        notes = [Text(note) for note in ([f"expected {page.said(finding.expected)}"] if finding.expected else [])]
        notes = [*([Text(others, "dim")] if others else []), *notes, *map(self._reading, finding.interpretations)]
        followers = self._consequences.get(finding.id, [])
        branches = _Branches(len(shown) + len(notes) + len(followers))
        longest = max((cell_len(page.said(e.label, MAX_LABEL)) for e in shown), default=0)
        label_width = max(LABEL_CELLS, longest + 2) if page.width >= WIDE else longest + 1
        for evidence, number in zip(shown, numbers, strict=True):
            self._write_evidence(evidence, padded(number, number_width), label_width, *branches.take())
        blank = " " * (number_width + 3)
        for note in notes:
            branch, trunk = branches.take()
            page.hanging(joined(branch, blank), note, hang=trunk + blank, narrow=trunk + "  ")
        for follower in followers:
            branch, trunk = branches.take()
            self._write_follower(follower, branch, trunk)

    def _shown_evidence(self, finding: Finding) -> tuple[list[Evidence], str]:
        """The evidence to show, and where the same was seen again: of equal findings one is enough without -v."""
        evidence = finding.evidence
        if not finding.also_seen or self._page.look.verbosity is Verbosity.VERBOSE:
            return evidence, ""
        kinds = [(e.role, e.label) for e in evidence]
        period = next(
            (p for p in range(1, len(kinds)) if all(k == kinds[i % p] for i, k in enumerate(kinds))), len(kinds)
        )
        again = [where(e.stamp) for e in evidence[period::period]]
        if not again:
            return evidence, ""
        rest = finding.also_seen - len(again)
        return evidence[:period], f"again at {', '.join(again)}" + (f" and {rest:,} times more" if rest > 0 else "")

    def _reading(self, reading: Interpretation) -> Text:
        body = Text(f"may mean: {self._page.said(reading.text)}")
        if reading.seen_on:
            body.append(f"  (seen on {self._page.said(reading.seen_on)})", "dim")
        return body

    def _write_evidence(self, evidence: Evidence, number: str, label_width: int, branch: str, trunk: str) -> None:
        page = self._page
        prefix = joined(branch, (number, "cyan"), f" {evidence.arrow} ")
        margin = trunk + " " * (prefix.cell_len - len(trunk))
        label = page.said(evidence.label, MAX_LABEL)
        detail = page.said(evidence.detail)
        if page.look.verbosity is Verbosity.VERBOSE and evidence.path:
            detail = f"{detail}  {page.said(evidence.path)}".strip()
        excerpt = self._excerpt(evidence) if evidence.excerpt else None
        beside = prefix.cell_len + cell_len(label) + 3
        if excerpt is not None and not detail and beside + excerpt[0].cell_len <= page.width:
            page.text(joined(prefix, label, "   ", excerpt[0]))
            self._write_caret(padded(margin, beside), excerpt)
            return
        prefix.append(padded(label, label_width)).append(offset(evidence.stamp.time_ns, self._start_ns), "dim")
        if prefix.cell_len + 3 + cell_len(detail) <= page.width:
            page.text(prefix.append(f"   {detail}"))
        else:
            # A line of its own, beneath the label, holds most of what does not fit beside the time.
            page.text(prefix)
            detail = _without_beginning(detail, page.width - len(margin) - 2)
            page.hanging(Text(f"{margin}  "), Text(detail), hang=f"{margin}  ", narrow=margin)
        if excerpt is not None:
            page.text(joined(margin, excerpt[0]))
            self._write_caret(margin, excerpt)

    def _excerpt(self, evidence: Evidence) -> tuple[Text, int, int]:
        """The excerpt cut to what is shown, and the cells before and under its caret."""
        page = self._page
        redacted, caret = page.redactor.excerpt(evidence.excerpt or "", evidence.caret)
        start, end = caret or (0, 0)
        start, end = max(min(start, len(redacted)), 0), max(min(end, len(redacted)), 0)
        room = max(min(MAX_EXCERPT, page.width - 16), 16)
        marked = redacted[start:end][:room]
        tail = redacted[start + len(marked) :]
        spare = room - len(marked)
        after = tail[: max(spare // 2, spare - start)]
        before = redacted[max(start - (spare - len(after)), 0) : start]
        texts = [visible(before), visible(marked), visible(after)]
        if len(before) < start:
            texts[0] = "…" + texts[0]
        if len(after) < len(tail):
            texts[2] += "…"
        shown = joined(texts[0], (texts[1], "bold red" if caret else ""), texts[2])
        return shown, cell_len(texts[0]), cell_len(texts[1]) if caret else 0

    def _write_caret(self, margin: str, excerpt: tuple[Text, int, int]) -> None:
        _, before, under = excerpt
        if under:
            self._page.text(joined(margin, " " * before, ("^" * under, "bold red")))

    def _write_follower(self, finding: Finding, branch: str, trunk: str) -> None:
        self._write_head(finding, joined(branch, ("so ", "dim")))
        for deeper in self._consequences.get(finding.id, []):
            self._write_follower(deeper, trunk + "   ", trunk + "   ")


class _Branches:
    """Hands out `├` for every row but the last, which gets `└`."""

    def __init__(self, rows: int) -> None:
        self._left = rows

    def take(self) -> tuple[str, str]:
        self._left -= 1
        return (f"{_TREE}├ ", f"{_TREE}│ ") if self._left > 0 else (f"{_TREE}└ ", f"{_TREE}  ")


def _without_beginning(path: str, room: int) -> str:
    """Of an element path that is too long its end, which says most; any other text as it is."""
    if cell_len(path) <= room or " " in path or ":" in path:
        return path
    while "/" in path and cell_len(path) + 2 > room:
        path = path.partition("/")[2]
    return f"…/{path}"


def where(stamp: Stamp) -> str:
    """`#17`, the frame as Wireshark counts it; `line 8` of a log."""
    return f"{LOCATORS[stamp.kind]}{stamp.number}"
