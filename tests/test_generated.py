"""Generated traffic: what the generator knows is found, through windows of any size; what is held is bounded."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from tests.generated import Generated, generate
from wsdtrace.capture import open_capture
from wsdtrace.capture.source import WINDOW_BYTES
from wsdtrace.pipeline import Options, Run, check_source, rules_for
from wsdtrace.records import HttpMessage, StreamChunk
from wsdtrace.report.trace import Trace
from wsdtrace.soap import Envelope

WINDOWS = [1 << bits for bits in range(16, 27)]
"""64 KiB to 64 MiB."""
ROUGH = ("--reorder", "0.02", "--duplicate", "0.02", "--page", "120000")
KINDS = {
    "IPv4, pcap, loss": ("mixed", 1.5, *ROUGH, "--lose", "0.004"),
    "IPv6 in a VLAN, pcapng": ("mixed", 1.5, *ROUGH, "--ipv6", "--vlan", "--pcapng"),
}


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Generated]:
    return {name: generate(tmp_path_factory.mktemp("generated"), *what) for name, what in KINDS.items()}  # type: ignore[arg-type]  # a table of arguments


def judged(path: Path, window_bytes: int) -> Trace:
    with open_capture(path, window_bytes=window_bytes) as source:
        return check_source(source, Options(digests=True))


def facts(trace: Trace) -> list[Any]:
    findings = [(f.code, f.message, [str(e.stamp) for e in f.evidence]) for f in trace.findings]
    exchanges = [(e.id, e.operation, e.first, e.last) for e in trace.exchanges]
    return [exchanges, findings, trace.ledger]


@pytest.mark.parametrize("name", KINDS)
def test_what_the_generator_made_is_found_with_loss_reordering_and_duplicates(
    name: str, captures: dict[str, Generated]
) -> None:
    made = captures[name]
    trace = judged(made.path, 1 << 22)
    assert len(trace.exchanges) == made.exchanges
    assert len(trace.jobs) == made.jobs
    images = trace.images
    assert [image.page for image in images] == [1, 2, 3, 4, 5] * made.jobs
    assert [image.probe.missing for image in images] == made.missing
    assert [image.complete for image in images] == [not missing for missing in made.missing]
    for image, digest, missing in zip(images, made.images, made.missing, strict=True):
        assert image.probe.sha256 == (None if missing else digest)


def test_the_lossy_capture_lacks_bytes_of_some_images_and_of_others_none(captures: dict[str, Generated]) -> None:
    missing = captures["IPv4, pcap, loss"].missing
    assert any(missing)
    assert not all(missing)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("window_bytes", WINDOWS)
def test_every_window_size_gives_the_same(name: str, window_bytes: int, captures: dict[str, Generated]) -> None:
    assert facts(judged(captures[name].path, window_bytes)) == _reference(captures[name].path)


@cache
def _reference(path: Path) -> list[Any]:
    return facts(judged(path, 1 << 22))


# -- memory under load --------------------------------------------------------------------------

HELD_BYTES = WINDOW_BYTES + 1_000_000
"""Bytes that may be held when nothing is open: the last window, and what the memories keep of messages."""


def reachable(root: object) -> Iterator[object]:
    """Every object that is held by way of `root`, code left out."""
    seen, todo = {id(root)}, [root]
    while todo:
        one = todo.pop()
        yield one
        for held in gc.get_referents(one):
            if id(held) not in seen and not isinstance(held, type | ModuleType | FunctionType):
                seen.add(id(held))
                todo.append(held)


@pytest.mark.slow
def test_after_ten_thousand_connections_and_a_thousand_images_no_message_and_no_image_is_held(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "small").mkdir()
    images = generate(tmp_path / "images", "images", 12, "--page", "6000")
    small = generate(tmp_path / "small", "small", 24)
    assert len(images.images) >= 1000
    assert images.exchanges + small.exchanges >= 10_000
    options = Options(keep_exchanges=False)
    run = Run(options, rules_for(options))
    for made in (images, small):
        with open_capture(made.path) as source:
            for batch in source.batches():
                run.frames(batch)
    assert run.net.held == 0
    assert run.http.held == 0
    held = list(reachable(run))
    kinds = Counter(type(one) for one in held)
    assert kinds[HttpMessage] + kinds[Envelope] + kinds[StreamChunk] == 0, kinds.most_common(20)
    assert sum(len(one) for one in held if isinstance(one, bytes | bytearray)) < HELD_BYTES
