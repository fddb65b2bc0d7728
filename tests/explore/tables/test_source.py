"""What columns are taken from."""

from tests.report.traces import Story
from wsdtrace import Trace
from wsdtrace.explore.tables.source import Exchanges, Steps, messages_of


def test_messages_are_requests_and_their_answers(discovery: Trace, adf: Trace) -> None:
    facts = discovery._facts
    found = messages_of(facts.exchanges)
    asked = [e for e in facts.exchanges if e.request is not None]
    answers = sum(len(e.answers) or (e.response is not None) for e in facts.exchanges)
    assert len(found) == len(asked) + answers
    assert [said.number for said in messages_of(adf._facts.exchanges[:1])] == [0, 1]


def test_steps_are_those_of_all_jobs(adf: Trace) -> None:
    steps = Steps(adf._facts, adf._facts.jobs).steps
    assert [number for _, number, _ in steps] == [1, 2, 3, 4, 5]


def test_faults_are_those_of_the_exchange() -> None:
    story = Story()
    story.exchange("CreateScanJob", (1.0, 1), (2.0, 2), fault="ServerErrorNotAcceptingJobs")
    story.exchange("CreateScanJob", (3.0, 3), None)
    source = Exchanges(story.trace, story.trace.exchanges)
    assert source.faults == [exchange.fault for exchange in story.trace.exchanges]
    assert source.jobs([None]) == [None]
