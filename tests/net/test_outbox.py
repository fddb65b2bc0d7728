"""Order of events, bounds of anomalies and of remembered bytes."""

import numpy as np
import pytest

from wsdtrace.net import outbox as module
from wsdtrace.net.limits import NetAnomalyKind, NetLimits
from wsdtrace.net.outbox import Outbox
from wsdtrace.net.stream import Stream
from wsdtrace.net.tape import Tape
from wsdtrace.net.transport import JOINED
from wsdtrace.records import Anomaly, ConnectionId, NetAnomaly, Stamp

STAMP = Stamp(1, 0)


def outbox(limits: NetLimits | None = None) -> Outbox:
    out = Outbox(limits or NetLimits())
    out.begin(b"window", b"joined", 11, np.array([5, 3, 9]), np.array([5, 5, 9]))
    return out


def anomaly(text: str) -> NetAnomaly:
    return NetAnomaly(anomaly=Anomaly("kind", text), stamp=STAMP)


def test_events_leave_by_row_and_equal_rows_in_their_order() -> None:
    out = outbox()
    for row, text in [(2, "c"), (0, "a"), (2, "d"), (1, "b")]:
        out.put(row, anomaly(text))
    assert [event.anomaly.detail for event in out.take() if isinstance(event, NetAnomaly)] == ["a", "b", "c", "d"]
    assert out.take() == []


def test_a_time_is_looked_up_in_capture_time() -> None:
    out = outbox()
    assert (out.at_time(5), out.row) == (Stamp(11, 5), 0)
    assert (out.at_time(6), out.row) == (Stamp(13, 9), 2)


def test_places_lie_in_the_window_or_in_joined_bytes() -> None:
    out = outbox()
    assert bytes(out.payload(1, 3)) == b"ind"
    assert bytes(out.payload(JOINED + 1, 3)) == b"oin"


def test_anomalies_of_a_kind_are_bounded_and_say_so() -> None:
    out = outbox(NetLimits(anomalies=2))
    for _ in range(5):
        out.anomaly(NetAnomalyKind.HEADER_DAMAGED, "x", STAMP)
    kinds = [event.anomaly.kind for event in out.take() if isinstance(event, NetAnomaly)]
    assert kinds == ["header_damaged", "header_damaged", "limit_reached"]


def stream() -> Stream:
    return Stream(0, Tape(ConnectionId(0)), 0)


@pytest.mark.parametrize("sizes", [[3], [10], [25], [3, 3, 3, 3, 3], [25, 1], [9, 9]])
def test_the_last_bytes_of_a_stream_are_remembered(sizes: list[int]) -> None:
    out, one = outbox(NetLimits(history_bytes=10)), stream()
    said = b""
    for i, size in enumerate(sizes):
        data = bytes([65 + i]) * size
        said += data
        out.remember(one, (data,))
    kept = b"".join(one.history)
    assert len(kept) == one.history_bytes < 20
    assert said.endswith(kept)
    assert kept.endswith(said[-10:])


def test_remembered_bytes_are_bounded_over_all_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HISTORY_TOTAL_BYTES", 25)
    out, streams = outbox(NetLimits(history_bytes=10)), [stream() for _ in range(4)]
    for each in streams:
        out.remember(each, (bytes(8),))
    assert [each.history_bytes for each in streams] == [0, 0, 0, 0]
    out.remember(streams[0], (bytes(8),))
    assert streams[0].history_bytes == 8
