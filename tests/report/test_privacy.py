"""Nothing that tells whose devices and computers a capture shows."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which

import pytest
from lxml import etree

from tests.report.hostile import hostile_trace
from tests.report.traces import Story, orphaned_job
from tests.shared import CAPTURES, SHARED, needs_shared
from wsdtrace import scenario
from wsdtrace.check.rule import all_rules
from wsdtrace.pipeline import Options, check_file
from wsdtrace.report.htmlreport import ReportOptions, render_html
from wsdtrace.report.issuetext import render_issue
from wsdtrace.report.privacy import PrivateRedactor, is_harmless, private_values
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome

KINDS = (".pcap", ".pcapng", ".trace")
CASES = sorted(path for path in CAPTURES.glob("*/capture.pcap*"))

RECORDINGS = sorted(path for path in (SHARED / "data" / "captures").glob("*") if path.suffix in KINDS)

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
        ("http://bobs-scanner:5357/x", f"http://{R}:5357/{R}"),
        ("https://bob.example/~bob/index.html?user=bob", f"https://{R}/{R}"),
        ("Host: bobs-pc", f"Host: {R}"),
        ("host: bobs-pc:5357", f"host: {R}:5357"),
        (r"\\bobs-server\bobs share", rf"\\{R} share"),
        ("/home/Bob/scan.jpg", f"/home/{R}"),
        (r"C:\Users\bob\scan.jpg", rf"C:\Users\{R}"),
        ("file:///Users/bob", f"file:///Users/{R}"),
        ("DESKTOP-7Q3ABCD", R),
        ("BRN0080927AFBCE", R),
        ("NPI3A5B2C", R),
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
        "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
        "EPSON Perfection, HP LaserJet, SEC",
        "/wsd/scan, a/b/c, C:\\",
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


def test_paths_of_services_stay_and_names_of_a_mac_address_go() -> None:
    story = Story()
    story.capture("x.pcap")
    device = story.trace.devices[0] if story.trace.devices else story.device()
    device.endpoint = "urn:uuid:4509a320-00a0-008f-00b6-002507510eca"
    device.xaddrs = {"http://192.0.2.20:5357/wsd/scan": None}
    assert redacted("http://192.0.2.20:5357/wsd/scan", story.trace) == f"http://{R}:5357/wsd/scan"
    assert redacted("XQZ002507510ECA at 00:25:07:51:0e:ca", story.trace) == f"XQZ{R} at {R}"


MADE = r"""
Get -> ok FriendlyName="Quillfriend third floor" SerialNumber=QUILLSER77 PresentationUrl=http://quillhost/quillpath/i
> field Host: quillname
CreateScanJob JobName=quilljob JobOriginatingUserName=QUILLDOM\quilluser JobInformation=C:\Users\quillhome\a -> JobId=1 JobToken=quilltoken1
wait 61s
> field Host: quillname:5357
RetrieveImage JobId=1 JobToken=quilltoken1 -> Fault ClientErrorNoImagesAvailable reason=\\\\quillserver\\quillshare detail=/home/Quillhome2/x
wait 2s
CancelJob JobId=1 -> Fault ClientErrorJobIdNotFound reason=quill@quill.example
"""  # noqa: E501
"""A conversation in which somebody's name stands wherever one can."""


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
            if message is not None and message.http is not None:
                hosts = (f.value.rpartition(":")[0] or f.value for f in message.http.fields if f.name.lower() == "host")
                yield from (host.strip("[]") for host in hosts if len(host) > 3)
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


@pytest.mark.parametrize("render", [render_issue, render_html])
def test_whoever_stands_in_a_conversation_is_not_in_what_is_published(render: Callable[..., str]) -> None:
    trace = scenario.check(MADE)
    trace.input.comments = [(3, "from the office of quill")]
    assert "quillserver" in render_html(trace, ReportOptions()), "it is told unless it is taken out"
    published = render(trace, ReportOptions(redact=True))
    assert re.findall(r"(?i).{60}quill.{40}", published) == []


def published_of(path: Path, keylog: str | None = None) -> list[str]:
    """Private texts of a recording that stand in what is published of it."""
    trace = check_file(str(path), Options(keep_messages=lambda _: True, tls_keylog=keylog))
    secrets = set(secrets_on_the_wire(trace))
    for exchange in trace.exchanges:
        for message in (exchange.request, exchange.response, *exchange.answers):
            if message is not None:
                message.release()
    options = ReportOptions(redact=True)
    # The name of a program may be the name of a user; the reasons of our rules name programs on which they were seen.
    secrets = {secret for secret in secrets if secret not in OUR_WORDS}
    texts = (render_issue(trace, options), render_html(trace, options))
    assert [text for text in texts if str(path) in text] == []
    return [s for s in secrets for text in texts if re.search(rf"(?<![\w.]){re.escape(s)}(?![\w])", text)]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_no_private_text_of_a_case_is_published(path: Path) -> None:
    assert published_of(path) == []


@pytest.mark.slow
@needs_shared
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_no_private_text_of_a_recording_is_published(path: Path) -> None:
    keylog = path.with_suffix(".keylog")
    if keylog.exists() and which("tshark") is None:
        pytest.skip("tshark is not installed")
    assert published_of(path, str(keylog) if keylog.exists() and path.suffix == ".pcap" else None) == []
