"""HTTP and the connection: cuts, errors, malformed lines, slow answers, dead addresses."""

import pytest

from tests.check.rules.judged import CLIENT, CREATED, DEVICE, ERROR, INFO, JOB, facts, found, severities, tally
from wsdtrace.check.finding import FaultOf, Severity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements -> close after 6s", [(ERROR, DEVICE)], id="the device closes"),
        pytest.param("GetScannerElements -> ok", [], id="answered"),
        pytest.param(
            CREATED + "RetrieveImage JobId=1 JobToken=t -> close\n    CancelJob JobId=1 -> ok",
            [(INFO, DEVICE)],
            id="behind an acknowledged cancel",
        ),
    ],
)
def test_unanswered_requests(text: str, expected: list[tuple[Severity, FaultOf]]) -> None:
    assert [(f.severity, f.fault_of) for f in found(text, "WSD101")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CREATED + "http: cut 100\nRetrieveImage JobId=1 JobToken=t -> image", [ERROR], id="closed"),
        pytest.param(CREATED + "http: reset 100\nRetrieveImage JobId=1 JobToken=t -> image", [ERROR], id="reset"),
        pytest.param("http: until close\nGetScannerElements -> ok", [], id="until close is whole"),
        pytest.param("http: chunked 7\nGetScannerElements -> ok", [], id="chunked is whole"),
    ],
)
def test_cut_answers(text: str, expected: list[Severity]) -> None:
    assert severities(text, "WSD102") == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("CreateScanJob -> HTTP 500 text/html <h1>no</h1>", 1, id="a page"),
        pytest.param("CreateScanJob -> HTTP 404", 1, id="nothing"),
        pytest.param("CreateScanJob -> Fault InvalidArgs", 0, id="a fault"),
        pytest.param("CreateScanJob -> HTTP 500 application/soap+xml", 0, id="empty SOAP is the business of WSD328"),
    ],
)
def test_errors_without_a_fault(text: str, count: int) -> None:
    assert len(found(text, "WSD103")) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "> line SOAPAction", [(ERROR, CLIENT, "field line without colon 'SOAPAction'")], id="no colon (#31)"
        ),
        pytest.param(
            "> line X-Name : value", [(ERROR, CLIENT, "white space before the colon 'X-Name '")], id="a space before it"
        ),
        pytest.param("< line Bad(Name: x", [(ERROR, DEVICE, "invalid field name 'Bad(Name'")], id="the device's"),
        pytest.param("> no field Host", [(ERROR, CLIENT, "Host missing")], id="no Host"),
        pytest.param("> line X-Empty:", [], id="an empty value is allowed"),
        pytest.param("http: continue", [], id="an interim response is allowed"),
        pytest.param("http: 1.0", [], id="so is HTTP/1.0"),
        pytest.param("http: chunked 3", [], id="so are small chunks"),
    ],
)
def test_malformed_http(text: str, expected: list[tuple[Severity, FaultOf, str]]) -> None:
    findings = found(text + "\nGetScannerElements -> ok", "WSD104")
    assert [(f.severity, f.fault_of, f.message.partition(": ")[2]) for f in findings] == expected


def test_a_malformed_chunk_is_named() -> None:
    head = "HTTP/1.1 200 OK\\r\\nContent-Type: application/soap+xml\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
    (fact,) = facts(f"< raw {head}zz\\r\\n<a/>\\r\\n0\\r\\n\\r\\n\nGetScannerElements -> ok", "WSD104")
    assert fact.startswith("malformed chunk size")


def test_what_is_no_http_is_told_once() -> None:
    stray = (
        "GetScannerElements -> ok\n< raw HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\nrubbish\nGetActiveJobs -> ok"
    )
    assert len(found(stray, "WSD104")) == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("GetScannerElements -> ok after 4.9s", 0, id="just in time"),
        pytest.param("GetScannerElements -> ok after 5.1s", 1, id="late"),
        pytest.param(CREATED + "RetrieveImage JobId=1 JobToken=t -> image after 59s", 0, id="an image has 60 s"),
        pytest.param(CREATED + "RetrieveImage JobId=1 JobToken=t -> image after 61s", 1, id="and not more"),
        pytest.param(
            CREATED + "RetrieveImage JobId=1 JobToken=t -> image after 1s over 90s", 0, id="but any time to come"
        ),
    ],
)
def test_slow_answers(text: str, count: int) -> None:
    assert severities(text, "WSD107") == [INFO] * count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("Hello\nGet -> refused", 1, id="refused"),
        pytest.param("Hello\nGet -> unreachable", 1, id="never answered"),
        pytest.param("Get -> refused", 0, id="nobody announced it"),
        pytest.param("Hello\nBye\nGet -> refused", 0, id="the device has gone"),
        pytest.param("Hello\nBye\nHello\nGet -> refused", 1, id="and come back"),
        pytest.param("Hello\nGet -> refused\nGet -> refused", 1, id="twice is one finding"),
    ],
)
def test_dead_addresses(text: str, count: int) -> None:
    assert len(found(text, "WSD108")) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "http: type text/xml\nGetScannerElements -> ok", ["response with SOAP is labelled text/xml"], id="1.1's"
        ),
        pytest.param(
            "http: type application/soap+xml; charset=utf-8\nGetScannerElements -> ok", [], id="with a charset"
        ),
        pytest.param("http: type Application/SOAP+XML\nGetScannerElements -> ok", [], id="letter case (#5)"),
        pytest.param(JOB, [], id="a multipart"),
    ],
)
def test_labels(text: str, expected: list[str]) -> None:
    assert facts(text, "WSD105") == expected


def test_a_reset_between_exchanges_hurts_nobody() -> None:
    assert tally("GetScannerElements -> ok", "WSD106")[0] == 0
    assert len(found("GetScannerElements -> reset", "WSD106")) == 1
