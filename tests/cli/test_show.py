"""`wsdtrace show`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Captures, Run
from tests.report.traces import Story, orphaned_job
from tests.shared import needs_shared, shared_path
from wsdtrace.cli.show import KINDS
from wsdtrace.errors import CaptureFormatError
from wsdtrace.report.tables import KINDS as TABLES
from wsdtrace.state.joblife import Outcome


def test_every_list_has_its_table() -> None:
    assert tuple(TABLES) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_list(wsdtrace: Run, captures: Captures, kind: str) -> None:
    captures["./x"] = orphaned_job()
    ran = wsdtrace("show", kind, "./x")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out


def test_exchanges_are_the_default(wsdtrace: Run, captures: Captures) -> None:
    captures["./x"] = orphaned_job()
    assert wsdtrace("show", "./x").out == wsdtrace("show", "exchanges", "./x").out


@pytest.mark.parametrize(
    ("option", "first_line"),
    [
        pytest.param(["--exchange", "3"], "exchange 3  CreateScanJob", id="exchange"),
        pytest.param(["--frame", "22"], "exchange 2  RetrieveImage  job 1", id="a frame within a message"),
        pytest.param(["--frame", "5"], "frame 5 belongs to no exchange of WSD", id="a frame of something else"),
        pytest.param(["--job", "1"], "job 1  Created ▸ Processing ▸ ✖ no end seen  1 page", id="job"),
    ],
)
def test_one_thing_in_full(wsdtrace: Run, captures: Captures, option: list[str], first_line: str) -> None:
    trace = orphaned_job()
    response = trace.exchanges[1].response
    assert response is not None
    response.first = trace.exchanges[1].first
    captures["./x"] = trace
    ran = wsdtrace("show", "./x", *option)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == first_line


def test_jobs_with_one_number_are_all_shown(wsdtrace: Run, captures: Captures) -> None:
    story = Story()
    story.job(7, Outcome.COMPLETED)
    story.job(7, Outcome.OPEN).generation = 2
    captures["./x"] = story.trace
    out = wsdtrace("show", "./x", "--job", "7").out
    assert [line for line in out.splitlines() if line.startswith("job 7")] == [
        "job 7  began before the capture ▸ ✔ Completed  0 pages",
        "job 7 (generation 2)  began before the capture ▸ … still open at the end of the capture  0 pages",
    ]


CAPTURE = "captures/orphaned-job/capture.pcapng"
ADF = "captures/adf-3-pages/capture.pcap"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(["./x", "--exchange", "9"], f"{CAPTURE}: no exchange 9; it has 3", id="no such exchange"),
        pytest.param(["./x", "--job", "9"], f"{CAPTURE}: no job 9; its jobs: 1", id="no such job"),
        pytest.param(["./x", "--frame", "99"], f"{CAPTURE}: no frame 99; it has 58", id="no such frame"),
        pytest.param(["jobs"], "show jobs: of which capture? (wsdtrace show jobs FILE)", id="no capture"),
        pytest.param(
            ["./x", "--job", "1", "--frame", "2"], "--exchange, --job and --frame exclude each other", id="two things"
        ),
        pytest.param(
            ["jobs", "./x", "--job", "1"],
            "jobs lists, --exchange, --job and --frame show one thing: choose one of the two",
            id="a list and a thing",
        ),
    ],
)
def test_what_cannot_be_shown_is_told(wsdtrace: Run, captures: Captures, args: list[str], told: str) -> None:
    captures["./x"] = orphaned_job()
    ran = wsdtrace("show", *args)
    assert (ran.code, ran.out, ran.err) == (2, "", f"wsdtrace: {told}\n")


def test_the_others_are_shown_when_one_cannot_be_read(wsdtrace: Run, captures: Captures) -> None:
    captures |= {"./a": CaptureFormatError("./a: no capture"), "./b": ZeroDivisionError(), "./c": orphaned_job()}
    ran = wsdtrace("show", "jobs", "./a", "./b", "./c")
    assert ran.code == 70
    assert ran.out.startswith("orphaned-job  58 frames")
    assert "no end seen" in ran.out
    assert ran.err.count("\n") == 2


def test_secrets_are_hidden_unless_asked_for(wsdtrace: Run, captures: Captures) -> None:
    trace = orphaned_job()
    trace.jobs[0].token = "tok-4711"
    captures["./x"] = trace
    assert "tok-4711" not in wsdtrace("show", "./x", "--job", "1").out
    assert "tok-4711" in wsdtrace("show", "./x", "--job", "1", "--show-secrets").out


def test_a_directory_without_captures_exits_with_3(wsdtrace: Run, tmp_path: Path) -> None:
    assert wsdtrace("show", str(tmp_path)).code == 3


@needs_shared
@pytest.mark.parametrize(
    ("args", "expected"),
    [
        pytest.param(["--exchange", "4"], ["RetrieveImageRequest", "xop:Include", "page 1  jfif"], id="by number"),
        pytest.param(["--frame", "16"], ["POST ", "GetScannerElementsRequest", "HTTP/1.1 200 OK"], id="by frame"),
    ],
)
def test_messages_of_a_recording(wsdtrace: Run, args: list[str], expected: list[str]) -> None:
    ran = wsdtrace("show", str(shared_path("data/captures/bad_relatesto.pcap")), *args)
    assert (ran.code, ran.err) == (0, "")
    assert [words for words in expected if words not in ran.out] == []
    assert "‹redacted›" in ran.out or "JobToken" not in ran.out


def test_a_filter_leaves_what_it_means(wsdtrace: Run) -> None:
    ran = wsdtrace("show", ADF, "-Y", "wsd.op == RetrieveImage and wsd.time > 1")
    assert [line.split()[0] for line in ran.out.splitlines()] == ["id", "4", "5", "6"]
    ran = wsdtrace("show", "images", ADF, "-Y", "wsd.page == 2")
    assert len(ran.out.splitlines()) == 2
    ran = wsdtrace("show", "devices", ADF, "-Y", "wsd.device == nobody")
    assert ran.out == "no devices\n"
    ran = wsdtrace("show", ADF, "-Y", "wsd.finding == WSD715")
    assert [line.split()[0] for line in ran.out.splitlines()] == ["id", "3"]


def test_what_is_wrong_with_a_filter_is_told_with_a_mark(wsdtrace: Run) -> None:
    ran = wsdtrace("show", ADF, "-Y", "wsd.op = x")
    assert ran.code == 2
    problem, text, mark = ran.err.splitlines()
    assert problem.startswith("wsdtrace: filter, column 8: expected an operator")
    assert mark.index("^") - len("wsdtrace:   ") == 7 == text.index("= x") - len("wsdtrace:   ")


def test_a_filter_and_one_thing_exclude_each_other(wsdtrace: Run) -> None:
    ran = wsdtrace("show", ADF, "-Y", "wsd.op", "--exchange", "3")
    assert (ran.code, ran.out) == (2, "")
