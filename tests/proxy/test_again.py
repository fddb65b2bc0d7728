"""Faults of events, and what each kind of fault does on the wire; nobody is blamed for any of them."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.proxy.device import Device, read_message, recorded
from tests.proxy.talk import FLATBED, ask, findings_of, hang_up, run
from tests.proxy.test_handler import ANSWER, MESSAGES, PUSH, localized
from wsdtrace.proxy import Proxy

REQUESTS = [request for _, request, _ in recorded(FLATBED)]


async def events(proxy: Proxy, device: Device) -> tuple[list[bytes], bytes]:
    """Subscribe, let the device send one event, and see what comes."""
    heard: list[bytes] = []
    twice = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await read_message(reader))
        writer.write(ANSWER)
        if len(heard) == 2:
            twice.set()
        await hang_up(writer)

    sink = await asyncio.start_server(listen, "127.0.0.1", 0)
    own = b"127.0.0.1:%d" % sink.sockets[0].getsockname()[1]
    await ask(proxy.url, localized(MESSAGES["Subscribe"][0], b"10.77.0.1:5357", own))
    told = re.search(rb"NotifyTo.*?Address>http://([^/<]+)(/[^<]*)<", device.requests[-1], re.DOTALL)
    assert told is not None
    answer = await ask(
        f"http://{told[1].decode()}", localized(MESSAGES["ScanAvailableEvent"][0], b"10.77.0.1:5357", told[1])
    )
    if any("duplicate" in str(f) for f in proxy.faults._faults):
        await asyncio.wait_for(twice.wait(), 10)
    sink.close()
    return heard, answer


def test_an_event_comes_twice(tmp_path: Path) -> None:
    ran = run(tmp_path / "r.pcapng", events, case=PUSH, faults=["ScanAvailableEvent:duplicate"])
    heard, answer = ran.result
    assert len(heard) == 2
    assert heard[0] == heard[1]
    assert answer == ANSWER
    assert any("duplicate into ScanAvailableEvent" in note for note in ran.trace.notes)
    assert findings_of(ran.trace) == findings_of(ran.checked())


def test_an_event_is_swallowed_and_acknowledged() -> None:
    ran = run(None, events, case=PUSH, faults=["ScanAvailableEvent:swallow"])
    heard, answer = ran.result
    assert heard == []
    assert answer.startswith(b"HTTP/1.1 202")
    assert any("swallow into ScanAvailableEvent" in note for note in ran.trace.notes)


@pytest.mark.parametrize(
    ("fault", "asked", "check"),
    [
        pytest.param("RetrieveImage:drop=before", 3, lambda a, d: a == b"", id="drop before"),
        pytest.param("RetrieveImage:drop=middle", 4, lambda a, d: 0.4 < len(a) / len(d) < 0.6, id="drop middle"),
        pytest.param(
            "RetrieveImage:drop=5000", 4, lambda a, d: len(a.partition(b"\r\n\r\n")[2]) == 5000, id="drop after bytes"
        ),
        pytest.param(
            "RetrieveImage:fault=ClientErrorNoImagesAvailable",
            3,
            lambda a, d: b"ClientErrorNoImagesAvailable" in a and a.startswith(b"HTTP/1.1 400"),
            id="fault",
        ),
        pytest.param("RetrieveImage:status=503", 3, lambda a, d: a.startswith(b"HTTP/1.1 503"), id="status"),
        pytest.param(
            "RetrieveImage:truncate=100", 4, lambda a, d: len(a) < 2000 and a.endswith(d[-20:]), id="truncate"
        ),
        pytest.param("RetrieveImage:corrupt=9", 4, lambda a, d: len(a) == len(d) and a != d, id="corrupt"),
        pytest.param("RetrieveImage:relates-to", 4, lambda a, d: a != d and a[-9000:] == d[-9000:], id="relates-to"),
        pytest.param("RetrieveImage:stale-token", 4, lambda a, d: bool(a), id="stale token"),
        pytest.param("RetrieveImage:delay=0.05", 4, lambda a, d: a == d, id="delay"),
    ],
)
def test_each_kind_does_what_it_says_and_nobody_is_blamed(
    tmp_path: Path, fault: str, asked: int, check: object
) -> None:
    direct = recorded(FLATBED)[3][2]

    async def talk(proxy: Proxy, device: Device) -> list[bytes]:
        return [await ask(proxy.url, request) for request in REQUESTS]

    ran = run(tmp_path / "r.pcapng", talk, faults=[fault], seed=3)
    assert len(ran.device.requests) == asked
    assert check(ran.result[3], direct)  # type: ignore[operator]  # a function of the table
    what = f"{fault.partition(':')[2]} into RetrieveImage"
    assert any(what in note for note in ran.trace.notes), ran.trace.notes
    checked = ran.checked()
    assert findings_of(checked) == findings_of(ran.trace)
    assert [f.waived for f in checked.findings] == [f.waived for f in ran.trace.findings]
    for finding in checked.findings:
        if any(x.operation == "RetrieveImage" for x in finding.exchanges):
            assert finding.waived is not None, finding.message
            assert not finding.is_cause
