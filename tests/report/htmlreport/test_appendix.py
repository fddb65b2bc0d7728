"""What made the report, from what, and what it keeps to itself."""

import pytest

from tests.report.htmlreport.pages import case, page, text_of
from wsdtrace import __version__
from wsdtrace.report.htmlreport import ReportOptions


def test_version_digest_and_ledger() -> None:
    said = text_of(page(case("orphaned-job"), ReportOptions(sha256="ab" * 32)), "appendix")
    assert f"wsdtrace {__version__}" in said
    assert "ab" * 32 in said
    assert "WSD601 job-orphaned" in said
    assert "rules had something to judge" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ReportOptions(), "addresses, serial numbers and names are shown"),
        (ReportOptions(redact=True), "serial numbers, addresses, identifiers, names of devices"),
        (ReportOptions(show_secrets=True), "nothing: tokens and user names are shown"),
    ],
)
def test_it_says_what_is_redacted(options: ReportOptions, words: str) -> None:
    assert words in text_of(page(case("orphaned-job"), options), "appendix")


def test_a_digest_that_nobody_computed() -> None:
    assert "not computed" in text_of(page(case("orphaned-job")), "appendix")
