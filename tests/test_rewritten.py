"""Recordings rewritten in ways that change nothing of what they mean: the same exchanges, jobs, images and codes."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import judgement, reframe, rewrite
from tests.command import run
from tests.damage import Capture
from tests.rewrite import Conversation, together
from tests.shared import SHARED, needs_shared, shared_path

pytestmark = [needs_shared, pytest.mark.slow]

EXPECTED: dict[str, Any] = (
    json.loads(shared_path("data/expected.json").read_text()) if (SHARED / "data" / "expected.json").exists() else {}
)
NAMES = sorted(name for name in EXPECTED if name.endswith(".pcap"))

Rewriting = Callable[[Conversation], Capture | bytes]


def xml(change: Callable[[bytes], bytes]) -> Rewriting:
    return lambda talk: together(rewrite.each_xml(talk, change))


def http(change: rewrite.Change) -> Rewriting:
    return lambda talk: together(rewrite.each_message(talk, change))


def frames(change: Callable[[Capture], Capture]) -> Rewriting:
    return lambda talk: change(together(talk))


REWRITINGS: dict[str, Rewriting] = {
    "as it was": together,
    "chunked": lambda talk: together(rewrite.each_message(talk, rewrite.chunked(1))),
    "Content-Length": http(rewrite.measured),
    "gzip": http(rewrite.zipped),
    "HTTP/1.0 until close": http(rewrite.until_close),
    "fields in other letters": http(rewrite.loud_fields),
    "other prefixes": xml(rewrite.other_prefixes),
    "no white space": xml(rewrite.no_white_space),
    "indented": xml(rewrite.indented),
    "spelt out": xml(rewrite.spelt_out),
    "UTF-8 with a mark": xml(rewrite.with_mark),
    "UTF-16": xml(rewrite.in_utf_16),
    "UUIDs in capitals": lambda talk: together(rewrite.each_text(talk, rewrite.upper_uuids)),
    "RelatesTo in capitals": xml(rewrite.upper_relations),
    "other ports": lambda talk: together(rewrite.moved(talk, rewrite.other_ports)),
    "other addresses": lambda talk: together(rewrite.moved(talk, rewrite.other_addresses)),
    "IPv6": lambda talk: together(rewrite.moved(talk, rewrite.over_ipv6)),
    "small segments": lambda talk: together(talk, mss=90),
    "jumbo segments": lambda talk: together(talk, mss=60_000),
    "raw IP": frames(lambda capture: reframe.link(capture, 101)),
    "null": frames(lambda capture: reframe.link(capture, 0)),
    "cooked": frames(lambda capture: reframe.link(capture, 113)),
    "cooked v2": frames(lambda capture: reframe.link(capture, 276)),
    "VLAN": frames(lambda capture: reframe.link(capture, 1)),
    "every frame twice": frames(reframe.twice_each),
    "frames shuffled": frames(lambda capture: reframe.shuffled(capture, 1)),
    "pcapng, big-endian, 10^-6 s": lambda talk: reframe.pcapng(together(talk), 6, ">"),
    "pcapng, 2^-20 s": lambda talk: reframe.pcapng(together(talk), 0x94),
    "a tenth slower": frames(lambda capture: reframe.scaled(capture, 1.1, 10**17)),
    "a half faster": frames(lambda capture: reframe.scaled(capture, 0.67, -(10**17))),
}

BOTH_FAMILIES = "discovery_wsdd_wsdiscovery.pcap"
"""One host with IPv4 and IPv6: with IPv6 alone it has two addresses, which is another matter."""
LEFT_OPEN = "malformed_retrieve_trunc.pcap"
"""Its job is left open, which is certain when the capture goes on."""


@functools.cache
def conversation(name: str) -> Conversation:
    return rewrite.taken_apart(shared_path(f"data/captures/{name}"))


def complaints(name: str, path: Path, *, times: int = 1, also: tuple[str, ...] = ()) -> list[str]:
    """What the report of a rewritten recording says otherwise than the truth does."""
    done = run("check", "--format", "json", "--allow-gaps", "--allow-empty", path)
    if done.code not in (0, 1, 4, 5):
        return [f"exit {done.code}: {done.err}"]
    report, wanted = done.report(), EXPECTED[name]
    never = [{"code": code} for code in wanted["never"] if code not in also]
    found = judgement.findings(report, wanted["must"], [*wanted["may"], *also], never)
    rows = wanted["exchanges"]
    if rows is not None:
        rows = [tuple(row) for row in (rows[::2] if wanted.get("both_legs") else rows)] * times
        found += judgement.exchanges(report, rows)
    whole = sum(image["complete"] for image in report["images"])
    if (len(report["jobs"]), whole) != (wanted["jobs"] * times, wanted["images"] * times):
        found.append(f"{len(report['jobs'])} jobs, {whole} images")
    return found


def merged(name: str, later_ns: int) -> Capture:
    """A recording and the same of another device and client on another network."""
    talk = conversation(name)
    other = rewrite.other_uuids(rewrite.moved(talk, rewrite.other_addresses, later_ns=later_ns), b"abcdef")
    return together(talk, other)


def written(capture: Capture | bytes, path: Path) -> Path:
    path.write_bytes(capture if isinstance(capture, bytes) else capture.written())
    return path


@pytest.mark.parametrize("how", REWRITINGS)
def test_rewritten_recordings_mean_the_same(how: str, tmp_path: Path) -> None:
    found = {
        name: complaints(name, written(REWRITINGS[how](conversation(name)), tmp_path / name))
        for name in NAMES
        if (how, name) != ("IPv6", BOTH_FAMILIES)
    }
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize("later_s", [0, 300], ids=["at once", "one after the other"])
def test_two_of_one_kind_do_not_disturb_each_other(later_s: int, tmp_path: Path) -> None:
    also = {LEFT_OPEN: ("WSD601",)} if later_s else {}
    found = {
        name: complaints(
            name,
            written(merged(name, later_s * rewrite.SECOND + 1_234_567), tmp_path / name),
            times=2,
            also=also.get(name, ()),
        )
        for name in NAMES
    }
    assert {name: said for name, said in found.items() if said} == {}
