"""The rules of status, conditions and elements: boundaries, and what they must not accuse."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import verdict

STATUS = "GetScannerElements Name=wscn:ScannerStatus -> "
JAM = "ScannerStatusConditionEvent Name=MediaJam Component=ADF -> accepted\n"
CLEARED = "ScannerStatusConditionClearedEvent ConditionId=1 -> accepted\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements -> ok", "passed", id="one for each"),
        pytest.param("GetScannerElements Name=wscn:Other -> ok", "passed", id="unknown, and Valid is false"),
        pytest.param("< drop wscn:ElementData\nGetScannerElements -> ok", "fired", id="none"),
        pytest.param(f"< drop wscn:ScannerStatus\n{STATUS}ok", "fired", id="Valid is true, and nothing follows"),
        pytest.param(f"{STATUS}ElementData@Valid=false", "fired", id="Valid is false, and something follows"),
        pytest.param(
            f"< drop wscn:ScannerStatus\n{STATUS}ElementData@Valid=false", "passed", id="Valid is false, and nothing"
        ),
        pytest.param(
            f'< replace Name="wscn: Name="x:\n{STATUS}ok', "passed", id="a prefix without a binding is WSD202's"
        ),
        pytest.param(
            f"< replace wscn: sca:\n< replace xmlns:wscn xmlns:sca\n{STATUS}ok", "passed", id="another prefix"
        ),
        pytest.param(
            f'< replace Name="wscn:ScannerStatus Name="wscn:ScannerDescription\n{STATUS}ok', "fired", id="wrong"
        ),
        pytest.param("CreateScanJob -> ok\nGetJobElements -> ok", "passed", id="of a job"),
        pytest.param("CreateScanJob -> ok", "no subject", id="not of this kind"),
        pytest.param("GetScannerElements -> Fault OperationFailed", "no subject", id="a fault"),
        pytest.param("tcp: gap 200\nGetScannerElements -> ok", "inconclusive", id="a hole in it"),
    ],
)
def test_elements_missing(text: str, expected: str) -> None:
    assert verdict(text, "WSD801") == expected


def active(severity: str) -> str:
    """Puts a condition into the list of the next status."""
    return (
        '< add wscn:ActiveConditions <wscn:DeviceCondition Id="1"><wscn:Time>2026-01-01T00:00:00Z</wscn:Time>'
        "<wscn:Name>CoverOpen</wscn:Name><wscn:Component>ADF</wscn:Component>"
        f"<wscn:Severity>{severity}</wscn:Severity></wscn:DeviceCondition>\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{STATUS}ok", "passed", id="Idle"),
        pytest.param(f"{active('Critical')}{STATUS}ScannerState=Idle", "fired", id="critical and Idle"),
        pytest.param(f"{active('Critical')}{STATUS}ScannerState=Stopped", "passed", id="critical and Stopped"),
        pytest.param(f"{active('Critical')}{STATUS}ScannerState=Processing", "passed", id="it may be finishing a page"),
        pytest.param(f"{active('Warning')}{STATUS}ScannerState=Idle", "passed", id="a warning"),
        pytest.param(f"{STATUS}ScannerState=Idle ScannerStateReason=Paused", "fired", id="Paused and Idle"),
        pytest.param(f"{STATUS}ScannerState=Stopped ScannerStateReason=Paused", "passed", id="Paused and Stopped"),
        pytest.param(f"{STATUS}ScannerState=x:Resting ScannerStateReason=Paused", "passed", id="a vendor's state"),
        pytest.param("ScannerStatusSummaryEvent state=Idle reason=Paused -> accepted", "fired", id="in an event"),
    ],
)
def test_state_condition_mismatch(text: str, expected: str) -> None:
    assert verdict(text, "WSD803") == expected


@pytest.mark.parametrize(
    ("text", "reused", "lasts"),
    [
        pytest.param(JAM, "passed", "passed", id="one"),
        pytest.param(JAM + JAM, "passed", "passed", id="told twice"),
        pytest.param(JAM + JAM.replace("MediaJam", "CoverOpen"), "fired", "passed", id="another"),
        pytest.param(JAM + CLEARED + JAM, "passed", "fired", id="over, and told again"),
    ],
)
def test_condition_numbers(text: str, reused: str, lasts: str) -> None:
    assert (verdict(text, "WSD804"), verdict(text, "WSD806")) == (reused, lasts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(JAM + CLEARED, "passed", id="told before"),
        pytest.param(CLEARED, "inconclusive", id="it may be older than the capture"),
        pytest.param(f"{STATUS}ok\n{CLEARED}", "fired", id="it was not among the active ones"),
    ],
)
def test_condition_cleared_unknown(text: str, expected: str) -> None:
    assert verdict(text, "WSD512") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("CreateScanJob -> JobId=1\nGetJobElements JobId=1 -> ok", "passed", id="the same"),
        pytest.param("CreateScanJob -> JobId=1\nGetJobElements JobId=1 -> JobId=2", "fired", id="another"),
        pytest.param("GetJobElements JobId=1 -> Fault ClientErrorJobIdNotFound", "no subject", id="denied"),
        pytest.param("CreateScanJob -> JobId=1\nGetJobElements Name=wscn:ScanTicket -> ok", "passed", id="no status"),
    ],
)
def test_answers_other_job(text: str, expected: str) -> None:
    assert verdict(text, "WSD805") == expected


def history(began: str, ended: str) -> str:
    """Puts a condition that is over into the next status."""
    return (
        '< add wscn:ScannerStatus <wscn:ConditionHistory><wscn:ConditionHistoryEntry Id="1">'
        f"<wscn:Time>{began}</wscn:Time><wscn:Name>CoverOpen</wscn:Name><wscn:Component>ADF</wscn:Component>"
        f"<wscn:Severity>Warning</wscn:Severity><wscn:ClearTime>{ended}</wscn:ClearTime></wscn:ConditionHistoryEntry>"
        f"</wscn:ConditionHistory>\n{STATUS}ok\n"
    )


NOON, ONE = "2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(history(NOON, ONE), "passed", id="in order"),
        pytest.param(history(NOON, NOON), "passed", id="at once"),
        pytest.param(history(ONE, NOON), "fired", id="ended before it began"),
        pytest.param(history(ONE, NOON[:-1]), "no subject", id="one without a time zone"),
        pytest.param(f"{STATUS}ScannerCurrentTime={ONE}\n{STATUS}ScannerCurrentTime={NOON}", "fired", id="set back"),
        pytest.param(f"{STATUS}ScannerCurrentTime={NOON}\n{STATUS}ScannerCurrentTime={NOON}", "passed", id="at rest"),
        pytest.param(
            f"Hello\nGet -> ok\n{STATUS}ScannerCurrentTime={ONE}\nHello\n{STATUS}ScannerCurrentTime={NOON}",
            "no subject",
            id="after a restart",
        ),
    ],
)
def test_clock_backwards(text: str, expected: str) -> None:
    assert verdict(text, "WSD807") == expected
