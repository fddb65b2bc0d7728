"""SOAP faults: their shape, their subcode, their status, and what they mean."""

import pytest

from tests.check.rules.judged import DEVICE, INFO, found

FAULT = "\nCreateScanJob -> Fault ServerErrorNotAcceptingJobs"


@pytest.mark.parametrize(
    ("text", "code", "count"),
    [
        pytest.param("< drop soap:Reason" + FAULT, "WSD320", 1, id="no Reason"),
        pytest.param("CreateScanJob -> Fault InvalidArgs code=Client", "WSD320", 1, id="a code of SOAP 1.1"),
        pytest.param("CreateScanJob -> Fault InvalidArgs", "WSD320", 0, id="as it should be"),
        pytest.param("< drop soap:Subcode" + FAULT, "WSD321", 1, id="no Subcode"),
        pytest.param("CreateScanJob -> Fault InvalidArgs", "WSD321", 0, id="with a Subcode"),
        pytest.param("CreateScanJob -> Fault ClientErrorInvalidDetinationToken", "WSD322", 1, id="misspelt (#35)"),
        pytest.param("CreateScanJob -> Fault acme:Tired", "WSD322", 0, id="a vendor's"),
        pytest.param("http: status 200" + FAULT, "WSD327", 1, id="HTTP 200 (#3)"),
        pytest.param("http: status 500" + FAULT, "WSD327", 0, id="HTTP 500"),
        pytest.param("CreateScanJob -> HTTP 500 application/soap+xml", "WSD328", 1, id="nothing in it"),
        pytest.param("CreateScanJob -> HTTP 500 text/html", "WSD328", 0, id="no SOAP promised"),
    ],
)
def test_each_defect(text: str, code: str, count: int) -> None:
    findings = found(text, code)
    assert [f.fault_of for f in findings] == [DEVICE] * count


def test_the_nearest_spelling_is_named() -> None:
    (finding,) = found("CreateScanJob -> Fault ClientErrorInvalidDetinationToken", "WSD322")
    assert finding.message.endswith("unknown, nearest is ClientErrorInvalidDestinationToken")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("CreateScanJob" + FAULT[14:], "the scanner is busy with another job", id="busy"),
        pytest.param(
            "GetJobHistory -> Fault wsa:ActionNotSupported",
            "the device lacks an operation that every scanner must have",
            id="a required operation (F12)",
        ),
        pytest.param(
            "Renew -> Fault wsa:ActionNotSupported",
            "the device does not know the operation, or the Action's namespace",
            id="an operation beneath",
        ),
    ],
)
def test_what_a_fault_means(text: str, first: str) -> None:
    (finding,) = found(text, "WSD330")
    assert finding.severity is INFO
    assert finding.interpretations[0].text == first


def test_the_end_of_a_feed_is_not_told() -> None:
    text = "CreateScanJob source=ADF -> ok\nRetrieveImage -> image\nRetrieveImage -> Fault ClientErrorNoImagesAvailable"
    assert found(text, "WSD330") == []
