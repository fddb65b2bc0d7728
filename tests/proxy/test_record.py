"""The record is what happened, readable at any moment, and `check` of it says what was said live."""

from __future__ import annotations

import asyncio
import io
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.proxy.device import Device, recorded
from tests.proxy.talk import FEEDER, FLATBED, ask, findings_of, run
from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_source
from wsdtrace.proxy import Proxy
from wsdtrace.proxy.record import Record, Side
from wsdtrace.records import Direction, Endpoint
from wsdtrace.state.events import Event, JobFellSilent

REQUESTS = [request for _, request, _ in recorded(FLATBED)]
FEEDER_REQUESTS = [request for _, request, _ in recorded(FEEDER)]


async def scan(proxy: Proxy, _: Device) -> list[bytes]:
    return [await ask(proxy.url, request) for request in REQUESTS]


async def feed(proxy: Proxy, _: Device) -> list[bytes]:
    return [await ask(proxy.url, request) for request in FEEDER_REQUESTS]


@pytest.mark.parametrize(("talk", "case"), [(scan, FLATBED), (feed, FEEDER)])
@pytest.mark.parametrize("rewrite", [True, False])
def test_live_findings_are_those_of_check(tmp_path: Path, talk: object, case: Path, rewrite: bool) -> None:
    ran = run(tmp_path / "r.pcapng", talk, case=case, rewrite=rewrite)  # type: ignore[arg-type]  # one of the two above
    checked = ran.checked()
    assert findings_of(ran.trace) == findings_of(checked)
    assert checked.findings
    assert {c: (t.fired, t.passed, t.inconclusive) for c, t in ran.trace.ledger.items()} == {
        c: (t.fired, t.passed, t.inconclusive) for c, t in checked.ledger.items()
    }


def test_both_legs_correlate_one_to_one_and_count_once(tmp_path: Path) -> None:
    trace = run(tmp_path / "r.pcapng", feed, case=FEEDER).checked()
    outer = [x for x in trace.exchanges if x.copy_of is None]
    assert len(outer) == len(FEEDER_REQUESTS)
    assert len(trace.exchanges) == 2 * len(outer)
    assert all(x.copied_by is not None and x.copied_by.copy_of is x for x in outer)
    assert all(
        x.request is not None and x.copied_by is not None and x.copied_by.request is not None
        and x.request.message_id == x.copied_by.request.message_id
        for x in outer
    )  # fmt: skip
    assert len(trace.jobs) == 1
    assert len(trace.images) == 3


def test_the_record_is_private_and_names_its_legs(tmp_path: Path) -> None:
    path = tmp_path / "r.pcapng"
    path.write_bytes(b"old")
    path.chmod(0o644)
    run(path, scan)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    command = ["tshark", "-r", str(path), "-Y", "http.request", "-T", "fields", "-e", "frame.interface_name"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(names) == ["client"] * 4 + ["device"] * 4
    command = ["tshark", "-r", str(path), "-Y", "_ws.expert.severity >= error or tcp.analysis.flags"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_findings_are_comments_of_the_record(tmp_path: Path) -> None:
    path = tmp_path / "r.pcapng"
    trace = run(path, scan).trace
    data = path.read_bytes()
    for code in {f.code for f in trace.findings}:
        assert f"{code} ".encode() in data


def test_the_record_is_readable_after_each_exchange(tmp_path: Path) -> None:
    path = tmp_path / "r.pcapng"

    async def talk(proxy: Proxy, _: Device) -> list[int]:
        seen = []
        for request in REQUESTS:
            await ask(proxy.url, request)
            while proxy.record._queue:
                await asyncio.sleep(0)
            with open_capture_bytes(path.read_bytes(), "so far") as source:
                trace = check_source(source, Options())
            assert not any(f.code == "WSD007" for f in trace.findings)
            seen.append(len([x for x in trace.exchanges if x.copy_of is None and x.response]))
        return seen

    assert run(path, talk).result == [1, 2, 3, 4]


class Full(io.BytesIO):
    """A disk that is full after some bytes."""

    def write(self, data: object) -> int:
        if self.tell() > 300:
            raise OSError(28, "No space left on device")
        return super().write(data)  # type: ignore[arg-type]  # bytes, as the record writes


def test_a_full_disk_is_told_once_and_judging_goes_on() -> None:
    troubles: list[OSError] = []
    file = Full()
    record = Record("r", file, Options(), troubled=troubles.append)
    leg = record.open(Side.CLIENT, Endpoint("192.0.2.1", 1), Endpoint("192.0.2.2", 80))
    for request in REQUESTS:
        leg.data(Direction.FROM_ORIGINATOR, request)
        record.settle()
    trace = record.finish()
    assert [error.errno for error in troubles] == [28]
    assert len(trace.exchanges) == len(REQUESTS)


def test_time_goes_on_when_nothing_comes_and_check_agrees(tmp_path: Path) -> None:
    """A silent job is told at its deadline, 60 s after its last exchange, though no frame comes."""
    now = [10**18]
    silent: list[Event] = []
    file = io.BytesIO()
    options = Options(on_event=lambda event: silent.append(event) if isinstance(event, JobFellSilent) else None)
    record = Record("r", file, options, clock=lambda: now[0])
    client, device = Endpoint("192.0.2.1", 1), Endpoint("192.0.2.2", 80)
    for _, request, response in recorded(FEEDER)[:4]:
        leg = record.open(Side.CLIENT, client, device)
        client = Endpoint(client.address, client.port + 1)
        for direction, data in ((Direction.FROM_ORIGINATOR, request), (Direction.FROM_RESPONDER, response)):
            now[0] += 10**7
            leg.data(direction, data)
        leg.end(Direction.FROM_RESPONDER)
        leg.end(Direction.FROM_ORIGINATOR)
    record.settle()
    now[0] += 61 * 10**9
    record._advance(now[0] - 2 * 10**9)
    assert not silent
    now[0] += 10**9 + 10**8
    record._advance(now[0] - 2 * 10**9)
    assert [event.stamp.time_ns for event in silent] == [10**18 + 8 * 10**7 + 60 * 10**9]
    live = record.finish()
    assert "WSD601" in {f.code for f in live.findings}
    with open_capture_bytes(file.getvalue(), "r") as source:
        checked = check_source(source, Options())
    assert findings_of(live) == findings_of(checked)


def test_more_than_may_wait_makes_the_relay_wait() -> None:
    async def main() -> None:
        record = Record("r", None, Options())
        leg = record.open(Side.CLIENT, Endpoint("192.0.2.1", 1), Endpoint("192.0.2.2", 80))
        for _ in range(17):
            leg.data(Direction.FROM_ORIGINATOR, b"x" * 1024 * 1024)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await record.room()
        writing = asyncio.create_task(record.keep_writing())
        async with asyncio.timeout(10):
            await record.room()
        writing.cancel()

    asyncio.run(main())


def test_a_datagram_of_the_record_is_seen() -> None:
    record = Record("r", None, Options())
    record.datagram(Side.CLIENT, Endpoint("192.0.2.1", 1), Endpoint("239.255.255.250", 3702), b"<a/>")
    assert record.finish().input.frames == 2
