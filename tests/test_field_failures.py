"""Every failure that was seen in the field has a scenario that shows it and a finding that names it.

The numbers are those of the list of field failures (public issue trackers and the source of existing clients), by which
rules cite them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from wsdtrace import scenario

FLATBED = "CreateScanJob source=Platen images=1 -> JobId=1 JobToken=t\n"
ADF = "CreateScanJob source=ADF -> JobId=1 JobToken=t\n"
PAGE = "RetrieveImage JobId=1 JobToken=t -> image\n"
EMPTY = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable\n"
GONE = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound\n"
BUSY = "CreateScanJob source=ADF -> Fault ServerErrorNotAcceptingJobs\n"
LATER = "wait 90s\nGetScannerElements -> ok\n"


@dataclass(frozen=True, slots=True)
class Failure:
    """A row of the list."""

    number: int
    where: str
    text: str
    code: str
    says: str = ""
    """Part of the message or of a reading of the finding."""


FAILURES = (
    Failure(1, "OKI MC362: busy after a flatbed job", "CreateScanJob source=Platen images=0 -> JobId=1 JobToken=t", "WSD708"),
    Failure(2, "Ricoh MP 201: empty feeder as JobIdNotFound", ADF + PAGE + GONE, "WSD330", "the feeder is empty"),
    Failure(3, "Lexmark MB2236: fault with HTTP 200", f"{ADF}{PAGE}http: status 200\n{EMPTY}", "WSD327", "HTTP 200"),
    Failure(
        4,
        "Xerox WC3025: boundary without CRLF",
        f"{FLATBED}mime: no line end before the last delimiter\n{PAGE}",
        "WSD220",
    ),
    Failure(
        5,
        "Canon MF746: letter case of Content-Type",
        "< field Content-Type: Application/SOAP+XML; Charset=UTF-8\nCreateScanJob -> Fault OperationFailed",
        "WSD330",
    ),
    Failure(6, "Canon TR7500: JobInformation wanted", "CreateScanJob -> Fault InvalidArgs", "WSD330", "JobInformation"),
    Failure(7, "HP M130fw: PNG ends early", f"CreateScanJob format=png images=1 source=Platen -> JobId=1 JobToken=t\n"
            "image: cut 300\nRetrieveImage JobId=1 JobToken=t -> image=png", "WSD711"),
    Failure(
        8,
        "Canon: 300 dpi for 600",
        "CreateScanJob Resolution.Width=600 Resolution.Height=600 -> JobId=1 JobToken=t Resolution.Width=300 "
        "Resolution.Height=300",
        "WSD702",
    ),
    Failure(
        9,
        "Pantum M7100: PNG declared, JPEG sent",
        "CreateScanJob format=png -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image=jfif",
        "WSD710",
    ),
    Failure(10, "Ricoh MP C3003: OperationFailed", "CreateScanJob -> Fault OperationFailed", "WSD330", "OperationFailed"),
    Failure(11, "Kyocera FS-1028: start on the panel", BUSY, "WSD330", "on the panel"),
    Failure(12, "Canon MF411: retries without end", f"{BUSY}wait 1s\n" * 6, "WSD331"),
    Failure(
        13,
        "Canon MF754: service not found",
        "GetScannerElements -> HTTP 404 text/html <h1>Service not found</h1>",
        "WSD103",
    ),
    Failure(
        14,
        "Brother ADS-2700W: prefixes matter",
        "> replace soap: SOAP-ENV:\n> replace xmlns:soap xmlns:SOAP-ENV\nGetScannerElements -> Fault InvalidArgs\n"
        "GetScannerElements -> ok",
        "WSD901",
    ),
    Failure(
        15,
        "Brother L2750: indented XML is refused",
        "> replace <soap:Body> \"<soap:Body>  \"\nCreateScanJob -> HTTP 400 text/plain no",
        "WSD103",
    ),
    Failure(16, "Samsung M2875: wrong path", "GetScannerElements -> HTTP 400 text/html no", "WSD103"),
    Failure(
        17,
        "HP 135w: dead endpoint",
        "Hello\nGetScannerElements -> refused\n",
        "WSD108",
    ),
    Failure(
        18,
        "Kyocera M2040: only a link-local address",
        "Probe -> XAddrs=http://[fe80::9]:5357/wsd",
        "WSD405",
    ),
    Failure(19, "Lexmark MX310: type announced unusually", "Hello Types=wsdp:Device\nGetScannerElements -> ok", "WSD406"),
    Failure(20, "Brother L2700: directed Probe unanswered", "over HTTP: Probe -> close", "WSD101"),
    Failure(
        21,
        "Brother 9370CDW: no duplex, and a back side",
        "GetScannerElements -> ADFSupportsDuplex=0 ADFBack.ADFOpticalResolution.Width=600",
        "WSD802",
    ),
    Failure(
        22,
        "Epson WF-3520: front sides only",
        "CreateScanJob source=ADFDuplex images=0 -> JobId=1 JobToken=t\n" + PAGE + EMPTY,
        "WSD714",
    ),
    Failure(23, "Xerox B225: panel stuck", ADF + PAGE + LATER, "WSD601"),
    Failure(
        24,
        "HP M2727: wscn bound to tempuri.org",
        "< replace http://schemas.microsoft.com/windows/2006/08/wdp/scan http://tempuri.org/\nGetScannerElements -> ok",
        "WSD206",
        "tempuri.org",
    ),
    Failure(25, "Ricoh MP 501: dies after 50 pages", f"{ADF}{PAGE}wait 61s\n{PAGE}{EMPTY}", "WSD604"),
    Failure(
        26,
        "HP: two XAddrs, one dead",
        'Probe -> XAddrs="http://192.0.2.100:5357/a https://192.0.2.100:5358/b"',
        "WSD405",
    ),
    Failure(27, "wsdd: ProbeMatches without XAddrs", "< drop wsd:XAddrs\nProbe -> ProbeMatches", "WSD404"),
    Failure(28, "iSpy: no space between attributes", "> replace xmlns:wsd= a=\"b\"xmlns:wsd=\nProbe -> ProbeMatches", "WSD201"),
    Failure(29, "camera: Fault in reply to a Probe", "Probe -> Fault wsa:ActionNotSupported", "WSD413"),
    Failure(30, "prefix wsa unbound", "> replace xmlns:wsa= xmlns:x=\nProbe -> ProbeMatches", "WSD202"),
    Failure(31, "header line without colon", "> line SOAPAction\nGetScannerElements -> ok", "WSD104", "SOAPAction"),
    Failure(
        32,
        "MFP: bare Fault over UDP",
        "< content <soap:Fault xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"><faultcode>soap:Client</faultcode>"
        "</soap:Fault>\nProbe -> Fault wsa:ActionNotSupported",
        "WSD203",
    ),
    Failure(33, "Kyocera M2040: keep-alive holds the job", ADF + PAGE + EMPTY + BUSY + "close\nwait 1s\n" + ADF.replace("=1", "=2"), "WSD903"),
    Failure(34, "Xerox B405: cancel after the last page", FLATBED + PAGE + "CancelJob JobId=1 -> ok", "WSD615"),
    Failure(
        35,
        "Samsung M288x: 2006/01 answered by a misspelt fault",
        "> replace 2006/08/wdp 2006/01/wdp\nCreateScanJob ScanIdentifier=s DestinationToken=d -> "
        "Fault ClientErrorInvalidDetinationToken",
        "WSD322",
        "ClientErrorInvalidDestinationToken",
    ),
    Failure(36, "Samsung M288x: subscribe every 60 s", "Subscribe -> ok\nwait 60s\n" * 8, "WSD506"),
    Failure(37, "Samsung M288x: no Unsubscribe on exit", "Subscribe -> ok\n" + LATER, "WSD505"),
    Failure(
        38,
        "Kyocera: DocumentDescription missing",
        f"{FLATBED}> drop wscn:DocumentDescription\nRetrieveImage JobId=1 JobToken=t -> Fault InvalidArgs",
        "WSD207",
        "DocumentDescription",
    ),
    Failure(39, "Kyocera: refused after a job", FLATBED + PAGE + "wait 5s\n" + BUSY, "WSD902"),
    Failure(40, "Kyocera: To is the URL", "Hello\nGet To=http://192.0.2.100:5357/ -> Fault wsa:DestinationUnreachable", "WSD307"),
    Failure(41, "Brother L2540DW: end of job as JobIdNotFound", ADF + PAGE + GONE, "WSD330", "JobIdNotFound"),
    Failure(42, "HP M175a: busy with its own job", ADF + BUSY + "CancelJob JobId=1 -> ok\n" + BUSY, "WSD624", "busy with job 1"),
    Failure(43, "sane-airscan: a page after its own cancel", f"{ADF}{PAGE}CancelJob JobId=1 -> ok\n{GONE}", "WSD612"),
)  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES, ids=lambda f: f"{f.number} {f.where}")
def test_a_failure_of_the_field_is_named(failure: Failure) -> None:
    trace = scenario.check(failure.text)
    found = [f for f in trace.findings if f.code == failure.code]
    assert found, sorted((f.code, f.message) for f in trace.findings)
    words = " ".join([f.message for f in found] + [r.text for f in found for r in f.interpretations])
    assert failure.says in words
    assert trace.internal_errors == []


def test_every_row_is_there() -> None:
    assert [f.number for f in FAILURES] == list(range(1, 44))
