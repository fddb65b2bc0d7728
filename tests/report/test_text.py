"""The report of `wsdtrace check`, as a person reads it."""

import re

import pytest

from tests.report.traces import START_NS, Story, at, orphaned_job, seen
from wsdtrace.check.finding import FaultOf, Interpretation, Severity
from wsdtrace.report.page import Look, Verbosity
from wsdtrace.report.text import render_check, short_name
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.joblife import Outcome

MANUAL = """\
orphaned-job  58 frames  1 device  2 clients  1 job  1 image  94.1 s

  job 1  ADF   Created ▸ Processing ▸ ✖ no end seen                                           1 page
         –     another CreateScanJob refused at 00:14.020: ServerErrorNotAcceptingJobs

E WSD601 job-orphaned   job 1: nothing for 86.8 s after page 1, limit 60 s             fault: client
   ├ #17 → CreateScanJobRequest      00:02.101
   ├ #18 ← CreateScanJobResponse     00:02.114   JobId 1
   ├ #24 ← RetrieveImageResponse     00:07.310   page 1, JPEG 2480×3508
   └       expected RetrieveImage, CancelJob or a JobEndStateEvent
E WSD202 prefix-unbound   fault subcode uses 'wscn', which is not bound                fault: device
   └ #44 ← Fault   <soap:Value>wscn:ServerErrorNotAcceptingJobs</soap:Value>
                               ^^^^
2 errors (2 infos with -v); 61 rules applied, 4 inconclusive.
next: wsdtrace rule WSD601 · wsdtrace show captures/orphaned-job/capture.pcapng --job 1
"""


def test_the_example_of_the_manual() -> None:
    assert render_check(orphaned_job(), Look()) == MANUAL


def test_a_narrow_terminal() -> None:
    assert (
        render_check(orphaned_job(), Look(width=60))
        == """\
orphaned-job  58 frames  1 device  2 clients  1 job  1 image
  94.1 s

  job 1  ADF   Created ▸ Processing ▸ ✖ no end seen   1 page
         –     another CreateScanJob refused at 00:14.020:
               ServerErrorNotAcceptingJobs

E WSD601 job-orphaned   job 1: nothing for 86.8 s after page
                        1, limit 60 s          fault: client
   ├ #17 → CreateScanJobRequest  00:02.101
   ├ #18 ← CreateScanJobResponse 00:02.114   JobId 1
   ├ #24 ← RetrieveImageResponse 00:07.310
   │         page 1, JPEG 2480×3508
   └       expected RetrieveImage, CancelJob or a
           JobEndStateEvent
E WSD202 prefix-unbound   fault subcode uses 'wscn', which
                          is not bound         fault: device
   └ #44 ← Fault 00:14.020
           <soap:Value>wscn:ServerErrorNotAcceptingJobs…
                       ^^^^
2 errors (2 infos with -v); 61 rules applied, 4
inconclusive.
next: wsdtrace rule WSD601
      wsdtrace show captures/orphaned-job/capture.pcapng --job 1
"""
    )


