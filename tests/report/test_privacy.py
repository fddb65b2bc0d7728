"""Nothing that tells whose devices and computers a capture shows."""

import re
from collections.abc import Iterator

import pytest
from lxml import etree

from tests.report.hostile import hostile_trace
from tests.report.traces import Story, orphaned_job
from tests.shared import CAPTURES
from wsdtrace.check.rule import all_rules
from wsdtrace.pipeline import Options, check_file
from wsdtrace.report.htmlreport import ReportOptions, render_html
from wsdtrace.report.issuetext import render_issue
from wsdtrace.report.privacy import PrivateRedactor, is_harmless, private_values
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome

CASES = sorted(path for path in CAPTURES.glob("*/capture.pcap*"))

PRIVATE = {
    "SerialNumber", "FriendlyName", "ScannerName", "ScannerInfo", "ScannerLocation", "JobToken", "DestinationToken",
    "ClientDisplayName", "JobOriginatingUserName", "JobName", "ScanIdentifier", "Identifier", "MessageID", "RelatesTo",
    "Address", "XAddrs", "To", "Computer", "PresentationUrl", "UserName", "ManufacturerUrl",
}  # fmt: skip
"""Elements whose text names somebody's things, by their specifications."""

PUBLIC = re.compile(r"https?://(?:schemas\.|www\.w3\.org)|urn:schemas-|urn:docs-|.*anonymous$")
"""Addresses of the protocols themselves."""


def redacted(text: str, trace: Trace | None = None) -> str:
    return PrivateRedactor(trace or orphaned_job()).text(text)


R = "‹redacted›"


@pytest.mark.parametrize(
    ("private", "shown"),
    [
        ("192.168.1.20", R),
        ("10.0.0.1:5357", f"{R}:5357"),
        ("fe80::77:ff:fe00:2", R),
        ("2001:db8::1", R),
        ("2001:db8:0:0:0:0:0:1", R),
        ("[fe80::1%25eth0]:80", f"[{R}]:80"),
        ("00:25:07:51:0e:ca", R),
        ("00-25-07-51-0E-CA", R),
        ("urn:uuid:4509a320-00a0-008f-00b6-002507510eca", f"urn:uuid:{R}"),
        ("bobs-pc.local", R),
        ("bob@example.org", R),
        ("http://bobs-scanner:5357/x", f"http://{R}:5357/x"),
    ],
)
def test_what_has_the_shape_of_an_address_is_taken_out(private: str, shown: str) -> None:
    assert redacted(f"sent to {private} again") == f"sent to {shown} again"


@pytest.mark.parametrize(
    "public",
    [
        "job 1: nothing for 82.9 s after page 1, limit 60 s",
        "WSD601 at 00:12.002, frame 7",
        "http://schemas.microsoft.com/windows/2006/08/wdp/scan/CreateScanJob",
        "wscn:ServerErrorNotAcceptingJobs",
        "version 1.2.3, 2480×3508",
        "2026-11-21T09:47:19Z",
        "xs:dateTime",
    ],
)
def test_what_a_maintainer_needs_stays(public: str) -> None:
    assert redacted(public) == public


def test_names_that_the_trace_knows_are_taken_out() -> None:
    story = Story()
    story.capture("x.pcap")
    story.device(serial="XK-4711", name="Third floor", model="ScanStation 9")
    story.job(1, Outcome.OPEN).scan_identifier = "identifier-9"
    text = redacted("ScanStation 9 of THIRD FLOOR, XK-4711, identifier-9, XK-47110", story.trace)
    assert text == "ScanStation 9 of ‹redacted›, ‹redacted›, ‹redacted›, XK-47110"
    assert "XK-4711" in set(private_values(story.trace))


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("300", True), ("true", True), ("Processing", True), ("jfif", True), ("PT1H", True), ("a:ClientErrorX", True),
        ("2026-11-21T09:47:19Z", True), ("http://schemas.xmlsoap.org/ws/2004/08/addressing", True), ("  ", True),
        ("Bob", False), ("Office", False), ("http://printer/", False), ("Processing of Bob", False),
    ],
)  # fmt: skip
def test_harmless_texts(text: str, harmless: bool) -> None:
    assert is_harmless(text) is harmless


def test_of_an_excerpt_only_what_is_harmless_stays_and_the_caret_stays_where_it_was() -> None:
    text = '<a:Name lang="en">Third floor</a:Name><a:State>Idle</a:State> tail of Bob'
    caret = (text.index("<a:State>"), text.index("<a:State>") + 9)
    shown, moved = PrivateRedactor(orphaned_job()).excerpt(text, caret)
    assert "Third" not in shown
    assert "Idle</a:State>" in shown
    assert "Bob" not in shown
    assert moved is not None
    assert shown[slice(*moved)] == "<a:State>"


def test_a_path_keeps_its_kind() -> None:
    redactor = PrivateRedactor(orphaned_job())
    assert redactor.path("/srv/bob/Bobs scanner.pcapng") == "capture.pcapng"
    assert redactor.path("bob.PCAP.gz") == "capture.pcap.gz"
    assert redactor.path("-") == "capture"


def test_a_hostile_trace_takes_no_time_and_breaks_nothing() -> None:
    redactor = PrivateRedactor(hostile_trace())
    for text in ("1." * 9000, "a:" * 9000, ":" * 9000, "a-" * 9000, "a@" * 9000, "> " * 9000, '="' * 9000):
        redactor.text(text)
        redactor.excerpt(text, (3, 9))


def secrets_on_the_wire(trace: Trace) -> Iterator[str]:
    """Every private text of the messages of a trace, read by lxml and not by our declarations."""
    for exchange in trace.exchanges:
        for endpoint in (exchange.client_endpoint, exchange.server_endpoint):
            yield endpoint.address
        for message in (exchange.request, exchange.response, *exchange.answers):
            if message is None or message.xml is None:
                continue
            root = etree.fromstring(message.xml, etree.XMLParser(recover=True, resolve_entities=False))
            if root is None:
                continue
            for element in root.iter(etree.Element):
                text = (element.text or "").strip()
                if etree.QName(element).localname in PRIVATE and len(text) > 3 and not PUBLIC.match(text):
                    yield text


OUR_WORDS = " ".join(rule.docstring for rule in all_rules())


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_no_private_text_of_a_recording_is_published(path: object) -> None:
    trace = check_file(str(path), Options(keep_messages=lambda _: True))
    secrets = set(secrets_on_the_wire(trace))
    for exchange in trace.exchanges:
        for message in (exchange.request, exchange.response, *exchange.answers):
            if message is not None:
                message.release()
    options = ReportOptions(redact=True)
    # The name of a program may be the name of a user; the reasons of our rules name programs on which they were seen.
    secrets = {secret for secret in secrets if secret not in OUR_WORDS}
    for published in (render_issue(trace, options), render_html(trace, options)):
        assert [s for s in secrets if re.search(rf"(?<![\w.]){re.escape(s)}(?![\w])", published)] == []
        assert str(path) not in published
