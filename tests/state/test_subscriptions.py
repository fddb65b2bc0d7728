"""Subscriptions, events and push scans, told as scenarios."""

from __future__ import annotations

import pytest

from tests.shared import CAPTURES
from wsdtrace import scenario
from wsdtrace.pipeline import check_file
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import InitiatedBy, SubscriptionEndedBy


def push_scan() -> Trace:
    return check_file(str(CAPTURES / "push-scan/capture.pcap"))


def test_a_push_scan_is_joined_from_subscribe_to_job() -> None:
    trace = push_scan()
    (subscription,), (event,), (job,) = trace.subscriptions, trace.events, trace.jobs
    assert event.subscription is subscription
    assert event.scan_identifier == job.scan_identifier
    assert event.job is job
    assert job.initiated_by is InitiatedBy.DEVICE
    assert event.answered_by is job.creation
    assert [d.token for d in subscription.destinations] == [job.destination_token]


def test_a_subscription_keeps_what_was_granted() -> None:
    (subscription,) = push_scan().subscriptions
    assert subscription.expires_ns == 3600 * 10**9
    assert subscription.identifier is not None
    assert subscription.sink is not None
    assert [a.rpartition("/")[2] for a in subscription.actions] == ["ScanAvailableEvent"]
    assert subscription.ended_by is SubscriptionEndedBy.UNSUBSCRIBE


def test_a_second_subscribe_of_the_same_sink_replaces_the_first() -> None:
    first, second = scenario.check("Subscribe -> ok\nSubscribe -> ok").subscriptions
    assert first.ended_by is SubscriptionEndedBy.REPLACED
    assert second.is_live


@pytest.mark.parametrize(
    ("wait", "ended_by"),
    [
        pytest.param("59min", None, id="before it expires"),
        pytest.param("61min", SubscriptionEndedBy.EXPIRY, id="after it expired"),
    ],
)
def test_a_subscription_expires_in_capture_time(wait: str, ended_by: SubscriptionEndedBy | None) -> None:
    text = f"Subscribe Expires=PT1H -> Expires=PT1H\nwait {wait}\nGetScannerElements -> ok"
    (subscription,) = scenario.check(text).subscriptions
    assert subscription.ended_by is ended_by


def test_renew_prolongs_a_subscription() -> None:
    text = "Subscribe -> Expires=PT1H\nwait 50min\nRenew -> Expires=PT1H\nwait 50min\nGetScannerElements -> ok"
    (subscription,) = scenario.check(text).subscriptions
    assert (subscription.renewals, subscription.ended_by) == (1, None)


def test_an_event_without_a_subscription_belongs_to_none() -> None:
    (event,) = scenario.check("ScannerStatusSummaryEvent -> ok").events
    assert event.subscription is None
