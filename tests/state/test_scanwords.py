"""What is read out of typed messages, told as scenarios."""

from __future__ import annotations

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state.model import Exchange
from wsdtrace.state.scanwords import asked_job_id, grant_of, job_list_of, job_samples_of, retrieve_token, ticket_facts


def exchanges(text: str) -> list[Exchange]:
    return scenario.check(text, Options(keep_messages=lambda _: True)).exchanges


def test_ids_tokens_and_grants() -> None:
    created, page = exchanges("CreateScanJob -> JobId=7 JobToken=t\nRetrieveImage JobId=7 JobToken=t -> image")
    grant = grant_of(created.response)
    assert grant is not None
    assert (grant.job_id, grant.token) == (7, "t")
    assert (asked_job_id(page.request), retrieve_token(page.request)) == (7, "t")
    assert (asked_job_id(created.request), retrieve_token(None), grant_of(page.response)) == (None, None, None)


def test_a_grant_with_an_error_status_is_none() -> None:
    (created,) = exchanges("http: status 500\nCreateScanJob -> JobId=7 JobToken=t")
    assert grant_of(created.response) is None


def test_final_values_come_before_requested_ones() -> None:
    (created,) = exchanges("CreateScanJob format=png -> JobId=1 JobToken=t Format=jfif")
    assert ticket_facts(created.request, created.response).format == "jfif"
    assert ticket_facts(created.request, None).format == "png"


def test_samples_of_every_kind_of_status_message() -> None:
    texts = {
        "GetJobElements JobId=1 -> state=Processing": "Processing",
        "JobStatusEvent JobId=1 state=Pending -> ok": "Pending",
        "JobEndStateEvent JobId=1 state=Completed -> ok": "Completed",
    }
    for text, state in texts.items():
        (exchange,) = exchanges(text)
        assert [(s.job_id, s.state) for s in job_samples_of(exchange)] == [(1, state)], text


def test_only_the_two_lists_are_lists() -> None:
    active, other = exchanges("GetActiveJobs -> ok\nGetScannerElements -> ok")
    assert job_list_of(active) is not None
    assert job_list_of(other) is None
