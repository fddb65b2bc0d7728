"""One finding for people."""

import pytest

from tests.report.traces import START_NS, Story, seen
from wsdtrace.check.finding import Severity
from wsdtrace.records import LocatorKind, Stamp
from wsdtrace.report.findings import LETTERS, MAX_EXCERPT, STYLES, FindingWriter, where
from wsdtrace.report.page import Look, Page, Verbosity
from wsdtrace.report.redact import Redactor
from wsdtrace.report.text import consequences_of
from wsdtrace.state.joblife import Outcome


def written(story: Story, look: Look = Look(width=80)) -> list[str]:  # noqa: B008  # a frozen value
    page = Page(look, Redactor(story.trace))
    writer = FindingWriter(page, START_NS, consequences_of(story.trace.findings))
    for finding in story.trace.findings:
        if finding.is_cause:
            writer.write(finding)
    return str(page).splitlines()


@pytest.mark.parametrize(
    ("excerpt", "caret", "lines"),
    [
        pytest.param("<a>bad</a>", (3, 6), ["<a>bad</a>", "   ^^^"], id="short"),
        pytest.param("<a>bad</a>", None, ["<a>bad</a>"], id="no caret"),
        pytest.param("<a>bad</a>", (10, 10), ["<a>bad</a>"], id="an empty range has no caret"),
        pytest.param("<a>bad</a>", (90, 99), ["<a>bad</a>"], id="a range beyond the text"),
        pytest.param("x" * 200, (0, 2), ["x" * 64 + "…", "^^"], id="cut behind"),
        pytest.param("x" * 200, (198, 200), ["…" + "x" * 64, " " * 63 + "^^"], id="cut before"),
        pytest.param("x" * 200, (100, 102), ["…" + "x" * 64 + "…", " " * 32 + "^^"], id="cut on both sides"),
        pytest.param("x" * 200, (0, 200), ["x" * 64 + "…", "^" * 64], id="everything is meant"),
    ],
)
def test_an_excerpt_and_its_caret(excerpt: str, caret: tuple[int, int] | None, lines: list[str]) -> None:
    story = Story()
    story.finding("WSD201", "x", "m", seen(1, 1.0, "R", "detail", excerpt=excerpt, caret=caret))
    shown = [line.removeprefix("          ") for line in written(story)[2:]]
    assert shown == lines
    assert max(map(len, shown)) <= MAX_EXCERPT + 2


def test_a_secret_in_an_excerpt_is_hidden_and_the_caret_still_points() -> None:
    story = Story()
    story.job(1, Outcome.OPEN).token = "tok-4711"
    excerpt = "<JobToken>tok-4711</JobToken><bad>"
    story.finding("WSD206", "x", "m", seen(1, 1.0, "R", excerpt=excerpt, caret=(29, 34)))
    assert written(story)[1:] == [
        "   └ #1   R   <JobToken>‹redacted›</JobToken><bad>",
        "                                             ^^^^^",
    ]


def test_consequences_of_consequences_are_told() -> None:
    story = Story()
    first = story.finding("WSD102", "a", "one", seen(1, 1.0, "R"))
    second = story.finding("WSD711", "b", "two", seen(1, 1.0, "R"), because_of=first)
    story.finding("WSD601", "c", "three", seen(1, 1.0, "R"), because_of=second)
    assert written(story)[2:] == ["   └ so E WSD711 b   two", "        so E WSD601 c   three"]


@pytest.mark.parametrize(
    ("labels", "also_seen", "look", "lines"),
    [
        pytest.param(
            ["Request", "Response"] * 3,
            2,
            Look(width=80),
            ["   ├ #0   Request                   00:00.000", "   ├ #1   Response                  00:01.000",
             "   └      again at #2, #4"],
            id="each time two messages",
        ),
        pytest.param(
            ["Fault"] * 3,
            40,
            Look(width=80),
            ["   ├ #0   Fault                     00:00.000", "   └      again at #1, #2 and 38 times more"],
            id="more often than places are kept",
        ),
        pytest.param(
            ["A", "B", "C"],
            1,
            Look(width=80),
            ["   ├ #0   A                         00:00.000", "   ├ #1   B                         00:01.000",
             "   └ #2   C                         00:02.000"],
            id="nothing repeats",
        ),
        pytest.param(
            ["Fault"] * 2,
            1,
            Look(width=80, verbosity=Verbosity.VERBOSE),
            ["   ├ #0   Fault                     00:00.000", "   └ #1   Fault                     00:01.000"],
            id="everything with v",
        ),
    ],
)  # fmt: skip
def test_of_equal_findings_one_is_shown(labels: list[str], also_seen: int, look: Look, lines: list[str]) -> None:
    story = Story()
    story.finding("WSD207", "x", "m", *(seen(i, i, label) for i, label in enumerate(labels)), also_seen=also_seen)
    assert written(story, look)[1:] == lines


def test_of_a_path_that_is_too_long_the_end_is_shown() -> None:
    story = Story()
    path = "GetScannerElementsResponse/ScannerElements/ElementData/ScannerStatus/ActiveConditions"
    story.finding("WSD207", "x", "m", seen(1, 1.0, "R", path), seen(2, 1.0, "R", f"http://{path}"))
    assert written(story, Look(width=60))[1:] == [
        "   ├ #1   R 00:01.000",
        "   │        …/ElementData/ScannerStatus/ActiveConditions",
        "   └ #2   R 00:01.000",
        "            http://GetScannerElementsResponse/ScannerElement",
        "            s/ElementData/ScannerStatus/ActiveConditions",
    ]


def test_the_path_in_the_message_is_told_with_v() -> None:
    story = Story()
    story.finding("WSD207", "x", "m", seen(1, 1.0, "R"))
    evidence = story.trace.findings[0].evidence[0]
    story.trace.findings[0].evidence = [type(evidence)(evidence.stamp, "request", "R", path="Envelope/Body")]
    assert "Envelope/Body" in written(story, Look(verbosity=Verbosity.VERBOSE))[1]
    assert "Envelope/Body" not in written(story)[1]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [(LocatorKind.FRAME, "#7"), (LocatorKind.LOG_LINE, "line 7"), (LocatorKind.RECORD, "record 7")],
)
def test_where(kind: LocatorKind, shown: str) -> None:
    assert where(Stamp(7, 0, kind)) == shown


def test_every_severity_has_a_letter_and_a_colour_of_its_own() -> None:
    assert set(LETTERS) == set(STYLES) == set(Severity)
    assert len(set(LETTERS.values())) == len(set(STYLES.values())) == len(Severity)
