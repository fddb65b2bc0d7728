"""The findings: each with its evidence, why it matters, where it stands written, and what followed from it."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Evidence, Finding, Severity
from wsdtrace.check.rule import Rule, all_rules
from wsdtrace.report.findings import where
from wsdtrace.report.htmlreport.context import Context, finding_id, left_out, section, severity_badge
from wsdtrace.report.markup import Markup, joined, tag
from wsdtrace.report.text import consequences_of

FINDINGS_BUDGET = 270_000
"""Bytes for findings: one with four pieces of evidence has 3 kB."""

MAX_EVIDENCE = 8
"""Pieces of evidence of one finding; equal ones that were folded bring the same again."""

MAX_AGAIN = 12
"""Places at which the same was seen again that are named."""

MAX_EXCERPT = 200
"""Characters of an excerpt."""


def ranked(context: Context) -> list[Finding]:
    """The causes, the worst first, then in the order of the capture."""
    causes = [f for f in context.trace.findings if f.is_cause]
    return sorted(causes, key=lambda f: (f.severity.rank, f.evidence[0].stamp.number if f.evidence else 0, f.id))


def findings(context: Context) -> Markup:
    """The section; remembers in the context which findings can be linked to."""
    rules = {rule.code: rule for rule in all_rules()}
    followers = consequences_of(context.trace.findings)
    causes = ranked(context)
    explained: set[str] = set()
    used: set[str] = set()
    kept: list[Markup] = []
    budget = FINDINGS_BUDGET
    for finding in causes:
        anchor = finding_id(finding)
        piece = _Writer(context, rules, followers, explained, None if anchor in used else anchor).finding(finding)
        budget -= len(piece.encode())
        if budget < 0:
            break
        used.add(anchor)
        context.told.add(finding.id)
        kept.append(piece)
    if not causes:
        return section("findings", "Findings", tag("p", "No rule fired.", class_="empty"))
    waived = sum(1 for f in context.trace.findings if f.waived is not None)
    note = (
        tag("p", f"{waived} more were set aside by baseline or configuration.", class_="left-out") if waived else None
    )
    return section(
        "findings", "Findings", _controls(), tag("div", kept, id="finding-list"),
        left_out(len(causes) - len(kept), "findings", "wsdtrace check -v FILE"), note,
    )  # fmt: skip


def first_round(finding: Finding) -> tuple[list[Evidence], list[Evidence]]:
    """The evidence of the first of equal findings, and where the others begin."""
    evidence = finding.evidence
    if not finding.also_seen:
        return evidence, []
    kinds = [(e.role, e.label) for e in evidence]
    period = next((p for p in range(1, len(kinds)) if all(k == kinds[i % p] for i, k in enumerate(kinds))), len(kinds))
    return evidence[:period], evidence[period::period]


def _controls() -> Markup:
    """Shown by the script only; without it everything is there to read."""
    boxes = [
        tag("label", tag("input", type="checkbox", value=s.value, checked=True, class_="severity-box"), " ",
            severity_badge(s), f" {s.value}s")
        for s in Severity
    ]  # fmt: skip
    return tag(
        "div",
        tag("label", "Filter findings ", tag("input", type="search", id="finding-filter", placeholder="text or code")),
        boxes,
        tag("button", "Unfold all", type="button", id="unfold"),
        tag("button", "Fold all", type="button", id="fold"),
        tag("span", "", id="finding-count", role="status", class_="count"),
        class_="controls", role="group", aria_label="filter findings", hidden=True,
    )  # fmt: skip


class _Writer:
    def __init__(
        self,
        context: Context,
        rules: dict[str, Rule],
        followers: dict[int, list[Finding]],
        explained: set[str],
        anchor: str | None,
    ) -> None:
        self._context = context
        self._rules = rules
        self._followers = followers
        self._explained = explained
        self._anchor = anchor

    def finding(self, finding: Finding) -> Markup:
        context = self._context
        times = tag("span", f"×{finding.also_seen + 1}", class_="times") if finding.also_seen else None
        summary = tag(
            "summary",
            severity_badge(finding.severity),
            tag(
                "span", tag("code", finding.code), " ", tag("strong", context.said(finding.name)), times, class_="what"
            ),
            tag("span", context.said(finding.message), class_="message"),
            tag("span", f"fault: {finding.fault_of.value}", class_=f"fault {finding.fault_of.value}"),
        )
        anchor = tag(
            "a", "#", href=f"#{self._anchor}", class_="anchor", aria_label=f"link to this finding, {finding.code}"
        )
        body = [
            self._place(finding),
            self._evidence(finding),
            tag("p", tag("b", "Expected: "), context.said(finding.expected)) if finding.expected else None,
            *(self._reading(finding, i) for i in range(len(finding.interpretations))),
            self._consequences(finding),
            self._why(finding),
        ]
        details = tag("details", summary, tag("div", body, class_="body"), open=finding.severity is not Severity.INFO)
        return tag(
            "article", details, anchor if self._anchor else None,
            class_=f"card finding {finding.severity.value}", id=self._anchor, data_severity=finding.severity.value,
        )  # fmt: skip

    def _place(self, finding: Finding) -> Markup | None:
        context = self._context
        links = [context.exchange_link(e, f"exchange {e.id}") for e in {e.id: e for e in finding.exchanges}.values()][
            :12
        ]
        job = context.job_link(finding.job) if finding.job is not None and finding.job in context.trace.jobs else None
        parts = [job, *links]
        shown = [joined(" · " if i else "", part) for i, part in enumerate(p for p in parts if p)]
        return tag("p", shown, class_="place") if shown else None

    def _evidence(self, finding: Finding) -> Markup | None:
        first, again = first_round(finding)
        shown = first[:MAX_EVIDENCE]
        if not shown:
            return None
        rows = tag("ol", [self._piece(evidence) for evidence in shown], class_="evidence")
        left = len(first) - len(shown)
        notes = [f"{left} more places" if left else ""]
        if again:
            places = ", ".join(where(e.stamp) for e in again[:MAX_AGAIN])
            rest = finding.also_seen - min(len(again), MAX_AGAIN)
            notes.append(f"again at {places}" + (f" and {rest:,} times more" if rest > 0 else ""))
        said = "; ".join(filter(None, notes))
        return tag("div", rows, tag("p", said, class_="place") if said else None)

    def _piece(self, evidence: Evidence) -> Markup:
        context = self._context
        label = context.said(evidence.label, 100)
        detail = context.said(evidence.detail)
        path = context.said(evidence.path)
        return tag(
            "li",
            tag("span", where(evidence.stamp), class_="frame"),
            tag("span", evidence.arrow.strip() or "·", class_="arrow", aria_hidden="true"),
            tag("span", tag("b", label), f" {detail}" if detail else None, class_="label"),
            tag("span", context.when(evidence.stamp), class_="when"),
            tag("code", path, class_="path") if path else None,
            self._excerpt(evidence) if evidence.excerpt else None,
        )

    def _excerpt(self, evidence: Evidence) -> Markup:
        text, caret = self._context.redactor.excerpt(evidence.excerpt or "", evidence.caret)
        if caret is None:
            return tag("pre", text[:MAX_EXCERPT] + ("…" if len(text) > MAX_EXCERPT else ""))
        start, end = max(min(caret[0], len(text)), 0), max(min(caret[1], len(text)), 0)
        meant = text[start:end][:MAX_EXCERPT]
        before = text[max(start - MAX_EXCERPT // 2, 0) : start]
        after = text[start + len(meant) :]
        cut = "…" if len(before) < start else ""
        tail = after[: MAX_EXCERPT // 2] + ("…" if len(after) > MAX_EXCERPT // 2 else "")
        return tag("pre", f"{cut}{before}", tag("mark", meant), tail)

    def _reading(self, finding: Finding, i: int) -> Markup:
        reading = finding.interpretations[i]
        seen = f" (seen on {self._context.said(reading.seen_on)})" if reading.seen_on else ""
        return tag("p", tag("b", "May mean: "), self._context.said(reading.text), seen)

    def _consequences(self, finding: Finding) -> Markup | None:
        found = list(self._all_followers(finding))
        if not found:
            return None
        rows = [
            tag("li", severity_badge(f.severity), " ", tag("code", f.code), " ", self._context.said(f.message))
            for f in found[:12]
        ]
        return tag("div", tag("p", tag("b", "And therefore:")), tag("ul", rows, class_="therefore"))

    def _all_followers(self, finding: Finding) -> Iterator[Finding]:
        for follower in self._followers.get(finding.id, []):
            yield follower
            yield from self._all_followers(follower)

    def _why(self, finding: Finding) -> Markup | None:
        rule = self._rules.get(finding.code)
        source = tag("p", tag("b", "Source: "), finding.source, class_="source")
        if rule is None:
            return source
        if finding.code in self._explained:
            return tag("p", "Why it matters is said at the first ", tag("code", finding.code), ".", class_="source")
        self._explained.add(finding.code)
        paragraphs = [tag("p", " ".join(p.split())) for p in (rule.summary, *rule.why.split("\n\n")) if p.strip()]
        return tag(
            "details",
            tag("summary", "Why it matters"),
            paragraphs,
            source,
            tag("p", tag("code", f"wsdtrace rule {finding.code}"), " has examples.", class_="source"),
            class_="why",
        )
