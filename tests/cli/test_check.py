"""`wsdtrace check`."""

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from tests import command
from tests.cli.conftest import Captures, Run
from tests.report.traces import Story, orphaned_job, seen
from tests.shared import CAPTURES
from wsdtrace.check.finding import Severity
from wsdtrace.errors import CaptureFormatError
from wsdtrace.report.trace import InputInfo, Trace


def clean() -> Trace:
    story = Story()
    story.capture("clean.pcap")
    story.rules(passed=3)
    return story.trace


def without_wsd(*others: str, encrypted: bool = False, frames: int = 9) -> Trace:
    info = InputInfo("x.pcap", ["x.pcap"], "pcap", frames)
    return Trace(info, other_protocols=list(others), encrypted_seen=encrypted)


def damaged() -> Trace:
    trace = clean()
    trace.undecidable = True
    return trace


def with_a_warning() -> Trace:
    story = Story()
    story.finding("WSD327", "fault-http-200", "a fault with 200", seen(1, 1.0, "Fault"), severity=Severity.WARNING)
    return story.trace


def with_a_broken_rule() -> Trace:
    trace = clean()
    trace.internal_errors = ["WSD601: KeyError: 'x'"]
    return trace


@pytest.mark.parametrize(
    ("found", "options", "code", "told"),
    [
        pytest.param(clean(), [], 0, "", id="clean"),
        pytest.param(orphaned_job(), [], 1, "", id="findings"),
        pytest.param(orphaned_job(), ["--fail-on", "never"], 0, "", id="findings that do not fail"),
        pytest.param(with_a_warning(), [], 0, "", id="a warning"),
        pytest.param(with_a_warning(), ["--fail-on", "warning"], 1, "", id="a warning that fails"),
        pytest.param(CaptureFormatError("./x: no capture"), [], 3, "wsdtrace: ./x: no capture\n", id="no capture"),
        pytest.param(
            damaged(),
            [],
            4,
            "wsdtrace: clean.pcap: too damaged to judge, every verdict is inconclusive (--allow-gaps makes this no "
            "failure)\n",
            id="too damaged",
        ),
        pytest.param(damaged(), ["--allow-gaps"], 0, "", id="damage allowed"),
        pytest.param(
            without_wsd(),
            [],
            5,
            "wsdtrace: x.pcap: no WSD traffic (--allow-empty makes this no failure)\n",
            id="no WSD",
        ),
        pytest.param(
            without_wsd("eSCL"),
            [],
            5,
            "wsdtrace: x.pcap: no WSD traffic; eSCL seen instead (--allow-empty makes this no failure)\n",
            id="eSCL",
        ),
        pytest.param(
            without_wsd(encrypted=True),
            [],
            5,
            "wsdtrace: x.pcap: no readable WSD traffic: what may be WSD is encrypted (--allow-empty makes this no "
            "failure)\n",
            id="encrypted",
        ),
        pytest.param(without_wsd(frames=0), ["--allow-empty"], 0, "", id="an empty capture, allowed"),
        pytest.param(
            with_a_broken_rule(),
            [],
            70,
            "wsdtrace: clean.pcap: internal error of a rule: WSD601: KeyError: 'x' (the other rules ran; please report "
            "it)\n",
            id="a broken rule",
        ),
        pytest.param(
            ZeroDivisionError("oops"),
            [],
            70,
            "wsdtrace: internal error while judging ./x: ZeroDivisionError: oops (--debug shows where; please report "
            "it)\n",
            id="a mistake of ours",
        ),
        pytest.param(KeyboardInterrupt(), [], 130, "wsdtrace: interrupted\n", id="Ctrl-C"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_how_a_run_ends(
    wsdtrace: Run,
    captures: Captures,
    found: Trace | BaseException,
    options: list[str],
    code: int,
    told: str,
    form: str,
) -> None:
    captures["./x"] = found
    ran = wsdtrace("check", "--format", form, *options, "./x")
    assert (ran.code, ran.err) == (code, told)
    assert bool(ran.out) == isinstance(found, Trace)


def test_the_others_are_judged_when_one_cannot_be_read(wsdtrace: Run, captures: Captures) -> None:
    captures |= {"./a": CaptureFormatError("./a: no capture"), "./b": ValueError("oops"), "./c": orphaned_job()}
    ran = wsdtrace("check", "./a", "./b", "./c")
    assert ran.code == 70
    assert ran.out.startswith("orphaned-job  58 frames")
    assert [line.partition(" (")[0] for line in ran.err.splitlines()] == [
        "wsdtrace: ./a: no capture",
        "wsdtrace: internal error while judging ./b: ValueError: oops",
    ]


def test_several_inputs_are_json_lines_and_one_is_an_object(wsdtrace: Run, captures: Captures) -> None:
    captures |= {"./a": clean(), "./b": orphaned_job()}
    lines = wsdtrace("check", "--format", "json", "./a", "./b").out.splitlines()
    assert [json.loads(line)["input"]["path"] for line in lines] == [
        "clean.pcap",
        "captures/orphaned-job/capture.pcapng",
    ]
    assert json.loads(wsdtrace("check", "--format", "json", "./a").out)["input"]["path"] == "clean.pcap"


def test_a_directory_is_its_captures(wsdtrace: Run, captures: Captures, tmp_path: Path) -> None:
    for name in ("b.pcap", "a.pcapng"):
        (tmp_path / name).touch()
        captures[str(tmp_path / name)] = clean()
    ran = wsdtrace("check", str(tmp_path))
    assert ran.out.count("no errors, no warnings") == 2
    assert "\n\nclean.pcap" in ran.out, "a blank line between two reports"


def test_a_directory_without_captures_exits_with_3(wsdtrace: Run, tmp_path: Path) -> None:
    ran = wsdtrace("check", str(tmp_path))
    assert ran.code == 3
    wanted = "a directory without captures (.pcap, .pcapng, .cap, also with .gz or .zst) or sane-airscan's trace"
    assert ran.err == f"wsdtrace: {tmp_path}: {wanted}\n"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(["--select", "WSD999"], "no rule matches 'WSD999'", id="unknown code to select"),
        pytest.param(["--ignore", "WSD6,WSD60I"], "did you mean WSD6", id="a slip names the nearest"),
        pytest.param(["-o", "/no/such/folder/x"], "/no/such/folder/x: cannot be written", id="unwritable output"),
    ],
)
def test_what_is_wrong_with_the_command_is_told_before_anything_is_read(
    wsdtrace: Run, captures: Captures, args: list[str], told: str
) -> None:
    captures["./x"] = AssertionError("it was read")
    ran = wsdtrace("check", *args, "./x")
    assert ran.code == 2
    assert told in ran.err
    assert ran.err.count("\n") == 1
    assert ran.out == ""


def test_standard_input_twice_is_refused(wsdtrace: Run) -> None:
    ran = wsdtrace("check", "-", "-")
    assert (ran.code, ran.err) == (2, "wsdtrace: standard input (-) is named more than once\n")


def test_the_output_file_appears_whole(wsdtrace: Run, captures: Captures, tmp_path: Path) -> None:
    captures["./x"] = orphaned_job()
    target = tmp_path / "report.json"
    ran = wsdtrace("check", "--format", "json", "-o", str(target), "./x")
    assert (ran.code, ran.out, ran.err) == (1, "", "")
    assert len(json.loads(target.read_text())["findings"]) == 4


@pytest.mark.parametrize("error", [KeyboardInterrupt()])
def test_nothing_is_half_written_when_interrupted(
    wsdtrace: Run, captures: Captures, tmp_path: Path, error: BaseException
) -> None:
    captures |= {"./a": clean(), "./b": error}
    target = tmp_path / "report.txt"
    assert wsdtrace("check", "-o", str(target), "./a", "./b").code == 130
    assert os.listdir(tmp_path) == []


def test_a_file_gets_no_colours_unless_told(wsdtrace: Run, captures: Captures, tmp_path: Path) -> None:
    captures["./x"] = orphaned_job()
    wsdtrace("check", "-o", str(tmp_path / "plain"), "./x")
    wsdtrace("check", "-o", str(tmp_path / "coloured"), "--color", "always", "./x")
    assert b"\x1b" not in (tmp_path / "plain").read_bytes()
    assert b"\x1b[1;31m" in (tmp_path / "coloured").read_bytes()


@pytest.mark.parametrize(
    ("option", "there", "not_there"),
    [
        pytest.param("-q", "E WSD601", "├", id="quiet"),
        pytest.param("-v", "I WSD330", "with -v", id="verbose"),
        pytest.param("--statistics", "inconclusive\nWSD6", "\x1b", id="statistics"),
    ],
)
def test_how_much_is_told(wsdtrace: Run, captures: Captures, option: str, there: str, not_there: str) -> None:
    captures["./x"] = orphaned_job()
    out = wsdtrace("check", option, "./x").out
    assert there in out
    assert not_there not in out


def test_secrets_are_hidden_unless_asked_for(wsdtrace: Run, captures: Captures) -> None:
    trace = orphaned_job()
    trace.jobs[0].token = "tok-4711"
    trace.findings[0].message = "pair tok-4711"
    captures["./x"] = trace
    assert "tok-4711" not in wsdtrace("check", "./x").out
    assert "tok-4711" in wsdtrace("check", "--show-secrets", "./x").out


# From here on with whole processes, as a shell starts them.


def process(*args: str, stdin: bytes | None = None, shell_tail: str = "") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "wsdtrace", *args]
    if shell_tail:
        quoted = " ".join(f"'{word}'" for word in command)
        line = f"set -o pipefail; {quoted} {shell_tail}"
        return subprocess.run(["bash", "-c", line], capture_output=True, check=False)
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


