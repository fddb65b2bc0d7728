"""Subscriptions, events and push scans, told as scenarios."""

from __future__ import annotations

import pytest

from tests.shared import CAPTURES
from wsdtrace import scenario
from wsdtrace.pipeline import check_file
from wsdtrace.report.trace import Trace
from wsdtrace.state import subscriptions
from wsdtrace.state.joblife import InitiatedBy
from wsdtrace.state.model import SubscriptionEndedBy


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


def test_a_late_renewal_that_is_granted_lives_on() -> None:
    text = "Subscribe -> Expires=PT1M\nwait 70s\nRenew -> Expires=PT1M\nwait 30s\nScanAvailableEvent -> accepted"
    trace = scenario.check(text)
    assert trace.subscriptions[0].is_live
    assert trace.events[0].subscription is trace.subscriptions[0]


@pytest.mark.parametrize(
    ("answer", "ended_by", "left"),
    [
        pytest.param("ok", SubscriptionEndedBy.UNSUBSCRIBE, True, id="granted"),
        pytest.param("Fault wse:InvalidMessage", SubscriptionEndedBy.UNSUBSCRIBE, True, id="the device knows of none"),
        pytest.param("HTTP 503 text/html", None, True, id="an error of the server"),
        pytest.param("close", None, True, id="no answer"),
    ],
)
def test_unsubscribe_ends_what_the_device_says_it_does(
    answer: str, ended_by: SubscriptionEndedBy | None, left: bool
) -> None:
    (subscription,) = scenario.check(f"Subscribe -> ok\nUnsubscribe -> {answer}").subscriptions
    assert (subscription.ended_by, subscription.left) == (ended_by, left)


def test_subscription_end_names_its_subscription_in_the_body() -> None:
    text = "Subscribe -> ok\nclient B: Subscribe -> ok\nSubscriptionEnd -> accepted"
    first, second = scenario.check(text).subscriptions
    assert (first.ended_by, second.ended_by) == (SubscriptionEndedBy.DEVICE, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe -> ok\n" * 4, [0, 1, 2, 3], id="each replaces the former"),
        pytest.param("Subscribe Expires=PT9H -> ok\nwait 40min\n" * 4, [0, 1, 1, 1], id="those of the last hour"),
        pytest.param("Subscribe -> ok\nUnsubscribe -> ok\n" * 2, [0, 0], id="not those that had ended"),
        pytest.param(
            "Subscribe ClientContext=A -> ok\nSubscribe ClientContext=B -> ok\n" * 2, [0, 0, 1, 1], id="of each"
        ),
    ],
)
def test_repeated_subscriptions_are_counted(text: str, expected: list[int]) -> None:
    assert [s.repeated for s in scenario.check(text).subscriptions] == expected


def test_live_subscriptions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MAX_LIVE", 2)
    text = "".join(f"Subscribe ClientContext=c{n} -> ok\n" for n in range(4))
    text += "".join(f"ScanAvailableEvent ClientContext=c{n} -> accepted\n" for n in range(4))
    found = [event.subscription for event in scenario.check(text).events]
    assert [s and s.destinations[0].context for s in found] == ["c3", "c3", "c2", "c3"]


def test_timers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MAX_SUBSCRIPTIONS", 2)
    text = "".join(f"Subscribe ClientContext=c{n} -> Expires=PT1M\n" for n in range(4))
    trace = scenario.check(f"{text}wait 70s\nGetActiveJobs -> ok")
    assert [s.ended_by for s in trace.subscriptions] == [SubscriptionEndedBy.EXPIRY] * 2
