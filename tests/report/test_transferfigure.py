"""The rate of pages as a picture."""

from dataclasses import replace

import pytest

from tests.report.figures import parsed, texts, tips
from tests.report.traces import orphaned_job
from tests.shared import CAPTURES
from wsdtrace.pipeline import check_file
from wsdtrace.records import Transfer
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.report.transferfigure import figure_of, transfer_svg, verdict
from wsdtrace.report.transfers import PageTransfer, Shares, shares_of

MS = 1_000_000


def drawn(transfer: Transfer, wait_ns: int = 0) -> str:
    trace = orphaned_job()
    image = trace.images[0]
    shares = shares_of(transfer, wait_ns)
    page = PageTransfer(image, image.exchange, transfer.start_ns - wait_ns, transfer, shares)
    return figure_of([page], Redactor(trace))


def test_a_slow_device_looks_otherwise_than_a_slow_network() -> None:
    slow_device = drawn(Transfer(0, 10 * MS, (9, *[0] * 30, 9), (0,) * 32, (), 2), 800 * MS)
    slow_network = drawn(Transfer(0, 10 * MS, (9, *[0] * 30, 9), (*[0] * 31, 9), (), 2))
    slow_client = drawn(Transfer(0, 10 * MS, (9, *[0] * 30, 9), (0,) * 32, ((10 * MS, 310 * MS),), 2))
    assert {"silent for 800 ms", "silent for 300 ms"} <= set(tips(slow_device))
    assert "9 B sent again, or late" in tips(slow_network)
    assert not any(tip.startswith("silent for 3") for tip in tips(slow_network))
    assert "window shut 300 ms" in tips(slow_client)
    assert "mostly waited for the device" in texts(slow_device)
    assert "mostly waited for the network" in texts(slow_network)
    assert "mostly waited for the client" in texts(slow_client)


def test_a_page_of_one_frame_is_drawn() -> None:
    parsed(drawn(Transfer(0, 1, (9,), (0,), (), 1)))


@pytest.mark.parametrize("case", ["adf-3-pages", "lossy-feeder", "keep-alive"])
def test_recordings_are_drawn(case: str) -> None:
    shown = texts(transfer_svg(check_file(str(CAPTURES / case / "capture.pcap"))))
    assert "page 1" in shown


def test_nothing_to_draw_says_so() -> None:
    assert texts(transfer_svg(Trace(InputInfo("-", [], "pcap")))) == ["no page whose bytes can be looked at"]


def test_verdicts_are_sentences() -> None:
    even = Shares(1, 0, 0, 9)
    assert verdict(even) == "flowed"
    assert verdict(replace(even, network_ns=90)) == "mostly waited for the network"
