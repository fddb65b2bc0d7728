"""One evaluation: what a filter means, for every kind of object."""

import pytest

from tests.explore.conftest import opened
from tests.report.traces import Story
from wsdtrace.explore.tables import messages_of
from wsdtrace.filters import compile_filter, narrow, narrow_findings
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome


@pytest.fixture
def trace() -> Trace:
    story = Story()
    device = story.device(model="M2040", manufacturer="Kyocera")
    client = story.client("WSDAPI")
    job = story.job(7, Outcome.COMPLETED)
    first = story.exchange("GetScannerElements", (0.0, 1), (0.5, 2))
    created = story.exchange("CreateScanJob", (1.0, 3), (1.25, 4), job=job)
    page = story.exchange("RetrieveImage", (2.0, 5), (8.0, 9), job=job)
    refused = story.exchange("RetrieveImage", (9.0, 10), (9.5, 11), job=job, fault="ClientErrorNoImagesAvailable")
    lost = story.exchange("CancelJob", (10.0, 12), None, job=job)
    for number, exchange in enumerate((first, created, page, refused, lost), start=1):
        exchange.id, exchange.device, exchange.client = number, device, client
    job.exchanges = [created, page, refused, lost]
    page.images = [story.image(page, job, 1), story.image(page, job, 2)]
    return story.trace


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("wsd.op == RetrieveImage", [3, 4], id="equal"),
        pytest.param("wsd.op != RetrieveImage", [1, 2, 5], id="not equal"),
        pytest.param("wsd.op in {CreateScanJob, CancelJob}", [2, 5], id="one of"),
        pytest.param("wsd.op contains Job", [2, 5], id="contains"),
        pytest.param("wsd.op contains job", [], id="contains minds the case"),
        pytest.param("wsd.op matches '^retrieve'", [3, 4], id="matches does not"),
        pytest.param("wsd.time > 5", [3], id="greater"),
        pytest.param("wsd.time <= 0.25", [2], id="at most"),
        pytest.param("wsd.fault", [4], id="present"),
        pytest.param("not wsd.fault", [1, 2, 3, 5], id="absent"),
        pytest.param("wsd.fault != X", [4], id="an absent field is not unequal"),
        pytest.param("not wsd.fault == X", [1, 2, 3, 4, 5], id="but no comparison holds for it"),
        pytest.param("wsd.fault == ClientErrorNoImagesAvailable", [4], id="subcode"),
        pytest.param("wsd.fault == Receiver", [4], id="code"),
        pytest.param("wsd.status == 500", [4], id="status"),
        pytest.param("wsd.job == 7 and not wsd.op == CancelJob", [2, 3, 4], id="and, not"),
        pytest.param("wsd.status == 500 or wsd.op == CancelJob", [4, 5], id="or"),
        pytest.param("wsd.device == 1", [1, 2, 3, 4, 5], id="device by id"),
        pytest.param("wsd.device == Kyocera and wsd.device == M2040", [1, 2, 3, 4, 5], id="any of its names"),
        pytest.param("wsd.device == '1'", [], id="a text is no id"),
        pytest.param("wsd.device == 192.0.2.20:5357", [1, 2, 3, 4, 5], id="by its socket"),
        pytest.param("wsd.client contains WSD", [1, 2, 3, 4, 5], id="client"),
        pytest.param("wsd.client > 1", [], id="texts are no numbers"),
        pytest.param("wsd.page == 2", [3], id="page"),
        pytest.param("wsd.page != 2", [], id="unequal means none of them"),
        pytest.param("wsd.bytes > 0 and wsd.mid and wsd.relates and wsd.action", [1, 2, 3, 4], id="the rest is there"),
    ],
)
def test_exchanges(trace: Trace, text: str, ids: list[int]) -> None:
    means = compile_filter(text).of(trace)
    assert [exchange.id for exchange in trace.exchanges if means(exchange)] == ids


def test_an_image_is_asked_by_its_own_page_and_length(trace: Trace) -> None:
    means = compile_filter("wsd.page == 2 and wsd.op == RetrieveImage").of(trace)
    assert [image.page for image in trace.images if means(image)] == [2]


def test_a_job_is_meant_if_one_of_its_exchanges_is(trace: Trace) -> None:
    assert compile_filter("wsd.job == 7 and wsd.time > 5").of(trace)(trace.jobs[0])
    assert not compile_filter("wsd.time > 50").of(trace)(trace.jobs[0])
    trace.jobs[0].exchanges = []
    assert compile_filter("wsd.job == 7 and not wsd.op").of(trace)(trace.jobs[0])


def test_devices_and_clients_are_asked_by_their_exchanges(trace: Trace) -> None:
    means = compile_filter("wsd.fault").of(trace)
    assert means(trace.devices[0])
    assert means(trace.clients[0])
    trace.exchanges = []
    alone = compile_filter("wsd.device == M2040 and not wsd.op").of(trace)
    assert alone(trace.devices[0])
    assert compile_filter("wsd.client == WSDAPI").of(trace)(trace.clients[0])


def test_a_message_is_asked_by_its_own_ids(trace: Trace) -> None:
    messages = messages_of(trace.exchanges)
    means = compile_filter("wsd.relates and wsd.op == CreateScanJob").of(trace)
    assert [(m.exchange.id, m.number) for m in messages if means(m)] == [(2, 1)]


def test_what_has_no_exchange_cannot_be_asked(trace: Trace) -> None:
    with pytest.raises(TypeError, match="nothing to filter: int"):
        compile_filter("wsd.op").of(trace)(3)


def test_a_list_of_a_trace_is_narrowed(trace: Trace) -> None:
    narrow(trace, "exchanges", None)
    assert len(trace.exchanges) == 5
    narrow(trace, "exchanges", compile_filter("wsd.time > 5"))
    assert [exchange.id for exchange in trace.exchanges] == [3]


def test_a_finding_stays_with_its_cause_and_its_consequences() -> None:
    facts = opened("late-next-retrieve")._facts
    consequence = next(f for f in facts.findings if f.caused_by is not None)
    cause = consequence.caused_by
    assert cause is not None
    narrow_findings(facts, compile_filter(f"wsd.finding == {consequence.code}"))
    assert cause in facts.findings
    assert consequence in facts.findings


def test_findings_by_code_and_name() -> None:
    facts = opened("adf-3-pages")._facts
    for words in ("wsd.finding == WSD715", "wsd.finding == bytes-per-line"):
        means = compile_filter(words).of(facts)
        assert [f.code for f in facts.findings if means(f)] == ["WSD715"]
        assert [e.operation for e in facts.exchanges if means(e)] == ["CreateScanJob"]
