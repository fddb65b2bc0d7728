"""Envelopes: their size, encodingStyle, long URIs."""

import pytest

from tests.check.rules.judged import CREATED, INFO, RETRIEVED, found, severities


def envelope_of(size: int) -> str:
    """An answer whose envelope has so many octets."""
    start = '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body/><!--'
    end = "--></soap:Envelope>"
    filler = size - len(start) - len(end)
    head = f"HTTP/1.1 200 OK\\r\\nContent-Type: application/soap+xml\\r\\nContent-Length: {size}\\r\\n\\r\\n"
    return f"< raw {head}{start}<{filler} x x>{end}\nGetScannerElements -> ok"


@pytest.mark.parametrize(
    ("size", "count"), [pytest.param(32_767, 0, id="the largest"), pytest.param(32_768, 1, id="one more")]
)
def test_the_bound_of_an_envelope(size: int, count: int) -> None:
    assert len(found(envelope_of(size), "WSD213")) == count


def test_a_multipart_may_be_large() -> None:
    assert found(f"{CREATED}image: size 900 900\n{RETRIEVED}", "WSD213") == []


@pytest.mark.parametrize(
    ("edit", "count"),
    [
        pytest.param("<soap:Body> \"<soap:Body soap:encodingStyle='urn:x'>\"", 1, id="Body"),
        pytest.param("<soap:Envelope \"<soap:Envelope soap:encodingStyle='urn:x' \"", 1, id="Envelope"),
        pytest.param("<wscn:ScannerState> \"<wscn:ScannerState soap:encodingStyle='urn:x'>\"", 0, id="elsewhere"),
    ],
)
def test_encoding_style(edit: str, count: int) -> None:
    assert severities(f"< replace {edit}\nGetScannerElements -> ok", "WSD215") == [INFO] * count


@pytest.mark.parametrize(
    ("length", "count"),
    [pytest.param(2048, 0, id="the longest"), pytest.param(2049, 1, id="one more")],
)
def test_the_bound_of_a_uri(length: int, count: int) -> None:
    uri = "urn:uuid:" + "a" * (length - len("urn:uuid:"))
    assert len(found(f"GetScannerElements MessageID={uri} -> ok", "WSD216")) == count
    assert len(found(f"Probe -> ProbeMatches XAddrs={uri.replace('urn:uuid:', 'http://aa')}", "WSD216")) == count


def test_a_long_text_is_no_uri() -> None:
    assert found(f"CreateScanJob JobInformation={'a' * 3000} -> Fault InvalidArgs", "WSD216") == []
