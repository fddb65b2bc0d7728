"""Secrets never reach a report: by position in XML, by value everywhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.traces import Story
from wsdtrace.report.redact import MIN_LENGTH, REDACTED, Redactor, secrets_of
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Destination, Subscription
from wsdtrace.wsd.ticket import JobDescription, ScanTicket


def a_trace(token: str | None = "tok-4711", destination: str | None = "dest-0042") -> Trace:
    story = Story()
    job = story.job(1, Outcome.COMPLETED)
    job.token, job.destination_token = token, destination
    description = JobDescription(job_name="Monday", job_originating_user_name="alice.liddell")
    job.ticket = ScanTicket(job_description=description)
    return story.trace


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("token tok-4711 differs", "token ‹redacted› differs", id="job token"),
        pytest.param("'dest-0042'", "'‹redacted›'", id="destination token"),
        pytest.param("user alice.liddell", "user ‹redacted›", id="user name of the ticket"),
        pytest.param("Monday", "Monday", id="another field of the ticket"),
        pytest.param("xtok-4711", "xtok-4711", id="part of a longer word"),
        pytest.param("<s:JobToken>unknown</s:JobToken>", "<s:JobToken>‹redacted›</s:JobToken>", id="by position"),
        pytest.param("<JobToken a='1'>7</JobToken>", "<JobToken a='1'>‹redacted›</JobToken>", id="short, by position"),
        pytest.param("<w:DestinationToken>abc", "<w:DestinationToken>‹redacted›", id="cut behind the secret"),
        pytest.param("<x:JobToken><![CDATA[a<b]]></x:JobToken>", "<x:JobToken>‹redacted›</x:JobToken>", id="CDATA"),
        pytest.param("<x:JobToken/>next", "<x:JobToken/>next", id="an empty element hides nothing"),
        pytest.param("<x:JobTokens>1</x:JobTokens>", "<x:JobTokens>1</x:JobTokens>", id="another element"),
    ],
)
def test_what_is_shown(raw: str, shown: str) -> None:
    assert Redactor(a_trace()).text(raw) == shown


def test_with_show_secrets_everything_is_shown() -> None:
    redactor = Redactor(a_trace(), show=True)
    assert redactor.text("tok-4711 <JobToken>x</JobToken>") == "tok-4711 <JobToken>x</JobToken>"
    assert redactor.value("tok-4711") == "tok-4711"


def test_a_field_that_is_secret_is_replaced_as_a_whole() -> None:
    assert Redactor(None).value("1") == REDACTED
    assert Redactor(None).value(None) is None


def test_a_short_token_is_not_hunted_in_numbers() -> None:
    assert Redactor(a_trace(token="1")).text("job 1: page 1") == "job 1: page 1"


def test_the_longest_secret_goes_first() -> None:
    assert Redactor(a_trace("abcd", "abcd-efgh")).text("abcd-efgh abcd") == f"{REDACTED} {REDACTED}"


def test_a_user_called_scan_does_not_eat_the_name_of_an_operation() -> None:
    trace = a_trace()
    trace.jobs[0].ticket = JobDescription(job_originating_user_name="Scan")
    assert Redactor(trace).text("CreateScanJob by Scan") == f"CreateScanJob by {REDACTED}"


@pytest.mark.parametrize(
    ("text", "caret", "shown", "under"),
    [
        pytest.param("<a>tok-4711</a>", (3, 11), "<a>‹redacted›</a>", REDACTED, id="the secret itself"),
        pytest.param("<a>tok-4711</a>", (5, 8), "<a>‹redacted›</a>", REDACTED, id="inside of it"),
        pytest.param("<a>tok-4711</b>", (11, 15), "<a>‹redacted›</b>", "</b>", id="behind it"),
        pytest.param("<a>tok-4711</a>", (0, 3), "<a>‹redacted›</a>", "<a>", id="before it"),
        pytest.param("p tok-4711 q", (0, 12), "p ‹redacted› q", "p ‹redacted› q", id="around it"),
        pytest.param("4711<", None, "‹redacted›<", None, id="half a secret at the start"),
        pytest.param("x>tok-4", None, "x>‹redacted›", None, id="half a secret at the end"),
    ],
)
def test_the_caret_moves_with_the_text(text: str, caret: tuple[int, int] | None, shown: str, under: str | None) -> None:
    redacted, moved = Redactor(a_trace()).excerpt(text, caret)
    assert redacted == shown
    assert (moved and redacted[moved[0] : moved[1]]) == under


@given(st.text(alphabet="ab <>/JobTken-", max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_a_caret_stays_inside_of_the_text(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    redacted, caret = Redactor(a_trace("abab", "a-b-a")).excerpt(text, (start, end))
    assert caret is not None
    assert 0 <= caret[0] <= len(redacted)
    assert 0 <= caret[1] <= len(redacted)


@given(st.text(min_size=MIN_LENGTH, max_size=20).filter(lambda s: len(s.strip()) >= MIN_LENGTH), st.text(), st.text())
def test_no_secret_survives_as_a_word(secret: str, before: str, after: str) -> None:
    shown = Redactor(a_trace(token=secret)).text(f"{before} {secret} {after}")
    assert f" {secret} " not in f" {shown} ".replace(REDACTED, "") or secret in REDACTED


def test_the_secrets_of_a_trace() -> None:
    story = Story(a_trace())
    exchange = story.exchange("Subscribe", (1.0, 1), (2.0, 2))
    assert exchange.request is not None
    exchange.request.xml = b"<x><w:JobToken>asked-for</w:JobToken></x>"
    subscription = Subscription(None, None, None, exchange, exchange.last)
    subscription.destinations = [Destination("context", "ALICE-PC", "dest-granted")]
    story.trace.subscriptions.append(subscription)
    assert set(secrets_of(story.trace)) == {
        "tok-4711",
        "dest-0042",
        "alice.liddell",
        "asked-for",
        "ALICE-PC",
        "dest-granted",
    }
