"""The body against its declaration: what is objected to, how loudly, and what is borne."""

import pytest

from wsdtrace import scenario
from wsdtrace.check.finding import FaultOf, Severity
from wsdtrace.report.trace import Trace

CREATED = "CreateScanJob -> JobId=1 JobToken=t\n"
RETRIEVED = "RetrieveImage JobId=1 JobToken=t -> image\n"


def found(text: str, code: str) -> list[tuple[Severity, FaultOf, str]]:
    """What a rule says about a scenario."""
    trace = scenario.check(text)
    assert trace.internal_errors == []
    return [(f.severity, f.fault_of, f.message) for f in trace.findings if f.code == code]


def inconclusive(trace: Trace, code: str) -> int:
    return trace.ledger[code].inconclusive


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "< drop wscn:ActiveConditions\nGetScannerElements -> ok",
            [(Severity.WARNING, FaultOf.DEVICE, "ScannerStatus has no ActiveConditions")],
            id="a container that may be empty is a warning",
        ),
        pytest.param(
            "< drop wscn:ScannerState\nGetScannerElements -> ok",
            [(Severity.ERROR, FaultOf.DEVICE, "ScannerStatus has no ScannerState")],
            id="any other child is an error",
        ),
        pytest.param(
            '< replace " Valid=\\"true\\"" ""\nGetScannerElements Name=ScannerStatus -> ok',
            [(Severity.ERROR, FaultOf.DEVICE, "ElementData has no attribute Valid")],
            id="a required attribute",
        ),
        pytest.param(
            "> drop wscn:JobName\nCreateScanJob -> Fault InvalidArgs",
            [(Severity.ERROR, FaultOf.CLIENT, "JobDescription has no JobName")],
            id="the client's request",
        ),
        pytest.param(
            f"< drop wscn:ContentType\n{CREATED}{RETRIEVED}", [], id="final parameters are the business of WSD707"
        ),
        pytest.param(
            f"< drop wscn:DocumentFinalParameters\n{CREATED}{RETRIEVED}",
            [(Severity.ERROR, FaultOf.DEVICE, "CreateScanJobResponse has no DocumentFinalParameters")],
            id="but not their absence as a whole",
        ),
        pytest.param(
            "< drop wscn:ElementData\nGetScannerElements -> ok", [], id="sections asked for are the business of WSD801"
        ),
        pytest.param("> drop wscn:JobInformation\nCreateScanJob -> Fault InvalidArgs", [], id="what is optional"),
        pytest.param("< drop wscn:ScannerStateReasons\nGetScannerElements -> ok", [], id="reasons are optional (D18)"),
    ],
)
def test_absent_elements(text: str, expected: list[tuple[Severity, FaultOf, str]]) -> None:
    assert [(s, who, m.partition(": ")[2]) for s, who, m in found(text, "WSD207")] == expected


def test_absence_behind_the_first_defect_of_the_xml_proves_nothing() -> None:
    trace = scenario.check("< replace <wscn:ScannerState>Idle</wscn:ScannerState> <wscn:B\nGetScannerElements -> ok")
    assert [f.code for f in trace.findings if f.code == "WSD207"] == []
    assert inconclusive(trace, "WSD207") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "< rename wscn:DocumentFinalParameters wscn:DocumentFinalParamters\n" + CREATED + RETRIEVED,
            "DocumentFinalParamters is a misspelling of DocumentFinalParameters",
            id="the documentation's own misspelling (C1)",
        ),
        pytest.param(
            "< add wscn:ScannerStatus <wscn:Mood>good</wscn:Mood>\nGetScannerElements -> ok",
            "Mood is unknown in ScannerStatus",
            id="a child that nobody knows",
        ),
        pytest.param(
            "< add wscn:ScannerStatus <wscn:ScannerState>Idle</wscn:ScannerState>\nGetScannerElements -> ok",
            "ScannerStatus has a second ScannerState; the first counts",
            id="a second one",
        ),
        pytest.param(
            "< add wscn:ScannerStatus <acme:Mood xmlns:acme='urn:acme'>good</acme:Mood>\nGetScannerElements -> ok",
            None,
            id="a vendor's extension is nobody's fault",
        ),
        pytest.param(
            "> replace <wscn:JobId> \"<wscn:JobId Colour='red'>\"\nCancelJob -> Fault ClientErrorJobIdNotFound",
            "attribute Colour is unknown on JobId",
            id="an attribute",
        ),
    ],
)
def test_unknown_elements(text: str, expected: str | None) -> None:
    assert [m.partition(": ")[2] for _, _, m in found(text, "WSD208")] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        pytest.param("0", Severity.ERROR, id="below the range"),
        pytest.param("1", None, id="its least"),
        pytest.param("2147483647", None, id="its greatest"),
        pytest.param("2147483648", Severity.INFO, id="the documentation's own bound is one too many (D1)"),
        pytest.param("2147483649", Severity.ERROR, id="beyond"),
        pytest.param("one", Severity.ERROR, id="no number"),
    ],
)
def test_values_and_their_ranges(value: str, severity: Severity | None) -> None:
    text = f"GetJobElements JobId={value} -> Fault ClientErrorJobIdNotFound"
    assert [s for s, _, _ in found(text, "WSD210")] == ([] if severity is None else [severity])


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        pytest.param(
            "GetScannerElements Name=DefaultScanTicket -> InputMediaSize.Width=0",
            Severity.WARNING,
            id="a size of 0 in a default ticket (E18)",
        ),
        pytest.param("ValidateScanTicket -> PixelsPerLine=0", Severity.WARNING, id="an image of unknown size (C7)"),
        pytest.param(
            "CreateScanJob -> JobId=1 JobToken=t DocumentFinalParameters.ContentType=\n" + RETRIEVED,
            Severity.WARNING,
            id="an empty final value (E18)",
        ),
        pytest.param("CreateScanJob InputMediaSize.Width=0 -> Fault InvalidArgs", Severity.ERROR, id="in a ticket"),
    ],
)
def test_what_devices_do_and_clients_live_with_is_a_warning(text: str, severity: Severity) -> None:
    assert [s for s, _, _ in found(text, "WSD210")] == [severity]


