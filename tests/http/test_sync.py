"""What a connection speaks, and where a start-line begins; verdicts belong to a byte, not to a cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.http.sync import Opening, Side, StartLine, classify, find_start_line

BOUND = 100

OPENINGS = [
    pytest.param(b"GET / HTTP/1.1\r\n", Opening.REQUEST, id="request"),
    pytest.param(b"NOTIFY /x HTTP/1.1\r\n", Opening.REQUEST, id="any method"),
    pytest.param(b"\r\n\r\nGET / HTTP/1.1\n", Opening.REQUEST, id="empty lines before, LF alone"),
    pytest.param(b"HTTP/1.1 200 OK\r\n", Opening.RESPONSE, id="response"),
    pytest.param(b"\x16\x03\x01\x02\x00", Opening.TLS, id="TLS handshake"),
    pytest.param(b"\x17\x03\x03\x00\x20", Opening.TLS, id="TLS data"),
    pytest.param(b"\x16\x03\x01\xff\xff", Opening.MISFIT, id="record too long"),
    pytest.param(b"\x16\x03\x01\x00\x00", Opening.MISFIT, id="record empty"),
    pytest.param(b"\x16\x02", Opening.MISFIT, id="no TLS"),
    pytest.param(b"\x00", Opening.MISFIT, id="binary"),
    pytest.param(b"GE\x00", Opening.MISFIT, id="control character in the first line"),
    pytest.param(b"220 ready\r\n", Opening.MISFIT, id="another protocol"),
    pytest.param(b"x" * BOUND, Opening.MISFIT, id="line too long"),
    pytest.param(b"\r\n" * BOUND, Opening.MISFIT, id="nothing but line ends"),
    pytest.param(b"GET / HTTP/1.1\r", None, id="line not over"),
    pytest.param(b"\r\n", None, id="empty line"),
    pytest.param(b"\x16\x03\x01\x02", None, id="record header not over"),
    pytest.param(b"", None, id="nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "verdict"), OPENINGS)
def test_first_bytes_tell_what_a_connection_speaks(data: bytes, verdict: Opening | None) -> None:
    assert classify(data, BOUND) is verdict


@given(
    st.one_of(
        st.binary(max_size=150),
        st.sampled_from([b"GET / HTTP/1.1\r\nHost", b"HTTP/1.1 200\n", b"\x16\x03\x01\x01\x01"]),
    ),
    st.binary(max_size=20),
)
def test_a_verdict_never_changes_with_more_bytes(data: bytes, more: bytes) -> None:
    data += more
    verdicts = [classify(data[:cut], BOUND) for cut in range(len(data) + 1)]
    final = [verdict for verdict in verdicts if verdict is not None]
    assert len(set(final)) <= 1
    first = next((at for at, verdict in enumerate(verdicts) if verdict is not None), len(verdicts))
    assert all(verdict is not None for verdict in verdicts[first:])


FOUND = [
    pytest.param(b"junkHTTP/1.1 200 OK\r\n", None, StartLine(4, Side.SERVER), id="status-line in a line"),
    pytest.param(b"junk\r\nGET / HTTP/1.1\r\n", None, StartLine(6, Side.CLIENT), id="request-line"),
    pytest.param(b"</x>POST /y HTTP/1.1\n", None, StartLine(4, Side.CLIENT), id="known method in a line"),
    pytest.param(b"\nBREW /pot HTTP/1.1\r\n", None, StartLine(1, Side.CLIENT), id="unknown method begins a line"),
    pytest.param(b"xBREW /pot HTTP/1.1\r\n", None, None, id="unknown method in a line"),
    pytest.param(b"GET /a b HTTP/1.1\r\n", None, None, id="space in the target"),
    pytest.param(b"HTTP/1.1 20 OK\r\n", None, None, id="two digits"),
    pytest.param(b"speak HTTP/1.1 please", None, None, id="the name alone"),
    pytest.param(b"HTTP/1.1 200 OK\r\nGET / HTTP/1.1\r\n", Side.CLIENT, StartLine(17, Side.CLIENT), id="client wanted"),
    pytest.param(b"GET / HTTP/1.1\r\nHTTP/1.1 200 OK\r\n", Side.SERVER, StartLine(16, Side.SERVER), id="server wanted"),
]  # fmt: skip


@pytest.mark.parametrize(("window", "side", "hit"), FOUND)
def test_the_next_start_line_is_found(window: bytes, side: Side | None, hit: StartLine | None) -> None:
    assert find_start_line(window, 0, BOUND, side)[0] == hit


@pytest.mark.parametrize(("window", "side", "hit"), FOUND)
def test_an_undecided_anchor_is_searched_again(window: bytes, side: Side | None, hit: StartLine | None) -> None:
    resume = 0
    for cut in range(len(window) + 1):
        got, resume = find_start_line(window[:cut], resume, BOUND, side)
        if got is not None:
            assert got == hit
            return
    assert hit is None
