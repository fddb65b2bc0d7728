"""The ledger by family."""

from wsdtrace.check.finding import Tally
from wsdtrace.check.rule import all_rules
from wsdtrace.report.ledger import NAME_CELLS, family_of, write_ledger
from wsdtrace.report.page import Look, Page
from wsdtrace.report.redact import Redactor


def test_the_ledger() -> None:
    page = Page(Look(), Redactor(None))
    ledger = {
        "WSD711": Tally(passed=1200),
        "WSD601": Tally(fired=1, passed=2),
        "WSD602": Tally(inconclusive=4),
        "WSD603": Tally(),
        "ACME12": Tally(passed=1),
    }
    write_ledger(page, ledger)
    assert str(page).splitlines() == [
        "rules                                       fired   passed  inconclusive",
        "ACME  rules from outside                        ·        1             ·",
        "  ACME12                                        ·        1             ·",
        "WSD6  the life of a scan job                    1        2             4",
        "  WSD601 job-orphaned                           1        2             ·",
        "  WSD602 job-left-open                          ·        ·             4",
        "WSD7  ticket and image                          ·    1,200             ·",
        "  WSD711 image-truncated                        ·    1,200             ·",
        "1 more had nothing to judge.",
    ]


def test_the_column_holds_every_name() -> None:
    assert [rule.name for rule in all_rules() if len(f"  {rule.code} {rule.name} ") > NAME_CELLS] == []


def test_families() -> None:
    assert [family_of(code) for code in ("WSD601", "WSD001", "ACME12", "X1")] == ["WSD6", "WSD0", "ACME", "X"]
