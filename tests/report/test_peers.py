"""Who took part, and what they told each other unasked."""

from tests.report.traces import Story, at
from wsdtrace.report.page import Look, Page
from wsdtrace.report.peers import write_devices, write_events, write_subscriptions
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Destination, DeviceEvent, Subscription, SubscriptionEndedBy, Toward


def push_scan() -> Trace:
    """A client that subscribes to the scan button, a press of it, and the job that it led to."""
    story = Story()
    story.capture("x.pcap")
    device, client = story.device(model="ScanStation 9"), story.client("WSDAPI")
    subscribe = story.exchange("Subscribe", (1.0, 1), (2.0, 2))
    subscription = Subscription(device, client, "http://192.0.2.10/sink", subscribe, subscribe.last)
    subscription.actions = ("http://schemas.microsoft.com/windows/2006/08/wdp/scan/ScanAvailableEvent",)
    subscription.destinations = [Destination("Scan", "ALICE-PC", "tok-4711")]
    subscription.expires_ns = 3_600_000_000_000
    subscription.renewals = 2
    subscription.ended, subscription.ended_by = at(90.0, 99), SubscriptionEndedBy.UNSUBSCRIBE
    press = story.exchange("ScanAvailableEvent", (4.0, 10), (4.1, 12), toward=Toward.CLIENT)
    subscription.events.append(press)
    create = story.exchange("CreateScanJob", (5.0, 20), (5.1, 21))
    story.trace.subscriptions.append(subscription)
    job = story.job(3, Outcome.COMPLETED)
    story.trace.events.append(
        DeviceEvent(press, "ScanAvailableEvent", subscription, client_context="Scan", job=job, answered_by=create)
    )
    lone = story.exchange("JobEndStateEvent", (8.0, 30), None, toward=Toward.CLIENT)
    story.trace.events.append(DeviceEvent(lone, "JobEndStateEvent", None, job_id=8))
    return story.trace


def shown(trace: Trace, what: str) -> list[str]:
    page = Page(Look(), Redactor(trace))
    {"devices": write_devices, "subscriptions": write_subscriptions, "events": write_events}[what](page, trace)
    return str(page).splitlines()


def test_subscriptions() -> None:
    assert shown(push_scan(), "subscriptions") == [
        "id  granted    device  client  events              destinations     expires  renewed  seen"
        "  ended                  sink",
        " 1  00:02.000       1       1  ScanAvailableEvent  Scan          1 h 00 min       ×2     1"
        "  01:30.000 Unsubscribe  http://192.0.2.10/sink",
    ]


def test_events() -> None:
    assert shown(push_scan(), "events") == [
        "time       frames  exchange  event               subscription  destination  job  answer  led to",
        "00:04.000  #10–12         2  ScanAvailableEvent             1  Scan           3  200     "
        "CreateScanJob (exchange 3)",
        "00:08.000  #30            4  JobEndStateEvent            none                 8  ✖ none",
    ]


def test_devices_and_clients() -> None:
    assert shown(push_scan(), "devices") == [
        "id  model          addresses        roles",
        " 1  ScanStation 9  192.0.2.20:5357  scanner",
        "",
        "client  addresses   software  fingerprint",
        "     1  192.0.2.10  WSDAPI    1af9d02f0bf7",
    ]


def test_tokens_and_names_of_computers_are_not_shown() -> None:
    text = "\n".join(line for what in ("devices", "subscriptions", "events") for line in shown(push_scan(), what))
    assert "tok-4711" not in text
    assert "ALICE-PC" not in text
