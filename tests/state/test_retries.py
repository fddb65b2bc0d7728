"""Refusals that repeat: what is equal, when a run begins and ends, and what is told of it."""

import pytest

from tests.state.played import played
from wsdtrace.state.outcomes import ErrorRecovered, RefusalsRepeated
from wsdtrace.state.retries import STORM

BUSY = "CreateScanJob -> Fault ServerErrorNotAcceptingJobs\n"
OK = "CreateScanJob -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image\n"


def every(seconds: float, count: int, line: str = BUSY) -> str:
    return f"wait {seconds}s\n".join([line] * count)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        pytest.param(every(1, STORM - 1), [], id="four are none too many"),
        pytest.param(every(1, STORM), [STORM], id="five are"),
        pytest.param(every(14.8, STORM), [STORM], id="within 60 s"),
        pytest.param(every(15.1, STORM), [], id="in more than 60 s"),
        pytest.param(every(1, 3) + OK + every(1, 3), [], id="granted in between"),
        pytest.param(every(1, 30), [30], id="all of a storm are one"),
        pytest.param(every(1, STORM) + "wait 61s\n" + every(1, STORM), [STORM, STORM], id="two storms"),
        pytest.param(every(1, STORM) + "wait 50s\n" + every(1, STORM), [2 * STORM], id="a pause within 60 s is none"),
        pytest.param(
            every(1, 3) + "CreateScanJob -> Fault OperationFailed\n" + every(1, 3),
            [],
            id="for another reason in between",
        ),
        pytest.param(every(1, STORM, "client B: " + BUSY), [STORM], id="any client"),
        pytest.param(every(1, 3) + every(1, 3, "client B: " + BUSY), [], id="each client by itself"),
        pytest.param(every(1, 3) + every(1, 3, "device 2: " + BUSY), [], id="each device by itself"),
        pytest.param(every(1, STORM, "through P: " + BUSY), [STORM], id="a proxy's copies count once"),
        pytest.param(every(1, STORM, "CreateScanJob -> HTTP 503 text/plain busy\n"), [STORM], id="without a fault"),
        pytest.param(every(1, STORM, "GetScannerElements -> ok\n"), [], id="nothing refused"),
    ],
)
def test_runs_of_equal_refusals(text: str, counts: list[int]) -> None:
    assert [event.count for event in played(text, RefusalsRepeated)] == counts


def test_the_end_of_a_feed_after_an_image_is_no_refusal() -> None:
    job = (
        "CreateScanJob source=ADF -> ok\nRetrieveImage -> image\nRetrieveImage -> Fault ClientErrorNoImagesAvailable\n"
    )
    assert played(job * 6, RefusalsRepeated) == []


def test_a_storm_is_told_when_it_ends() -> None:
    (told,) = played(every(1, STORM) + "wait 100s\nGetScannerElements -> ok", RefusalsRepeated)
    assert told.stamp.time_ns - told.last.last.time_ns == pytest.approx(60 * 10**9, abs=10**8)
    assert told.succeeded is None
    (granted,) = played(every(1, STORM) + OK, RefusalsRepeated)
    assert granted.succeeded is not None
    assert granted.first is not granted.last


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("GetActiveJobs -> Fault ServerErrorInternalError\nGetActiveJobs -> ok", 1, id="then done"),
        pytest.param(
            "GetActiveJobs -> Fault ServerErrorInternalError\nGetJobHistory -> ok", 0, id="something else done"
        ),
        pytest.param("GetActiveJobs -> Fault ServerErrorTemporaryError\nGetActiveJobs -> ok", 0, id="was temporary"),
        pytest.param("GetActiveJobs -> Fault ServerErrorInternalError", 0, id="never asked again"),
    ],
)
def test_internal_errors_that_pass(text: str, count: int) -> None:
    assert len(played(text, ErrorRecovered)) == count
