"""Interface descriptions."""

from struct import pack

import pytest

from tests.capture.blocks import option
from wsdtrace.capture.interfaces import LAST_SOURCE_ID, Interfaces


def body(link_type: int = 1, snap_len: int = 0, options: bytes = b"", sign: str = "<") -> bytes:
    return pack(sign + "HHI", link_type, 0, snap_len) + options


@pytest.mark.parametrize(
    ("options", "resolution", "offset_ns"),
    [
        pytest.param(b"", 6, 0, id="none"),
        pytest.param(option(9, b"\x09"), 9, 0, id="resolution"),
        pytest.param(option(2, b"eth0") + option(14, pack("<q", -2)) + option(0, b""), 6, -2_000_000_000, id="offset"),
        pytest.param(option(0, b"") + option(9, b"\x03"), 6, 0, id="behind the end of options"),
        pytest.param(option(9, b""), 6, 0, id="empty"),
        pytest.param(option(9, b"\x09")[:4], 6, 0, id="cut"),
        pytest.param(pack("<HH", 2, 60000) + b"abc", 6, 0, id="a length beyond the block"),
        pytest.param(b"\x09", 6, 0, id="less than an option"),
    ],
)
def test_options_about_time(options: bytes, resolution: int, offset_ns: int) -> None:
    table = Interfaces()
    table.add(body(options=options), "<")
    assert (table.resolution[0], table.offset_ns[0]) == (resolution, offset_ns)


def test_interfaces_are_counted_over_the_whole_source() -> None:
    table = Interfaces()
    for _ in range(3):
        table.add(body(), "<")
    after = table.next_section()
    after.add(body(sign=">"), ">")
    assert (table.source_id[:3].tolist(), after.source_id[0], after.count) == ([0, 1, 2], 3, 1)


def test_a_clone_goes_its_own_way() -> None:
    table = Interfaces()
    table.add(body(101), "<")
    twin = table.clone()
    twin.add(body(113), "<")
    table.add(body(276), "<")
    assert (table.link_type[:2].tolist(), twin.link_type[:2].tolist()) == ([101, 276], [101, 113])


def test_a_hundred_thousand_interfaces_share_the_last_number() -> None:
    table = Interfaces()
    for _ in range(100_000):
        table.add(body(), "<")
    assert table.count == 100_000
    assert table.source_id[99_999] == LAST_SOURCE_ID
    assert table.next_section().next_section().count == 0
