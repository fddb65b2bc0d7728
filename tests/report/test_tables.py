"""Tables of `wsdtrace show`."""

import pytest

from tests.report.traces import Story, orphaned_job, seen
from wsdtrace.records import Abandoned
from wsdtrace.report.page import Look, Page
from wsdtrace.report.redact import Redactor
from wsdtrace.report.tables import KINDS, write_kind
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.model import Toward, Transport


def table(trace: Trace, kind: str, look: Look = Look()) -> list[str]:  # noqa: B008  # a frozen value
    page = Page(look, Redactor(trace))
    write_kind(page, trace, kind)
    return str(page).splitlines()


def test_exchanges() -> None:
    story = Story()
    story.capture("x.pcap")
    story.exchange("CreateScanJob", (2.101, 17), (2.114, 18))
    story.exchange("RetrieveImage", (3.0, 20), None).abandoned = Abandoned.RESET
    story.exchange("CreateScanJob", (14.0, 40), (14.02, 44), fault="ServerErrorNotAcceptingJobs")
    story.exchange("JobEndStateEvent", (15.0, 50), (15.1, 51), toward=Toward.CLIENT)
    assert table(story.trace, "exchanges") == [
        "id  time       frames     operation         answer                                took   bytes",
        " 1  00:02.101  #17–18  →  CreateScanJob     200                                13.0 ms  1.2 kB",
        " 2  00:03.000  #20     →  RetrieveImage     ✖ connection reset",
        " 3  00:14.000  #40–44  →  CreateScanJob     500 ✖ ServerErrorNotAcceptingJobs  20.0 ms  1.2 kB",
        " 4  00:15.000  #50–51  ←  JobEndStateEvent  200                                 100 ms  1.2 kB",
    ]


def test_several_peers_are_told_apart_and_notes_are_told() -> None:
    story = Story()
    story.capture("x.pcap")
    story.device()
    story.client()
    story.client()
    probe = story.exchange("Probe", (0.0, 1), (0.1, 3))
    probe.transport, probe.answers, probe.repeats = Transport.UDP, [probe.response] * 2, [probe.first]  # type: ignore[list-item]  # it has one
    story.exchange(None, (1.0, 4), (1.1, 5)).copy_of = probe
    lines = table(story.trace, "exchanges")
    assert " ".join(lines[1].split()[3:]) == "→ client 1 → device 1 Probe 2 answers 100 ms 1.2 kB sent ×2"
    assert lines[2].endswith("copy of 1")


def test_jobs() -> None:
    assert table(orphaned_job(), "jobs") == [
        "job  created    device  source  outcome        pages   exchanges   took",
        "1    00:02.114       1  ADF     ✖ no end seen  1 page          2  5.2 s",
    ]


def test_images() -> None:
    assert table(orphaned_job(), "images") == [
        "id  job  page  format     pixels  bytes  exchange  sha256",
        f" 1  1       1  jfif    2480×3508  1,234         2  {'ab' * 32}",
    ]


def test_an_incomplete_image_says_so() -> None:
    story = Story()
    story.image(story.exchange("RetrieveImage", (1.0, 1), (2.0, 2)), None, 1, complete=False)
    assert "✖ incomplete" in table(story.trace, "images")[1]


def test_devices_and_clients() -> None:
    assert table(orphaned_job(), "devices") == [
        "id  model          addresses        roles",
        " 1  ScanStation 9  192.0.2.20:5357  scanner",
        "",
        "client  addresses   software      fingerprint",
        "     1  192.0.2.10  WSDAPI        1af9d02f0bf7",
        "     2  192.0.2.10  sane-airscan  1af9d02f0bf7",
    ]


def test_findings() -> None:
    story = Story()
    story.capture("x.pcap")
    cut = story.finding("WSD102", "response-incomplete", "300 of 900 bytes", seen(12, 3.0, "RST"), also_seen=1)
    story.finding("WSD711", "image-truncated", "page 1 ends early", seen(12, 3.0, "page 1"), because_of=cut)
    assert table(story.trace, "findings") == [
        "id  time       frame     code    name                 seen  fault of  because of  message",
        " 1  00:03.000  #12    E  WSD102  response-incomplete    ×2  client                300 of 900 bytes",
        " 2  00:03.000  #12    E  WSD711  image-truncated            client    finding 1   page 1 ends early",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_kind_is_told(kind: str) -> None:
    assert table(Trace(InputInfo("x", ["x"], "pcap")), kind) == [f"no {kind}"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_terminal_is_not_overrun_where_columns_can_give(kind: str) -> None:
    assert max(len(line) for line in table(orphaned_job(), kind, Look(width=100, fit=True))) <= 100
