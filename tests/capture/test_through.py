"""What goes through tshark of a source, and what is said where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.capture.relinked import relinked
from tests.capture.test_tshark import needs_tshark
from tests.shared import CAPTURES
from wsdtrace.capture import Through, open_capture
from wsdtrace.capture.remarks import TLS_KEY_LOG, Secrets
from wsdtrace.capture.source import CaptureSource
from wsdtrace.errors import CaptureError
from wsdtrace.net import LINK_TYPES
from wsdtrace.records import Keys

CAPTURE = CAPTURES / "clean-flatbed" / "capture.pcap"
KEY = Secrets(TLS_KEY_LOG, b"CLIENT_RANDOM 00 00\n")


@pytest.fixture
def source() -> Iterator[CaptureSource]:
    with open_capture(CAPTURE) as opened:
        yield opened


def test_what_needs_no_tshark_passes_as_it_is(source: CaptureSource) -> None:
    with Through(source, LINK_TYPES, None) as through:
        for batch in source.batches():
            assert through.readable(batch) is batch
            assert through.decrypted([], batch) == through.ended([]) == []
    assert (through.keys, through.unread_links, through.closing()) == (Keys.NONE, [], [])


@needs_tshark
def test_keys_in_the_capture_are_used(source: CaptureSource) -> None:
    source.remarks.secrets.append(KEY)
    with Through(source, LINK_TYPES, None) as through:
        through.readable(next(source.batches()))
    assert through.keys is Keys.USED


def test_keys_in_the_capture_are_known_where_nothing_uses_them(
    source: CaptureSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    source.remarks.secrets.append(KEY)
    with Through(source, LINK_TYPES, None) as through:
        through.readable(next(source.batches()))
    assert through.keys is Keys.IN_FILE


@needs_tshark
def test_a_key_log_has_to_be_there(source: CaptureSource, tmp_path: Path) -> None:
    with Through(source, LINK_TYPES, str(tmp_path / "none")) as through, pytest.raises(CaptureError, match="key log"):
        through.readable(next(source.batches()))


def test_where_tshark_is_missing_the_way_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with open_capture(relinked(CAPTURE, tmp_path, "PPP")) as source, Through(source, LINK_TYPES, None) as through:
        [batch] = source.batches()
        assert through.readable(batch) is batch
    assert through.unread_links == ["PPP"]
    assert "pip install 'wsdtrace[tshark]'" in through.unread_why


@needs_tshark
@pytest.mark.parametrize(("link", "unread"), [("PPP", []), ("IEEE802_11", []), ("USER0", ["USER0"])])
def test_a_range_is_read_again_as_the_first_time(tmp_path: Path, link: str, unread: list[str]) -> None:
    with open_capture(relinked(CAPTURE, tmp_path, link)) as source, Through(source, LINK_TYPES, None) as through:
        first = [through.readable(batch) for batch in source.batches()]
        assert through.unread_links == unread
        assert "no TCP and no UDP" in through.unread_why
        again = list(through.window(0, source.size))
        upto = list(through.upto(5))
    whole = [bytes(b.buffer[o : o + n]) for b in first for o, n in zip(b.offset, b.captured_len, strict=True)]
    assert whole == [bytes(b.buffer[o : o + n]) for b in again for o, n in zip(b.offset, b.captured_len, strict=True)]
    assert sum(len(batch) for batch in upto) == 5
