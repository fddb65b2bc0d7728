"""Facts of the network for the exchanges of a capture."""

from tests.shared import CAPTURES
from wsdtrace.pipeline import check_file
from wsdtrace.state.model import Transport
from wsdtrace.state.paths import paths_of


def test_every_exchange_over_tcp_has_its_facts() -> None:
    trace = check_file(str(CAPTURES / "push-scan" / "capture.pcap"))
    assert trace.read_paths is not None
    facts = trace.read_paths(trace.exchanges)
    assert set(facts) == {e.id for e in trace.exchanges if e.transport is Transport.HTTP}
    assert all(f.rtt_ns is not None and f.rtt_ns > 0 for f in facts.values())


def test_without_frames_nothing_is_known() -> None:
    trace = check_file(str(CAPTURES / "clean-flatbed" / "capture.pcap"))
    facts = paths_of([], trace.exchanges)
    assert {f.rtt_ns for f in facts.values()} == {None}
