"""The objects above the message: what follows from their fields."""

from __future__ import annotations

from wsdtrace import scenario
from wsdtrace.state.model import Device, Job


def test_root_follows_merges() -> None:
    first, second, third = Device(1), Device(2), Device(3)
    third.merged_into, second.merged_into = second, first
    assert third.root is first


def test_a_label_names_the_generation_of_a_reused_id() -> None:
    assert Job(device=None, job_id=7).label == "job 7"
    assert Job(device=None, job_id=7, generation=2).label == "job 7 (generation 2)"


def test_an_exchange_knows_its_outcome_and_its_time() -> None:
    good, bad, open_ = scenario.check(
        "GetScannerElements -> ok after 2s\nCreateScanJob -> Fault OperationFailed\nGetActiveJobs -> close"
    ).exchanges
    assert (good.succeeded, bad.succeeded, open_.succeeded) == (True, False, False)
    assert good.latency_ns is not None
    assert good.latency_ns >= 2 * 10**9
    assert open_.latency_ns is None
    assert bad.fault is not None
    assert bad.fault.subcode == "OperationFailed"
    assert good.first.number < good.last.number