def test_a_private_value_is_not_quoted() -> None:
    (finding,) = found(f"RetrieveImage JobToken={'s' * 300} -> Fault InvalidArgs", "WSD210")
    assert "ssss" not in finding[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "CreateScanJob source=Auto -> JobId=1 JobToken=t\n" + RETRIEVED,
            [(Severity.WARNING, FaultOf.CLIENT)],
            id="the device that repeats the client's word is not blamed",
        ),
        pytest.param(
            "CreateScanJob -> JobId=1 JobToken=t InputSource=Auto\n" + RETRIEVED,
            [(Severity.WARNING, FaultOf.DEVICE)],
            id="the device's own word",
        ),
        pytest.param("CreateScanJob source=acme:Auto -> JobId=1 JobToken=t\n" + RETRIEVED, [], id="a vendor's word"),
        pytest.param(
            "CreateScanJob format=webp -> Fault ClientErrorFormatNotSupported",
            [(Severity.INFO, FaultOf.CLIENT)],
            id="formats are an open list (R24)",
        ),
        pytest.param(
            "CreateScanJob color=GrayScale8 -> Fault InvalidArgs",
            [(Severity.WARNING, FaultOf.CLIENT)],
            id="a misspelling that the documentation shows (C6)",
        ),
        pytest.param("GetJobElements -> state=Pending-Held", [], id="Held and Pending-Held are both published (D5)"),
        pytest.param("GetJobElements -> reason=JobTransfering", [], id="the schema spells it with one r (D6)"),
        pytest.param(
            "GetJobElements -> state=Finished", [(Severity.WARNING, FaultOf.DEVICE)], id="a state that nobody knows"
        ),
    ],
)
def test_words(text: str, expected: list[tuple[Severity, FaultOf]]) -> None:
    assert [(s, who) for s, who, _ in found(text, "WSD211")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "> drop wscn:InputMediaSize\nCreateScanJob -> Fault InvalidArgs",
            ["InputSize holds neither child of a choice"],
            id="neither",
        ),
        pytest.param(
            "> add wscn:Exposure <wscn:AutoExposure>true</wscn:AutoExposure>\nCreateScanJob -> Fault InvalidArgs",
            ["Exposure holds AutoExposure and ExposureSettings of a choice"],
            id="both",
        ),
        pytest.param(
            "< add wscn:Exposure <wscn:AutoExposure>true</wscn:AutoExposure>\n" + CREATED + RETRIEVED,
            [],
            id="no choice among the final parameters",
        ),
        pytest.param("CreateScanJob AutoExposure=true -> JobId=1 JobToken=t\n" + RETRIEVED, [], id="one"),
    ],
)
def test_choices(text: str, expected: list[str]) -> None:
    assert [m.partition(": ")[2] for _, _, m in found(text, "WSD212")] == expected


def test_equal_findings_of_several_messages_are_one_with_a_count() -> None:
    trace = scenario.check("< drop wscn:ActiveConditions\nGetScannerElements -> ok\n" * 3)
    (finding,) = [f for f in trace.findings if f.code == "WSD207"]
    assert finding.also_seen == 2
    assert finding.evidence[0].excerpt is not None
    assert "ScannerStatus" in finding.evidence[0].excerpt
