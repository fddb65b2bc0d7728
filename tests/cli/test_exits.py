"""Exit codes, and which one wins."""

import pytest

from tests.report.traces import Story, seen
from wsdtrace.check.finding import Severity
from wsdtrace.cli.exits import PRECEDENCE, Exit, exit_of, worst
from wsdtrace.report.trace import Trace


def a_trace(*severities: Severity, **facts: object) -> Trace:
    story = Story()
    for severity in severities:
        story.finding("WSD601", "job-orphaned", "x", seen(1, 1.0, "x"), severity=severity)
    for name, value in facts.items():
        setattr(story.trace, name, value)
    return story.trace


E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741  # the letters of the report


@pytest.mark.parametrize(
    ("trace", "options", "code"),
    [
        pytest.param(a_trace(), {}, 0, id="nothing found"),
        pytest.param(a_trace(W, I), {}, 0, id="warnings pass by default"),
        pytest.param(a_trace(W, E), {}, 1, id="an error"),
        pytest.param(a_trace(W), {"fail_on": "warning"}, 1, id="a warning, asked for"),
        pytest.param(a_trace(I), {"fail_on": "warning"}, 0, id="infos never fail"),
        pytest.param(a_trace(E), {"fail_on": "never"}, 0, id="never"),
        pytest.param(a_trace(undecidable=True), {}, 4, id="too damaged"),
        pytest.param(a_trace(undecidable=True), {"allow_gaps": True}, 0, id="gaps allowed"),
        pytest.param(a_trace(E, undecidable=True), {}, 1, id="an error in a damaged capture"),
        pytest.param(a_trace(wsd_seen=False), {}, 5, id="no WSD"),
        pytest.param(a_trace(wsd_seen=False), {"allow_empty": True}, 0, id="emptiness allowed"),
        pytest.param(a_trace(W, wsd_seen=False), {"fail_on": "warning"}, 1, id="a finding about a capture without WSD"),
        pytest.param(a_trace(E, internal_errors=["WSD601: KeyError"]), {}, 70, id="a rule broke"),
    ],
)
def test_the_code_of_one_input(trace: Trace, options: dict[str, str], code: int) -> None:
    assert exit_of(trace, **options) == code  # type: ignore[arg-type]  # options of the row


def test_a_consequence_does_not_fail() -> None:
    story = Story()
    cause = story.finding("WSD102", "response-incomplete", "x", seen(1, 1.0, "x"), severity=I)
    story.finding("WSD711", "image-truncated", "x", seen(1, 1.0, "x"), because_of=cause)
    assert exit_of(story.trace) == 0


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        pytest.param([], 0, id="no input"),
        pytest.param([0, 5, 4, 1, 3, 2, 70, 130], 130, id="interrupted"),
        pytest.param([0, 5, 4, 1, 3, 2, 70], 70, id="internal"),
        pytest.param([0, 5, 4, 1, 3, 2], 2, id="usage"),
        pytest.param([0, 5, 4, 1, 3], 3, id="unreadable"),
        pytest.param([0, 5, 4, 1], 1, id="findings"),
        pytest.param([0, 5, 4], 4, id="damaged"),
        pytest.param([0, 5], 5, id="no WSD"),
    ],
)
def test_the_worst_code_wins(codes: list[int], code: int) -> None:
    assert worst(Exit(c) for c in codes) == code


def test_every_code_has_a_place() -> None:
    assert set(PRECEDENCE) == set(Exit)
