"""The probe of what streams through: length, both ends, digest."""

import hashlib
import itertools

from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.http.digest import Digests
from wsdtrace.http.probe import PROBE_BYTES, ImageProbe


def fed(data: bytes, cuts: list[int]) -> ImageProbe:
    probe = ImageProbe(digest=Digests().begin())
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for low, high in itertools.pairwise(edges):
        probe.feed(data, low, high)
    return probe


@given(
    st.sampled_from([0, 1, PROBE_BYTES - 1, PROBE_BYTES, PROBE_BYTES + 1, 2 * PROBE_BYTES, 7 * PROBE_BYTES + 3]),
    st.lists(st.integers(0, 10**6), max_size=20),
)
def test_both_ends_are_kept_however_it_is_cut(size: int, cuts: list[int]) -> None:
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    probe = fed(data, cuts).probe()
    assert probe.length == size
    assert probe.head == data[:PROBE_BYTES]
    assert probe.tail == data[-PROBE_BYTES:]
    assert probe.sha256 == hashlib.sha256(data).hexdigest()


def test_single_bytes_are_kept_in_bounded_memory() -> None:
    data = bytes(range(256)) * 2000
    probe = ImageProbe()
    for at in range(len(data)):
        probe.feed(data, at, at + 1)
        assert probe.held <= 3 * PROBE_BYTES
    assert probe.probe().tail == data[-PROBE_BYTES:]
    assert probe.probe().sha256 is None


def test_what_is_kept_of_both_ends_can_be_less() -> None:
    for cut in (1, 3, 10):
        probe = ImageProbe(keep=4)
        for at in range(0, 10, cut):
            probe.feed(b"0123456789", at, min(at + cut, 10))
        assert (probe.probe().head, probe.probe().tail, probe.probe().length) == (b"0123", b"6789", 10)
    probe = ImageProbe(keep=0)
    probe.feed(b"0123456789", 0, 10)
    assert (probe.probe().head, probe.probe().tail, probe.probe().length) == (b"", b"", 10)


def test_a_hole_ends_the_head_and_the_digest() -> None:
    probe = ImageProbe(digest=Digests().begin())
    probe.feed(b"abc", 0, 3)
    probe.gap(5)
    probe.feed(b"def", 0, 3)
    got = probe.probe()
    assert (got.length, got.missing, got.head, got.tail, got.sha256) == (6, 5, b"abc", b"abcdef", None)
