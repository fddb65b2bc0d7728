"""`Job`."""

import pytest

from tests.explore.conftest import opened
from wsdtrace import Trace


def test_the_facts_of_a_job(adf: Trace) -> None:
    job = adf.jobs[0]
    assert (job.job_id, job.generation, job.outcome, job.initiated_by) == (1, 1, "completed", "client")
    assert [image.page for image in job.images] == [1, 2, 3]
    assert [exchange.operation for exchange in job.exchanges] == ["CreateScanJob", *["RetrieveImage"] * 4]
    assert job.device == adf.devices[0]
    assert list(job.clients) == list(adf.clients)
    assert job.created is not None
    assert job.ended is not None
    assert job.duration_s == pytest.approx((job.ended - job.created).total_seconds(), abs=1e-5)
    assert [what for _, what in job.states] == ["created", "page 1", "page 2", "page 3", "completed"]
    assert all(finding.job == job for finding in job.findings)


def test_ticket_and_final_parameters(adf: Trace) -> None:
    job = adf.jobs[0]
    assert job.ticket is not None
    assert job.final is not None
    assert job.ticket.resolution == (75, 75)
    assert job.final.images_to_transfer == 0


def test_a_job_that_began_before_the_capture_has_no_ticket() -> None:
    with opened("begins-mid-job") as trace:
        job = trace.jobs[0]
        assert (job.ticket, job.final, job.created, job.duration_s) == (None, None, None, None)


def test_it_prints_one_line_and_in_full(adf: Trace) -> None:
    assert repr(adf.jobs[0]) == "<Job 1 completed ADF 3 pages>"
    assert "input source      ADF" in str(adf.jobs[0])


def test_the_filter_for_wireshark_shows_its_exchanges(adf: Trace) -> None:
    numbers = {n for exchange in adf.jobs[0].exchanges for n in exchange.frames}
    assert all(str(n) in adf.jobs[0].wireshark_filter for n in numbers)
