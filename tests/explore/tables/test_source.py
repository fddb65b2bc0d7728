"""What columns are taken from."""

import pytest

from tests.report.traces import Story
from wsdtrace import Trace
from wsdtrace.explore.tables.source import Exchanges, Steps, each, lengths, messages_of, numbers, truths


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


class Thing:
    def __init__(self, size: int, inner: "Thing | None" = None) -> None:
        self.size, self.inner, self.whole, self.parts = size, inner, size > 1, [None] * size


@pytest.mark.parametrize(
    ("things", "path", "found"),
    [
        pytest.param([Thing(1), Thing(2)], "size", [1, 2], id="each has one"),
        pytest.param([Thing(1), None], "size", [1, None], id="one is absent"),
        pytest.param([None, None], "size", [None, None], id="all are absent"),
        pytest.param([Thing(1, Thing(7)), Thing(2), None], "inner.size", [7, None, None], id="absent inside"),
        pytest.param([], "size", [], id="none"),
    ],
)
def test_an_attribute_of_each_thing(things: list[Thing | None], path: str, found: list[int | None]) -> None:
    assert each(things, path) == found
    assert list(numbers(things, path)) == found
    if None not in found:
        assert list(lengths(things, "parts")) == found


def test_truth_values_are_an_array_where_nothing_is_absent() -> None:
    assert truths([Thing(1), Thing(2)], "whole").tolist() == [False, True]
    assert truths([Thing(2), None], "whole") == [True, None]