def empty_pcap() -> bytes:
    return bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000")


def test_an_empty_capture_has_nothing_to_judge(tmp_path: Path) -> None:
    path = tmp_path / "empty.pcap"
    path.write_bytes(empty_pcap())
    ran = process(str(path))
    assert ran.returncode == 5
    assert ran.stderr.decode() == f"wsdtrace: {path}: the capture is empty (--allow-empty makes this no failure)\n"


def test_a_capture_may_come_from_a_pipe_and_be_compressed() -> None:
    ran = process("--format", "json", "--allow-empty", "-", stdin=gzip.compress(empty_pcap()))
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["input"]["path"] == "-"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"hello world, this is no capture", "not a pcap", id="text"),
        pytest.param(b"", "empty", id="nothing at all"),
    ],
)
def test_what_is_no_capture_is_told_in_one_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(content)
    ran = process("check", str(path))
    assert ran.returncode == 3
    assert ran.stdout == b""
    assert told in ran.stderr.decode()
    assert ran.stderr.count(b"\n") == 1


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(empty_pcap())
    names = [str(path)] * 30
    ran = process("check", "--allow-empty", *names, shell_tail="| head -n 1")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.count(b"\n") == 1


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(empty_pcap())
    ran = process("check", "--allow-empty", str(path), shell_tail="> /dev/full")
    assert ran.returncode == 2
    assert ran.stderr == b"wsdtrace: cannot write to standard output: No space left on device\n"


