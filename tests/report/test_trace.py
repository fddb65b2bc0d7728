"""What all renderers read."""

from wsdtrace.report.trace import InputInfo, Trace


def test_traces_share_nothing() -> None:
    one, other = (Trace(InputInfo(name, [name], "pcap")) for name in ("a", "b"))
    one.exchanges.append(None)  # type: ignore[arg-type]  # any object does
    one.input.link_types.append("Ethernet")
    assert (other.exchanges, other.input.link_types) == ([], [])