@pytest.mark.parametrize("width", [48, 60, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal_but_for_commands(width: int) -> None:
    lines = render_check(orphaned_job(), Look(width=width, verbosity=Verbosity.VERBOSE)).splitlines()
    assert [line for line in lines if len(line) > width and "wsdtrace " not in line] == []


def test_quiet_tells_errors_and_the_verdict() -> None:
    assert (
        render_check(orphaned_job(), Look(verbosity=Verbosity.QUIET))
        == """\
orphaned-job  58 frames  1 device  2 clients  1 job  1 image  94.1 s
E WSD601 job-orphaned   job 1: nothing for 86.8 s after page 1, limit 60 s             fault: client
E WSD202 prefix-unbound   fault subcode uses 'wscn', which is not bound                fault: device
2 errors (2 infos with -v); 61 rules applied, 4 inconclusive.
"""
    )


def test_verbose_tells_infos_and_counts_them() -> None:
    text = render_check(orphaned_job(), Look(verbosity=Verbosity.VERBOSE))
    assert "I WSD330 fault-reported" in text
    assert "2 errors, 2 infos; 61 rules applied, 4 inconclusive." in text


def test_without_colours_there_is_no_escape_sequence_and_with_them_the_words_are_the_same() -> None:
    plain = render_check(orphaned_job(), Look())
    coloured = render_check(orphaned_job(), Look(color=True))
    assert "\x1b" not in plain
    assert "\x1b[1;31mE" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_a_terminal_without_unicode_gets_ascii_of_the_same_width() -> None:
    plain = render_check(orphaned_job(), Look()).splitlines()
    ascii_only = render_check(orphaned_job(), Look(ascii_only=True))
    assert ascii_only.isascii()
    assert [len(line) for line in ascii_only.splitlines()] == [len(line) for line in plain]


def clean(outcome: Outcome = Outcome.COMPLETED) -> Story:
    story = Story()
    story.capture("flatbed.pcap", seconds=20.0)
    story.device()
    story.client()
    job = story.job(1, outcome, "Created", "Processing", created=(2.0, 10))
    job.last_activity = at(3.0, 12)
    job.delivered = 1
    story.rules(passed=40, inconclusive=2)
    return story


def test_nothing_found_says_how_much_was_looked_at() -> None:
    assert (
        render_check(clean().trace, Look(width=80))
        == """\
flatbed.pcap  58 frames  1 device  1 client  1 job  20.0 s

  job 1  ADF   Created ▸ Processing ▸ ✔ Completed                         1 page

no errors, no warnings; 42 rules applied, 2 inconclusive.
"""
    )


def test_an_open_job_says_what_the_capture_cannot_prove() -> None:
    text = render_check(clean(Outcome.OPEN).trace, Look())
    assert "Created ▸ Processing ▸ … still open at the end of the capture" in text
    assert "note: job 1 was still open when the capture ended (43 s too early to say more)\n" in text
    assert "no errors, no warnings;" in text


def test_a_blind_job_says_so() -> None:
    story = clean()
    story.trace.jobs[0].blind = True
    assert "note: bytes that may concern job 1 are missing from the capture\n" in render_check(story.trace, Look())


def test_consequences_stand_beneath_their_cause_and_do_not_count() -> None:
    story = clean()
    cut = story.finding("WSD102", "response-incomplete", "RetrieveImage: 300 of 900 bytes", seen(12, 3.0, "RST"))
    story.finding("WSD711", "image-truncated", "page 1 ends early", seen(12, 3.0, "page 1"), because_of=cut)
    text = render_check(story.trace, Look(width=80))
    assert text.splitlines()[4:] == [
        "E WSD102 response-incomplete   RetrieveImage: 300 of 900 bytes     fault: client",
        "   ├ #12   RST                       00:03.000",
        "   └ so E WSD711 image-truncated   page 1 ends early",
        "1 error; 42 rules applied, 2 inconclusive.",
        "next: wsdtrace rule WSD102 · wsdtrace show flatbed.pcap --exchange 1"
        if story.trace.exchanges
        else "next: wsdtrace rule WSD102",
    ]


def test_the_worst_is_told_first_and_then_what_began_first() -> None:
    story = clean()
    for code, severity, frame in (
        ("WSD105", Severity.WARNING, 1),
        ("WSD601", Severity.ERROR, 20),
        ("WSD202", Severity.ERROR, 9),
        ("WSD330", Severity.INFO, 2),
    ):
        story.finding(code, "x", "m", seen(frame, 1.0, "R"), severity=severity)
    lines = render_check(story.trace, Look(verbosity=Verbosity.VERBOSE)).splitlines()
    heads = [line[:8] for line in lines if line[1:5] == " WSD"]
    assert heads == ["E WSD202", "E WSD601", "W WSD105", "I WSD330"]
    assert lines[-1].startswith("next: wsdtrace rule WSD202")


def test_a_finding_seen_often_is_told_once_with_its_count_and_its_readings() -> None:
    story = clean()
    story.finding(
        "WSD330",
        "fault-reported",
        "the device is not accepting jobs",
        seen(12, 3.0, "Fault"),
        severity=Severity.WARNING,
        fault_of=FaultOf.UNKNOWN,
        also_seen=3,
        readings=(Interpretation("its feeder is empty", "Canon MF411"), Interpretation("it is busy", "")),
    )
    assert render_check(story.trace, Look(width=80)).splitlines()[4:9] == [
        "W WSD330 fault-reported   the device is not accepting jobs  ×4    fault: unknown",
        "   ├ #12   Fault                     00:03.000",
        "   ├       may mean: its feeder is empty  (seen on Canon MF411)",
        "   └       may mean: it is busy",
        "1 warning; 42 rules applied, 2 inconclusive.",
    ]


def test_an_excerpt_with_a_detail_stands_below_it() -> None:
    story = clean()
    story.finding(
        "WSD201",
        "xml-not-well-formed",
        "mismatched tag",
        seen(12, 3.0, "GetResponse", "line 3", excerpt="…<a>x</b>…", caret=(5, 9)),
    )
    assert render_check(story.trace, Look(width=80)).splitlines()[5:8] == [
        "   └ #12   GetResponse               00:03.000   line 3",
        "           …<a>x</b>…",
        "                ^^^^",
    ]


def test_a_caret_counts_cells_and_not_characters() -> None:
    story = clean()
    story.finding("WSD210", "value-invalid", "x", seen(12, 3.0, "R", excerpt="名前\x1b<bad>", caret=(3, 8)))
    assert render_check(story.trace, Look(width=80)).splitlines()[5:7] == [
        "   └ #12   R   名前␛<bad>",
        "                    ^^^^^",
    ]


@pytest.mark.parametrize(
    ("build", "line"),
    [
        pytest.param(lambda t: None, "nothing to judge: no WSD traffic.", id="other traffic"),
        pytest.param(
            lambda t: t.other_protocols.extend(["eSCL", "IPP"]),
            "nothing to judge: no WSD traffic; eSCL and IPP seen instead.",
            id="other protocols",
        ),
        pytest.param(
            lambda t: setattr(t, "encrypted_seen", True),
            "nothing to judge: no readable WSD traffic: what may be WSD is encrypted.",
            id="encrypted",
        ),
        pytest.param(
            lambda t: setattr(t.input, "frames", 0), "nothing to judge: the capture is empty.", id="an empty capture"
        ),
    ],
)
def test_without_wsd_there_is_nothing_to_judge(build: object, line: str) -> None:
    trace = Trace(InputInfo("x.pcap", ["x.pcap"], "pcap", frames=7, first_time_ns=START_NS, last_time_ns=START_NS))
    build(trace)  # type: ignore[operator]  # a function of the row
    assert render_check(trace, Look()).splitlines()[-1] == line


def test_what_comes_next_can_be_pasted_into_a_shell() -> None:
    trace = orphaned_job()
    trace.input.path = "my captures/it's.pcap"
    last = render_check(trace, Look()).splitlines()[-1]
    assert last == """next: wsdtrace rule WSD601 · wsdtrace show 'my captures/it'"'"'s.pcap' --job 1"""


def test_of_standard_input_nothing_more_can_be_shown() -> None:
    trace = orphaned_job()
    trace.input.path = "-"
    assert render_check(trace, Look()).splitlines()[-1] == "next: wsdtrace rule WSD601"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param("a/b/scan.pcap", "scan.pcap", id="a file"),
        pytest.param("captures/orphaned-job/capture.pcapng", "orphaned-job", id="a case"),
        pytest.param("capture.pcapng", "capture.pcapng", id="nothing better"),
        pytest.param("-", "standard input", id="a pipe"),
    ],
)
def test_short_name(path: str, name: str) -> None:
    assert short_name(InputInfo(path, [path], "pcap")) == name


def test_statistics_print_the_ledger() -> None:
    text = render_check(clean().trace, Look(statistics=True))
    assert "WSD6  the life of a scan job" in text
