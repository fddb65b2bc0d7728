"""Whether there are keys, and whether they can be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture.test_tshark import needs_tshark
from tests.shared import CAPTURES
from wsdtrace.capture import begin_decryption, has_keys, may_decrypt, open_capture
from wsdtrace.capture.remarks import TLS_KEY_LOG, Secrets
from wsdtrace.errors import CaptureError

CAPTURE = next(CAPTURES.glob("*/capture.pcap"))


def test_a_capture_without_keys_needs_a_key_log() -> None:
    with open_capture(CAPTURE) as source:
        assert not has_keys(source)
        assert not may_decrypt(source, None)
        assert may_decrypt(source, "keys")


@needs_tshark
def test_keys_in_the_capture_are_used() -> None:
    with open_capture(CAPTURE) as source:
        source.remarks.secrets.append(Secrets(TLS_KEY_LOG, b"CLIENT_RANDOM 00 00\n"))
        assert has_keys(source)
        assert may_decrypt(source, None)
        decryption = begin_decryption(source, None)
        decryption.close()


@needs_tshark
def test_a_key_log_has_to_be_there(tmp_path: Path) -> None:
    with open_capture(CAPTURE) as source, pytest.raises(CaptureError, match="key log"):
        begin_decryption(source, str(tmp_path / "none"))
