"""The case captures themselves: derived ones are what their recipe makes, expectations are what the witnesses say."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.scanner.driver import needs_driver
from tests.shared import CAPTURES, needs_shared, shared_path

CASES = sorted(path for path in CAPTURES.iterdir() if path.is_dir() and path.name != "__pycache__")

RECORDINGS = {
    "adf-3-pages": "adf3_tail_cut",
    "any-interface": "any_sll2",
    "cancel-while-sending": "cancel_flatbed",
    "clean-flatbed": "veth_flatbed",
    "discovery-wsdd": "discovery_wsdd_wsdiscovery",
    "error-page": "malformed_create_html500",
    "fault-cut-short": "malformed_retrieve_trunc",
    "fault-http-200": "fault_create_http200",
    "fault-no-subcode": "malformed_create_nosubcode",
    "fault-not-accepting": "fault_create_notaccepting",
    "go-server": "gomfp_flatbed",
    "keep-alive": "keepalive_requests",
    "lossy-feeder": "lossy_dup_reorder_only",
    "mtom-lf": "mtom_lf",
    "proxy-both-legs": "mitm_reverse_flatbed",
    "push-scan": "events_occino_receiver",
    "relates-to-random": "bad_relatesto",
    "tls-without-key": "https_keylog",
}
"""Recorded cases, and the recording beside the repository that each one is."""


@pytest.mark.parametrize("script", ["derive.py", "make_expected.py"])
def test_the_committed_files_are_what_the_script_makes(script: str) -> None:
    done = subprocess.run([sys.executable, CAPTURES / script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_says_what_it_is_and_where_it_comes_from(case: Path) -> None:
    assert len(list(case.glob("capture.pcap*"))) == 1
    text = (case / "README.md").read_text()
    assert text.startswith(f"# {tomllib.loads((case / 'case.toml').read_text())['title']}\n")
    for fact in ("How recorded", "Client", "Device", "Redacted", "Licence"):
        assert f"- **{fact}:** " in text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_expectation_has_a_reason(case: Path) -> None:
    findings = json.loads((case / "expected.json").read_text())["findings"]
    for kind in ("expected", "may", "never"):
        assert all(row["because"].strip() for row in findings[kind])
    codes = {kind: {row["code"] for row in findings[kind]} for kind in findings}
    assert codes["expected"] & codes["never"] == set()
    assert codes["may"] & (codes["never"] | codes["expected"]) == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_index_lists_the_case(case: Path) -> None:
    assert f"[{case.name}]({case.name}/README.md)" in (CAPTURES / "README.md").read_text()


@needs_shared
@pytest.mark.parametrize(("case", "recording"), RECORDINGS.items())
def test_a_recorded_case_is_the_recording_unchanged(case: str, recording: str) -> None:
    original = shared_path(f"data/captures/{recording}.pcap")
    assert (CAPTURES / case / "capture.pcap").read_bytes() == original.read_bytes()


@needs_shared
def test_pages_json_holds_what_the_clients_saved() -> None:
    truth = json.loads(shared_path("data/captures/TRUTH.json").read_text())
    saved = json.loads((CAPTURES / "pages.json").read_text())
    for case in saved.keys() & RECORDINGS.keys():
        assert [page["sha256"] for page in truth[RECORDINGS[case]]] == saved[case]


@pytest.mark.driver
@needs_driver
@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_a_real_driver_tells_the_same_when_the_captures_are_recorded_anew() -> None:
    done = subprocess.run([sys.executable, CAPTURES / "record.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("told the same") >= 15
