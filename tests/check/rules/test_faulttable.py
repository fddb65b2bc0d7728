"""Faults against their table, and refusals that repeat."""

import pytest

from tests.check.rules.judged import CLIENT, DEVICE, INFO, WARNING, facts, found, severities
from wsdtrace.check.finding import Severity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "GetJobHistory -> Fault ClientErrorJobIdNotFound",
            ["fault ClientErrorJobIdNotFound, which belongs to RetrieveImage, GetJobElements and C…"],
            id="of other operations",
        ),
        pytest.param("CancelJob JobId=1 -> Fault ClientErrorJobIdNotFound", [], id="named in prose only (D11)"),
        pytest.param("CreateScanJob -> Fault ClientErrorNoImagesAvailable", [], id="added later (D10)"),
        pytest.param("CreateScanJob -> Fault ClientErrorConflictingRequiredParameters", [], id="left out (D9)"),
        pytest.param("CreateScanJob -> Fault ClientErrorDocumentFormatNotSupported", [], id="the other spelling (D2)"),
        pytest.param("Subscribe -> Fault InvalidArgs", [], id="a common one, on an operation beneath"),
        pytest.param("GetScannerElements -> Fault wsa:ActionNotSupported", [], id="of every message"),
        pytest.param("CreateScanJob -> Fault acme:Tired", [], id="a vendor's own"),
    ],
)
def test_subcodes_and_operations(text: str, expected: list[str]) -> None:
    assert facts(text, "WSD323") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("CreateScanJob -> Fault ServerErrorNotAcceptingJobs code=Sender", [WARNING], id="Sender"),
        pytest.param("CreateScanJob -> Fault InvalidArgs code=Receiver", [WARNING], id="Receiver"),
        pytest.param("CreateScanJob -> Fault OperationFailed code=Sender", [INFO], id="as a sample has it"),
        pytest.param("CreateScanJob -> Fault InvalidArgs code=MustUnderstand", [], id="neither"),
        pytest.param("CreateScanJob -> Fault InvalidArgs", [], id="as the table has it"),
    ],
)
def test_codes(text: str, expected: list[Severity]) -> None:
    assert severities(text, "WSD324") == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("< drop soap:Detail\nCreateScanJob -> Fault InvalidArgs", 1, id="none"),
        pytest.param("CreateScanJob -> Fault InvalidArgs detail=JobId", 0, id="any"),
        pytest.param(
            "< drop wscn:Argument\nCreateScanJob -> Fault InvalidArgs detail=Format",
            1,
            id="an empty one counts as missing",
        ),
        pytest.param("CreateScanJob -> Fault OperationFailed", 0, id="none is asked for"),
    ],
)
def test_details(text: str, count: int) -> None:
    assert len(found(text, "WSD325")) == count


ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"


@pytest.mark.parametrize(
    ("action", "count"),
    [
        pytest.param(f"{ADDRESSING}/fault", 0, id="the one of the specification"),
        pytest.param(f"{ADDRESSING}/fault".replace("http:", "https:"), 0, id="spelt https (E2)"),
        pytest.param("http://schemas.xmlsoap.org/ws/2006/02/devprof/Fault", 0, id="of DPWS"),
        pytest.param("http://www.w3.org/2005/08/addressing/soap/fault", 0, id="of 2005/08"),
        pytest.param(
            "http://schemas.microsoft.com/windows/2006/08/wdp/scan/CreateScanJobResponse", 1, id="of an answer"
        ),
    ],
)
def test_actions_of_faults(action: str, count: int) -> None:
    assert len(found(f"CreateScanJob -> Fault InvalidArgs Action={action}", "WSD326")) == count


@pytest.mark.parametrize(
    ("status", "subcode", "count"),
    [
        pytest.param(400, "InvalidArgs", 0, id="400 for Sender"),
        pytest.param(500, "InvalidArgs", 1, id="500 for Sender"),
        pytest.param(500, "OperationFailed", 0, id="500 for Receiver"),
        pytest.param(503, "OperationFailed", 0, id="503 for Receiver"),
        pytest.param(400, "OperationFailed", 1, id="400 for Receiver"),
        pytest.param(200, "OperationFailed", 0, id="200 is the business of WSD327"),
    ],
)
def test_status_codes(status: int, subcode: str, count: int) -> None:
    faults = found(f"http: status {status}\nCreateScanJob -> Fault {subcode}", "WSD329")
    assert [(f.severity, f.fault_of) for f in faults] == [(INFO, DEVICE)] * count


def test_a_storm_tells_count_time_and_rate() -> None:
    text = "wait 1s\n".join(["CreateScanJob -> Fault ServerErrorNotAcceptingJobs\n"] * 7)
    (finding,) = found(text, "WSD331")
    assert finding.fault_of is CLIENT
    assert finding.message == "CreateScanJob: refused 7 times in 6.8 s (ServerErrorNotAcceptingJobs), 53 a minute"
    assert finding.interpretations
    assert len(finding.exchanges) == 2


def test_refusals_of_one_instant_have_no_rate() -> None:
    text = "CancelJob JobId=1 -> Fault ClientErrorJobIdNotFound\n" * 5
    (finding,) = found(text, "WSD331")
    assert "5 times" in finding.message


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(
            '> replace <soap:Body> "<soap:Body><soap:Fault/>"\nGetScannerElements -> HTTP 202', 1, id="as a request"
        ),
        pytest.param("CreateScanJob -> Fault InvalidArgs", 0, id="as a response"),
    ],
)
def test_where_a_fault_belongs(text: str, count: int) -> None:
    assert severities(text, "WSD333") == [INFO] * count
