"""What all sections share."""

from tests.report.traces import orphaned_job
from wsdtrace.report.htmlreport.context import (
    MAX_CELL,
    Context,
    ReportOptions,
    facts,
    finding_id,
    fitted,
    left_out,
    section,
    table,
)
from wsdtrace.report.markup import Markup, tag


def context(**options: bool) -> Context:
    return Context(orphaned_job(), ReportOptions(**options))  # type: ignore[arg-type]  # the test names flags only


def test_texts_are_redacted_and_bounded() -> None:
    made = context()
    made.trace.jobs[0].token = "Sesame-open"
    again = Context(made.trace, ReportOptions())
    assert again.said("a Sesame-open b") == "a ‹redacted› b"
    assert len(again.cell("x" * 1000)) < MAX_CELL + 20
    assert again.said(None) == ""
    assert Context(made.trace, ReportOptions(show_secrets=True)).said("Sesame-open") == "Sesame-open"


def test_links_lead_only_to_what_is_there() -> None:
    made = context()
    exchange, finding = made.trace.exchanges[0], made.trace.findings[0]
    assert made.exchange_link(exchange) == "1"
    assert "href" not in made.badge(finding)
    made.listed.add(1)
    made.told.add(finding.id)
    assert made.exchange_link(exchange, "that one") == '<a href="#exchange-1">that one</a>'
    assert f'href="#{finding_id(finding)}"' in made.badge(finding)


def test_anchors_of_findings_do_not_change_from_run_to_run() -> None:
    finding = orphaned_job().findings[0]
    assert finding_id(finding) == f"finding-{finding.fingerprint}"
    again = orphaned_job().findings[0]
    again.evidence = []
    assert finding_id(again) == finding_id(finding)
    again.ordinal += 1
    assert finding_id(again) != finding_id(finding)


def test_a_budget_counts_bytes_and_what_did_not_fit() -> None:
    made: list[str] = []

    def render(text: str) -> Markup:
        made.append(text)
        return Markup(text)

    kept, left = fitted(["é" * 4] * 5, render, 17)
    assert (len(kept), left) == (2, 3)
    assert len(made) == 3


def test_facts_without_a_value_are_left_out() -> None:
    assert facts([("a", "1"), ("b", ""), ("c", None)]) == '<dl class="facts"><div><dt>a</dt><dd>1</dd></div></dl>'


def test_tables_and_sections_have_names() -> None:
    made = section("jobs", "Jobs", table("all jobs", ("id", ">bytes"), [tag("tr", tag("td", "1"))]), note="2")
    assert '<section id="jobs" aria-labelledby="jobs-title">' in made
    assert '<caption class="hush">all jobs</caption>' in made
    assert '<th scope="col" class="number">bytes</th>' in made
    assert left_out(0, "x", "y") is None
    assert "1,204 more jobs" in (left_out(1204, "jobs", "wsdtrace show jobs FILE") or "")
