"""Final parameters beside the ticket that they answer."""

import pytest

from tests.check.rules.judged import (
    CLIENT,
    CREATED,
    DEVICE,
    INFO,
    JOB,
    RETRIEVED,
    WARNING,
    facts,
    found,
    severities,
    tally,
)
from wsdtrace.check.finding import FaultOf, Severity


def asked(request: str, answer: str = "") -> str:
    """A job for a ticket, and what the device makes of it."""
    return f"CreateScanJob {request} -> JobId=1 JobToken=t {answer}\n{RETRIEVED}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            asked("ColorProcessing@MustHonor=true", "ColorProcessing=Grayscale8"),
            ["MediaFront ColorProcessing is Grayscale8, though RGB24 has MustHonor"],
            id="a value with the mark",
        ),
        pytest.param(
            asked("ColorProcessing@MustHonor=false", "ColorProcessing=Grayscale8"), [], id="the mark is false"
        ),
        pytest.param(asked("", "ColorProcessing=Grayscale8"), [], id="no mark"),
        pytest.param(asked("ColorProcessing@MustHonor=true"), [], id="honoured"),
        pytest.param(
            asked("InputSize@MustHonor=true", "InputMediaSize.Width=1000"),
            ["InputMediaSize Width is 1000, though 2000 has MustHonor"],
            id="a child of what has the mark",
        ),
        pytest.param(
            asked("MediaSides@MustHonor=true", "Resolution.Width=75"),
            ["MediaFront Resolution Width is 75, though 100 has MustHonor"],
            id="a grandchild",
        ),
        pytest.param(
            asked("ContentType=Auto ContentType@MustHonor=true", "ContentType=Photo"),
            [],
            id="what was left to the device",
        ),
        pytest.param(
            asked("source=ADF images=0 ImagesToTransfer@MustHonor=true", "ImagesToTransfer=3"), [], id="all there are"
        ),
    ],
)
def test_must_honor(text: str, expected: list[str]) -> None:
    assert facts(text, "WSD701") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            asked("", "ColorProcessing=Grayscale8"),
            ["MediaFront ColorProcessing is Grayscale8, asked for RGB24; Override does not say so"],
            id="changed without a word",
        ),
        pytest.param(
            asked("", "ColorProcessing=Grayscale8 ColorProcessing@Override=true"),
            ["MediaFront ColorProcessing is Grayscale8, asked for RGB24; Override says so"],
            id="changed and told",
        ),
        pytest.param(
            asked("", "ColorProcessing@Override=true"),
            ["MediaFront ColorProcessing is RGB24 as asked for, and Override is true"],
            id="told and not changed",
        ),
        pytest.param(asked("ColorProcessing@MustHonor=true", "ColorProcessing=Grayscale8"), [], id="WSD701's business"),
        pytest.param(
            asked("format=png CompressionQualityFactor=50", "CompressionQualityFactor=100"),
            [],
            id="quality of a lossless format",
        ),
        pytest.param(
            asked("CompressionQualityFactor=50", "CompressionQualityFactor=100"),
            ["CompressionQualityFactor is 100, asked for 50; Override does not say so"],
            id="quality of another format",
        ),
        pytest.param("< drop wscn:Rotation\n" + asked(""), [], id="an absent value is no other value"),
        pytest.param("> drop wscn:Rotation\n" + asked(""), [], id="nor is the default for what was not asked for"),
    ],
)
def test_changed_values(text: str, expected: list[str]) -> None:
    assert facts(text, "WSD702") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "> replace <wscn:JobName> \"<wscn:JobName wscn:MustHonor='true'>\"\n" + JOB,
            [(WARNING, CLIENT, "MustHonor may not stand on JobName")],
            id="on an element that has none",
        ),
        pytest.param("CreateScanJob Format@MustHonor=true -> JobId=1 JobToken=t\n" + RETRIEVED, [], id="Format (D12)"),
        pytest.param(
            "CreateScanJob MediaSides@MustHonor=true -> JobId=1 JobToken=t\n" + RETRIEVED, [], id="MediaSides (D12)"
        ),
        pytest.param("ValidateScanTicket Format@MustHonor=true -> ok", [], id="in a ticket to be validated"),
        pytest.param(
            "GetScannerElements Name=DefaultScanTicket -> Format@MustHonor=true",
            [(WARNING, DEVICE, "MustHonor may not stand on Format")],
            id="in a default ticket",
        ),
        pytest.param(
            JOB + "GetJobElements JobId=1 Name=ScanTicket -> ScanTicket.DocumentParameters.Format@MustHonor=true",
            [(INFO, DEVICE, "MustHonor may not stand on Format")],
            id="in a ticket that is given back",
        ),
        pytest.param(
            asked("", "Format@Override=true Format@UsedDefault=true"),
            [(INFO, DEVICE, "Format has both Override and UsedDefault")],
            id="two marks that exclude each other",
        ),
    ],
)
def test_marks(text: str, expected: list[tuple[Severity, FaultOf, str]]) -> None:
    assert [(f.severity, f.fault_of, f.message.partition(": ")[2]) for f in found(text, "WSD703")] == expected


def test_all_that_lacks_is_told_at_once() -> None:
    text = "< drop wscn:Rotation\n< drop wscn:ContentType\n" + JOB
    assert facts(text, "WSD707") == ["the final parameters lack ContentType, Rotation"]


def test_final_parameters_of_a_damaged_message_prove_nothing() -> None:
    text = "< replace <wscn:Rotation> <wscn:B\n" + CREATED
    assert tally(text, "WSD707") == (0, 0, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements -> ok\n" + asked("format=xps", "Format=jfif"), [INFO], id="not offered"),
        pytest.param("GetScannerElements -> ok\n" + asked("format=png"), [], id="offered"),
        pytest.param(asked("format=xps", "Format=jfif"), [], id="nobody knows what is offered"),
        pytest.param(
            "GetScannerElements -> ok\nCreateScanJob format=xps -> Fault ClientErrorFormatNotSupported",
            [],
            id="refused",
        ),
    ],
)
def test_formats_that_are_to_be_refused(text: str, expected: list[Severity]) -> None:
    assert severities(text, "WSD716") == expected