def test_a_closed_standard_output_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(empty_pcap())
    ran = process("check", "--allow-empty", str(path), shell_tail=">&-")
    assert ran.returncode == 2
    assert ran.stderr == b"wsdtrace: standard output is closed\n"


def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wsdtrace", "check", "-o", str(tmp_path / "report"), "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        # The file beside the target is there as soon as the run waits for its input.
        while not os.listdir(tmp_path) and running.poll() is None:
            pass
        running.send_signal(signal.SIGINT)
        _, told = running.communicate()
    assert (running.returncode, told) == (130, b"wsdtrace: interrupted\n")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(which("editcap") is None, reason="editcap is not installed")
def test_the_files_of_a_ring_are_judged_as_one(tmp_path: Path) -> None:
    whole = CAPTURES / "orphaned-job" / "capture.pcapng"
    subprocess.run(["editcap", "-c", "20", str(whole), str(tmp_path / "ring.pcapng")], check=True)
    alone, joined = command.run("check", whole), command.run("check", "--join", tmp_path)
    assert joined.code == alone.code == 1
    said = [ran.out.partition("\n\n")[2].rpartition("\nnext:")[0] for ran in (joined, alone)]  # no names of files
    assert said[0] == said[1] != ""
    shown = command.run("show", "--join", tmp_path, "--exchange", "2")
    assert shown.out.splitlines()[1:] == command.run("show", whole, "--exchange", "2").out.splitlines()[1:]
    saved = command.run("images", "--join", tmp_path, "-o", tmp_path / "pages")
    assert saved.code == 0, saved.err
    assert len(list((tmp_path / "pages").iterdir())) == 1


def test_one_unreadable_file_of_a_ring_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(b"hello")
    done = command.run("check", "--join", tmp_path)
    assert (done.code, "a.pcap: not a pcap" in done.err) == (3, True)
    assert command.run("check", "--join", tmp_path / "none").code == 3
