"""Sums over a transfer."""

from wsdtrace.records import Transfer


def test_sums() -> None:
    transfer = Transfer(0, 10, (5, 0, 5), (0, 3, 1), ((2, 5), (7, 11)), 4)
    assert transfer.again_bytes == 4
    assert transfer.shut_ns == 7
