"""What a proxy did itself is set aside with its reason, and the report says so."""

from tests.shared import CAPTURES
from wsdtrace.pipeline import check_file
from wsdtrace.report import injections
from wsdtrace.report.injections import Injections


def test_findings_about_an_injected_exchange_do_not_count() -> None:
    trace = check_file(str(CAPTURES / "orphaned-job" / "capture.pcapng"))
    created = next(x for x in trace.exchanges if x.operation == "CreateScanJob")
    assert created.request is not None
    assert any(f.code == "WSD601" and f.is_cause for f in trace.findings)
    known = Injections()
    assert not known
    known.hear({"note": "injected", "what": "drop=1 into RetrieveImage", "message_id": created.request.message_id})
    known.hear({"note": "injected", "what": "drop=1 into RetrieveImage", "message_id": "urn:uuid:other"})
    known.hear({"note": "end", "what": "x", "message_id": created.request.message_id})
    known.hear({"note": "injected"})
    assert known
    assert known.of(created) == "drop=1 into RetrieveImage"
    known.set_aside(trace)
    assert not any(f.code == "WSD601" and f.is_cause for f in trace.findings)
    assert trace.notes == [n for n in trace.notes if n.startswith("the proxy injected drop=1 into RetrieveImage 2×")]
    assert "do not count: " in trace.notes[0]


def test_an_answer_of_the_proxy_itself_is_known_by_the_clients_end_and_the_status() -> None:
    trace = check_file(str(CAPTURES / "orphaned-job" / "capture.pcapng"))
    first = trace.exchanges[0]
    assert first.response is not None
    known = Injections()
    known.hear({"note": "answered", "what": "200 of its own", "client": str(first.client_endpoint), "status": 502})
    known.hear({"note": "answered", "what": "x", "client": 5, "status": "y"})
    assert known
    assert known.of(first) is None
    known.hear({"note": "answered", "what": "200 of its own", "client": str(first.client_endpoint), "status": 200})
    assert known.of(first) == "200 of its own"


def test_messages_that_are_remembered_are_bounded() -> None:
    known = Injections()
    before, injections.MAX_INJECTIONS = injections.MAX_INJECTIONS, 2  # type: ignore[misc]  # for this test
    try:
        for number in range(3):
            known.hear({"note": "injected", "what": "x", "message_id": str(number)})
    finally:
        injections.MAX_INJECTIONS = before  # type: ignore[misc]  # as it was
    assert len(known._by_message) == 2
    assert known.told["x"] == 3
