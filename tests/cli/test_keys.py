"""`--tls-keylog` with every command that reads captures, and what is said without it."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.capture.test_tshark import CAPTURE, KEYLOG, needs_tshark
from tests.cli.conftest import Ran, Run
from tests.cli.test_live import Silence
from tests.shared import needs_shared, shared_path
from wsdtrace.cli.live import watched
from wsdtrace.pipeline import Options, check_file
from wsdtrace.report.page import Look

pytestmark = [needs_shared, needs_tshark]
PLAIN = str(shared_path("data/captures/flatbed_color.pcap"))


def test_without_keys_it_is_one_finding(wsdtrace: Run) -> None:
    ran = wsdtrace("check", "--format", "json", CAPTURE)
    [finding] = json.loads(ran.out)["findings"]
    assert (ran.code, finding["code"]) == (5, "WSD006")
    assert "--tls-keylog FILE" in finding["expected"]
    assert "pip install 'wsdtrace[tshark]'" in finding["expected"]


def test_keys_of_something_else_open_nothing(wsdtrace: Run, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("CLIENT_RANDOM 00 00\n")
    ran = wsdtrace("check", CAPTURE, "--tls-keylog", str(tmp_path / "keys"))
    assert ran.code == 5
    assert "TLS, which these keys do not open" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("show", "exchanges"), id="show"),
        pytest.param(("check", "-v"), id="check"),
        pytest.param(("check", "--format", "json"), id="json"),
        pytest.param(("check", "--join"), id="join of one"),
        pytest.param(("export", "csv"), id="export"),
        pytest.param(("export", "jsonl", "--table", "messages", "--flatten"), id="export of messages"),
        pytest.param(("report", "--format", "markdown"), id="report"),
        pytest.param(("report", "--format", "html"), id="page"),
    ],
)
def test_commands_take_the_key_log(wsdtrace: Run, arguments: tuple[str, ...]) -> None:
    ran = wsdtrace(*arguments, "--tls-keylog", KEYLOG, CAPTURE)
    assert ran.code == 0
    assert "RetrieveImage" in ran.out or "Platen" in ran.out


def test_every_command_that_reads_captures_takes_the_key_log(wsdtrace: Run) -> None:
    """The ones that are told a capture by name, and `live`."""
    lines = wsdtrace("--help").out.splitlines()
    names = {line.split()[0] for line in lines if line.startswith("  ") and line.strip()}
    takes = {name for name in names if "--tls-keylog" in wsdtrace(name, "--help").out}
    reads = {name for name in names if re.search(r"^Usage: .*( FILE|CAPTURE| A B)", wsdtrace(name, "--help").out)}
    assert {"check", "diff", "export", "images", "report", "show"} <= reads
    assert takes == reads | {"live"}


def test_a_diff_reads_both_with_the_keys(wsdtrace: Run) -> None:
    ran = wsdtrace("diff", "--tls-keylog", KEYLOG, CAPTURE, PLAIN)
    assert "RetrieveImage" not in ran.out.partition("operations")[2]
    assert "only in" not in ran.out
    blind = wsdtrace("diff", CAPTURE, PLAIN)
    assert blind.code == 1
    assert len(blind.out) > len(ran.out)


def packed(path: Path) -> str:
    target = path / "scan.pcap.gz"
    target.write_bytes(gzip.compress(Path(CAPTURE).read_bytes()))
    return str(target)


def in_two(path: Path) -> list[str]:
    """Its frames in two files, as a ring of a recorder has them."""
    names = [str(path / "a.pcap"), str(path / "b.pcap")]
    for name, chosen in zip(names, ("1-20", "21-66"), strict=True):
        subprocess.run(["editcap", "-F", "pcap", "-r", CAPTURE, name, chosen], check=True)
    return names


def json_of(ran: Ran) -> dict[str, Any]:
    """What was found; `net` is told of a single file that can be read again."""
    told: dict[str, Any] = json.loads(ran.out)
    for exchange in told["exchanges"]:
        del exchange["net"]
    return {part: told[part] for part in ("exchanges", "jobs", "images", "findings")}


def test_wherever_the_frames_come_from_they_are_decrypted(wsdtrace: Run, tmp_path: Path) -> None:
    keys = ("--tls-keylog", KEYLOG, "--format", "json")
    expected = json_of(wsdtrace("check", *keys, CAPTURE))
    assert len(expected["images"]) == 1
    assert json_of(wsdtrace("check", *keys, packed(tmp_path))) == expected
    if which("editcap") is not None:
        assert json_of(wsdtrace("check", *keys, "--join", *in_two(tmp_path))) == expected


def test_standard_input_is_decrypted() -> None:
    command = [sys.executable, "-m", "wsdtrace", "check", "--format", "json", "--tls-keylog", KEYLOG, "-"]
    done = subprocess.run(command, input=Path(CAPTURE).read_bytes(), capture_output=True, check=False)
    report = json.loads(done.stdout)
    assert (done.returncode, len(report["jobs"]), len(report["images"])) == (0, 1, 1)


def test_an_interface_is_decrypted(capsys: pytest.CaptureFixture[str]) -> None:
    silence = Silence(Path(CAPTURE).read_bytes(), 1_000_000_000)
    with silence.watch() as watch:
        trace = watched(watch, Options(tls_keylog=KEYLOG), Look(), now_ns=lambda: silence.now_ns)
    assert [(f.code, f.message) for f in trace.findings] == [
        (f.code, f.message) for f in check_file(CAPTURE, Options(tls_keylog=KEYLOG)).findings
    ]
    assert "WSD207" in capsys.readouterr().out


def test_images_takes_the_key_log(wsdtrace: Run, tmp_path: Path) -> None:
    ran = wsdtrace("images", "--tls-keylog", KEYLOG, CAPTURE, "-o", str(tmp_path))
    assert ran.code == 0
    digest = hashlib.sha256((tmp_path / "job-1-page-1.jpg").read_bytes()).hexdigest()
    assert digest == "d40cac3b77fe4429b7e6de2be7f12442fa640e1bc02b3468e5bedd61caf87e0e"


def test_what_is_missing_is_told_before_anything_is_read(wsdtrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = wsdtrace("check", CAPTURE, "--tls-keylog", "no such file")
    assert (ran.code, ran.out) == (2, "")
    monkeypatch.setenv("PATH", "")
    ran = wsdtrace("check", CAPTURE, "--tls-keylog", KEYLOG)
    assert (ran.code, ran.out) == (2, "")
    assert "apt install tshark" in ran.err
