"""Every need has a predicate, and what the capture lacks makes rules silent."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.check.rule import Need
from wsdtrace.check.sight import SEEN, Sight
from wsdtrace.pipeline import Options
from wsdtrace.state.events import Event, ExchangeEnded, JobOrphaned, MessageSeen, RetrieveRequested

ASKS = "GetScannerElements -> ok"
PAGE = "RetrieveImage JobId=1 JobToken=t -> image"


def test_the_table_is_total() -> None:
    assert set(SEEN) == set(Need)


def lacking(text: str, kind: type[Event]) -> set[Need]:
    seen: list[Event] = []
    found: set[Need] = set()

    def note(event: Event) -> None:
        # Judged at once: messages are dropped behind the event.
        seen.append(event)
        if isinstance(event, kind):
            sight = Sight(event)
            found.update(need for need in Need if sight.lacks((need,)))

    scenario.check(text, Options(on_event=note))
    assert any(isinstance(e, kind) for e in seen)
    return found


@pytest.mark.parametrize(
    ("text", "kind", "needs"),
    [
        pytest.param("GetScannerElements -> ok", ExchangeEnded, set(), id="nothing is lacking"),
        pytest.param(PAGE, RetrieveRequested, None, id="a job of an earlier time"),
        pytest.param(
            "tcp: only requests\nGetScannerElements -> ok", ExchangeEnded, {Need.BOTH_DIRECTIONS}, id="one side"
        ),
        pytest.param(
            "< replace </soap:Body> </soap:Bod\nGetScannerElements -> ok",
            ExchangeEnded,
            {Need.WELL_FORMED},
            id="broken XML",
        ),
        pytest.param(
            "< replace http://www.w3.org/2003/05/soap-envelope http://schemas.xmlsoap.org/soap/envelope/\n"
            "GetScannerElements -> ok",
            ExchangeEnded,
            {Need.SOAP_12},
            id="SOAP 1.1",
        ),
        pytest.param(
            "http: cut 500\nGetScannerElements -> ok",
            MessageSeen,
            {Need.WHOLE_MESSAGE, Need.WELL_FORMED},
            id="a cut answer",
        ),
    ],
)
def test_what_a_capture_lacks(text: str, kind: type[Event], needs: set[Need] | None) -> None:
    if needs is None:
        text, needs = PAGE + "\n" + PAGE, {Need.JOB_FROM_START}
    assert lacking(text, kind) == needs


def test_a_gap_blinds_the_job() -> None:
    text = f"CreateScanJob source=ADF -> JobId=1 JobToken=t\ntcp: gap 100\n{ASKS}\nwait 90s\n{ASKS}"
    assert Need.JOB_UNBROKEN in lacking(text, JobOrphaned)
