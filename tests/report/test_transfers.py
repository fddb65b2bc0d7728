"""Whose fault a slow page is."""

import pytest

from tests.shared import CAPTURES
from wsdtrace.pipeline import check_file
from wsdtrace.records import Transfer
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.report.transfers import Shares, shares_of, transfers_of

MS = 1_000_000


def transfer(fresh: list[int], again: list[int] | None = None, shut: tuple[tuple[int, int], ...] = ()) -> Transfer:
    """Bins of 10 ms from time 0."""
    return Transfer(0, 10 * MS, tuple(fresh), tuple(again or [0] * len(fresh)), shut, sum(map(bool, fresh)))


@pytest.mark.parametrize(
    ("given", "wait_ns", "expected"),
    [
        pytest.param(transfer([9, 9, 9, 9]), 5 * MS, Shares(5 * MS, 0, 0, 40 * MS), id="flows"),
        pytest.param(transfer([9]), 900 * MS, Shares(900 * MS, 0, 0, 10 * MS), id="a device that scans first"),
        pytest.param(transfer([9, *[0] * 8, 9]), 0, Shares(80 * MS, 0, 0, 20 * MS), id="a device that pauses"),
        pytest.param(transfer([9, 0, 0, 9]), 0, Shares(0, 0, 0, 40 * MS), id="a pause too short to mean anything"),
        pytest.param(
            transfer([9, *[0] * 20, 9], [0] * 21 + [9]), 0, Shares(0, 210 * MS, 0, 10 * MS), id="a loss and its timeout"
        ),
        pytest.param(transfer([9, 9], [0, 4]), 0, Shares(0, 10 * MS, 0, 10 * MS), id="a loss on the way"),
        pytest.param(
            transfer([9, *[0] * 20, 9], shut=((10 * MS, 210 * MS),)), 0, Shares(0, 0, 200 * MS, 20 * MS), id="a client"
        ),
    ],
)
def test_time_is_divided_among_those_who_took_it(given: Transfer, wait_ns: int, expected: Shares) -> None:
    assert shares_of(given, wait_ns) == expected
    assert expected.total_ns == wait_ns + 10 * MS * len(given.fresh)


@pytest.mark.parametrize(
    ("shares", "who"),
    [
        (Shares(9, 1, 1, 1), "device"),
        (Shares(1, 9, 1, 1), "network"),
        (Shares(1, 1, 9, 1), "client"),
        (Shares(3, 1, 1, 9), "nobody"),
        (Shares(0, 0, 0, 0), "nobody"),
    ],
)
def test_one_is_named_unless_it_flowed(shares: Shares, who: str) -> None:
    assert shares.slowest == who


def test_a_device_that_takes_a_second_a_page_is_the_slow_one() -> None:
    pages = transfers_of(check_file(str(CAPTURES / "adf-3-pages" / "capture.pcap")))
    assert [page.shares.slowest for page in pages] == ["device"] * 3
    assert all(page.transfer.again_bytes == 0 for page in pages)


def test_losses_are_the_networks() -> None:
    pages = transfers_of(check_file(str(CAPTURES / "lossy-feeder" / "capture.pcap")))
    assert all(page.shares.network_ns > 5 * MS for page in pages)
    assert pages[-1].shares.slowest == "network"


def test_the_slowest_are_looked_at_in_the_order_of_the_capture() -> None:
    trace = check_file(str(CAPTURES / "adf-3-pages" / "capture.pcap"))
    found = transfers_of(trace, most=2)
    slowest = sorted(trace.images, key=lambda i: -(i.exchange.latency_ns or 0))[:2]
    assert [page.image for page in found] == sorted(slowest, key=lambda i: i.id)


def test_a_source_that_is_gone_has_no_transfers() -> None:
    assert transfers_of(Trace(InputInfo("-", [], "pcap"))) == []
