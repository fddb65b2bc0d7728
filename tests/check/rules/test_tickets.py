"""Tickets beside what the device offers and has said of them."""

import pytest

from tests.check.rules.judged import CLIENT, DEVICE, JOB, RETRIEVED, facts, found
from wsdtrace.check.finding import FaultOf

OFFER = "GetScannerElements -> ok\n"


def ticket(what: str) -> str:
    """A refused ticket, behind the configuration."""
    return f"{OFFER}CreateScanJob {what} -> Fault InvalidArgs"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(ticket("Resolution.Width=600"), ["MediaFront Resolution Width 600"], id="resolution"),
        pytest.param(ticket("color=RGB48"), ["MediaFront ColorProcessing RGB48"], id="colours"),
        pytest.param(ticket("source=Film"), ["InputSource Film"], id="input source"),
        pytest.param(ticket("format=xps"), ["Format xps"], id="format"),
        pytest.param(ticket("AutoExposure=true"), ["AutoExposure true"], id="automatic exposure"),
        pytest.param(
            ticket("DocumentSizeAutoDetect=true"), ["DocumentSizeAutoDetect true"], id="detection of the size"
        ),
        pytest.param(ticket("ScalingWidth=400"), ["ScalingWidth 400"], id="scaling"),
        pytest.param(
            ticket("ScanRegionWidth=9000 InputMediaSize.Width=9000"), ["ScanRegion", "InputMediaSize"], id="size"
        ),
        pytest.param(ticket("Resolution.Width=300 Resolution.Height=300"), [], id="all offered"),
        pytest.param("CreateScanJob Resolution.Width=600 -> Fault InvalidArgs", [], id="nobody knows what is offered"),
        pytest.param(
            "GetScannerElements Name=DefaultScanTicket Name=ScannerConfiguration -> ContentType=Mixed\n"
            "CreateScanJob ContentType=Mixed -> Fault InvalidArgs",
            [],
            id="offered as usual",
        ),
        pytest.param(
            "GetScannerElements Name=DefaultScanTicket Name=ScannerConfiguration -> ColorProcessing=RGB48\n"
            "CreateScanJob color=RGB48 -> Fault InvalidArgs",
            [],
            id="the device's own default (E3)",
        ),
    ],
)
def test_values_that_are_not_offered(text: str, expected: list[str]) -> None:
    found_ = facts(text, "WSD704")
    assert len(found_) == len(expected)
    assert all(part in fact for part, fact in zip(sorted(expected), sorted(found_, key=_key), strict=True))


def _key(fact: str) -> str:
    return fact.removeprefix("MediaFront ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(ticket("color=RGB48"), [CLIENT], id="the client's ticket"),
        pytest.param(
            OFFER + "ValidateScanTicket -> ValidTicket=false ValidScanTicket.Format=xps",
            [DEVICE],
            id="the device's proposal",
        ),
    ],
)
def test_whose_ticket_it_is(text: str, expected: list[FaultOf]) -> None:
    text = text.replace("ValidScanTicket.Format", "ValidScanTicket.DocumentParameters.Format")
    assert [f.fault_of for f in found(text, "WSD704")] == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("ValidateScanTicket -> ok\nCreateScanJob -> Fault InvalidArgs", "WSD705", id="found valid"),
        pytest.param(
            "GetScannerElements Name=DefaultScanTicket -> ok\nCreateScanJob -> Fault InvalidArgs",
            "WSD709",
            id="its own",
        ),
    ],
)
def test_a_refusal_names_where_the_device_said_otherwise(text: str, code: str) -> None:
    (finding,) = found(text, code)
    assert len(finding.exchanges) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "< drop wscn:ValidScanTicket\nValidateScanTicket -> ValidTicket=false",
            ["ValidTicket false without ValidScanTicket"],
            id="false without",
        ),
        pytest.param(
            "< replace <wscn:ValidTicket>false <wscn:ValidTicket>true\nValidateScanTicket -> ValidTicket=false",
            ["ValidTicket true with ValidScanTicket"],
            id="true with",
        ),
        pytest.param("ValidateScanTicket -> ValidTicket=false", [], id="false with"),
        pytest.param("ValidateScanTicket -> ValidTicket=true", [], id="true without"),
        pytest.param("ValidateScanTicket -> ValidTicket=1", [], id="1 is true"),
    ],
)
def test_verdicts_of_validation(text: str, expected: list[str]) -> None:
    assert facts(text, "WSD706") == expected


@pytest.mark.parametrize(
    ("what", "count"),
    [
        pytest.param("images=0", 1, id="0 from the platen"),
        pytest.param("images=2", 1, id="2 from the platen"),
        pytest.param("images=1", 0, id="1 from the platen"),
        pytest.param("source=ADF images=0", 0, id="0 from the feeder"),
    ],
)
def test_images_of_the_platen(what: str, count: int) -> None:
    assert len(found(f"CreateScanJob {what} -> JobId=1 JobToken=t\n{RETRIEVED}", "WSD708")) == count


CONFLICT = "Fault ClientErrorConflictingRequiredParameters"


@pytest.mark.parametrize(
    ("marks", "count"),
    [
        pytest.param("", 1, id="none"),
        pytest.param("Resolution@MustHonor=true", 1, id="one, with two children"),
        pytest.param("Resolution@MustHonor=true Format@MustHonor=true", 0, id="two"),
        pytest.param("Resolution@MustHonor=true Format@MustHonor=false", 1, id="one and a false one"),
    ],
)
def test_conflicts_need_two(marks: str, count: int) -> None:
    assert len(found(f"CreateScanJob {marks} -> {CONFLICT}", "WSD717")) == count
    assert len(found(f"ValidateScanTicket {marks} -> {CONFLICT}", "WSD717")) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "CreateScanJob FilmScanMode=ColorSlideFilm -> Fault InvalidArgs",
            ["FilmScanMode with InputSource Platen, it belongs to Film"],
            id="film",
        ),
        pytest.param("CreateScanJob FilmScanMode=NotApplicable -> Fault InvalidArgs", [], id="no film"),
        pytest.param(
            "CreateScanJob MediaBack.ColorProcessing=RGB24 source=ADF -> Fault InvalidArgs",
            ["MediaBack with InputSource ADF, it belongs to ADFDuplex"],
            id="back side",
        ),
        pytest.param("CreateScanJob source=ADFDuplex -> Fault InvalidArgs", [], id="both sides"),
        pytest.param(
            "CreateScanJob FilmScanMode=ColorSlideFilm source=acme:X -> Fault InvalidArgs", [], id="a vendor's"
        ),
        pytest.param(
            "CreateScanJob -> JobId=1 JobToken=t MediaBackImageInfo.PixelsPerLine=200\n" + RETRIEVED,
            ["MediaBackImageInfo with InputSource Platen, it belongs to ADFDuplex"],
            id="the device's word of a back side",
        ),
        pytest.param(JOB, [], id="nothing of the kind"),
    ],
)
def test_settings_of_one_source(text: str, expected: list[str]) -> None:
    assert facts(text, "WSD719") == expected
