"""Captures that others published: nothing in them makes the command fall over."""

import json
from pathlib import Path

import pytest

from tests.command import run
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared

PUBLIC = SHARED / "data" / "public"
FILES = sorted(p for p in PUBLIC.iterdir() if p.suffix != ".md") if PUBLIC.is_dir() else [PUBLIC]

EXIT_CODES = {0, 1, 2, 3, 4, 5}
"""The table of exit codes without the internal error (70) and the interruption (130)."""

DISCOVERY = {
    "wsd_hello_probe_bye_win10_mixed.pcap": {"Hello": 6, "Probe": 1, "Bye": 1},
    "wsd_resolve_multicast_v4v6.pcap": {"Resolve": 1},
}
"""Distinct MessageIDs of each operation on UDP port 3702, counted with tshark and a search for the words."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_of_others_ends_with_an_exit_code_of_the_table(path: Path) -> None:
    done = run("check", "--format", "json", path)
    assert done.code in EXIT_CODES, done.err
    assert "Traceback" not in done.err
    if done.code == 3:
        assert len(done.err.strip().splitlines()) == 1, "a file that is no capture gets one clear sentence"
    else:
        assert json.loads(done.out)["input"]["files"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_of_others_can_be_shown_as_text(path: Path) -> None:
    done = run("check", path)
    assert done.code in EXIT_CODES, done.err
    printable = {"\n", *(chr(c) for c in range(0x20, 0x7F))}
    assert [c for c in done.out if c not in printable and (ord(c) < 0xA0)] == [], "raw text of the capture"


@pytest.mark.parametrize(("name", "wanted"), DISCOVERY.items())
def test_messages_of_windows_hosts_are_listed(name: str, wanted: dict[str, int]) -> None:
    report = run("check", "--format", "json", PUBLIC / name).report()
    seen = {(e["operation"], e["message_id"]) for e in report["exchanges"] if e["transport"] == "udp"}
    counted = {operation: sum(o == operation for o, _ in seen) for operation in {o for o, _ in seen}}
    assert counted == wanted
