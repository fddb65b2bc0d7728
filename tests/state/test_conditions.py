"""Conditions and clocks of devices."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state import conditions
from wsdtrace.state.events import Event
from wsdtrace.state.observations import ClockSeen, ConditionCleared, ConditionSeen, Sameness

JAM = "ScannerStatusConditionEvent Name=MediaJam Component=ADF Time=2026-01-01T00:00:00Z -> accepted\n"
JAM_AGAIN = JAM.replace("00:00:00Z", "00:05:00Z")
COVER = "ScannerStatusConditionEvent Name=CoverOpen Component=ADF -> accepted\n"
CLEARED = "ScannerStatusConditionClearedEvent ConditionId=1 -> accepted\n"
STATUS = "GetScannerElements Name=wscn:ScannerStatus -> "
LISTED = (
    '< add wscn:ActiveConditions <wscn:DeviceCondition Id="1"><wscn:Time>2026-01-01T00:00:00Z</wscn:Time>'
    "<wscn:Name>MediaJam</wscn:Name><wscn:Component>ADF</wscn:Component><wscn:Severity>Warning</wscn:Severity>"
    f"</wscn:DeviceCondition>\n{STATUS}ok\n"
)


def said(text: str) -> list[Event]:
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    return seen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(JAM, [Sameness.NEW], id="new"),
        pytest.param(JAM + JAM, [Sameness.NEW, Sameness.SAME], id="told again"),
        pytest.param(JAM + LISTED, [Sameness.NEW, Sameness.SAME], id="told and listed"),
        pytest.param(JAM + JAM_AGAIN, [Sameness.NEW, Sameness.SAME], id="told with another time while it lasts"),
        pytest.param(JAM + COVER, [Sameness.NEW, Sameness.REUSED], id="another condition"),
        pytest.param(JAM + CLEARED + JAM_AGAIN, [Sameness.NEW, Sameness.REUSED], id="the same kind later"),
        pytest.param(JAM + CLEARED + LISTED, [Sameness.NEW, Sameness.LASTS], id="listed though it is over"),
        pytest.param(
            f"{JAM}{LISTED.rstrip()}\n  {CLEARED}", [Sameness.NEW, Sameness.SAME], id="over while the list was made"
        ),
        pytest.param(JAM + "device 2: " + COVER, [Sameness.NEW, Sameness.NEW], id="another device's number"),
        pytest.param(f"Hello\nGet -> ok\n{JAM}Bye\nHello\n{COVER}", [Sameness.NEW, Sameness.NEW], id="after a restart"),
        pytest.param(
            LISTED.replace(STATUS, LISTED.partition("\n")[0] + "\n" + STATUS),
            [Sameness.NEW, Sameness.TWICE],
            id="twice in one list",
        ),
        pytest.param(
            COVER.replace("Event Name", "Event DeviceCondition@Id=2 Name") + JAM, [Sameness.NEW] * 2, id="two"
        ),
    ],
)
def test_a_number_belongs_to_one_condition(text: str, expected: list[Sameness]) -> None:
    assert [e.sameness for e in said(text) if isinstance(e, ConditionSeen)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CLEARED, (False, False), id="nothing is known"),
        pytest.param(f"{STATUS}ok\n{CLEARED}", (False, True), id="a list without it is known"),
        pytest.param(JAM + CLEARED, (True, False), id="told before"),
        pytest.param(LISTED + CLEARED, (True, True), id="listed before"),
    ],
)
def test_the_end_of_a_condition_is_compared_with_its_beginning(text: str, expected: tuple[bool, bool]) -> None:
    (cleared,) = [e for e in said(text) if isinstance(e, ConditionCleared)]
    assert (cleared.is_known, cleared.listed) == expected


NOON, ONE = "2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{STATUS}ScannerCurrentTime={NOON}", [], id="once"),
        pytest.param(f"{STATUS}ScannerCurrentTime={NOON}\n{STATUS}ScannerCurrentTime={ONE}", [3600.0], id="forwards"),
        pytest.param(f"{STATUS}ScannerCurrentTime={ONE}\n{STATUS}ScannerCurrentTime={NOON}", [-3600.0], id="backwards"),
        pytest.param(
            f"{STATUS}ScannerCurrentTime={NOON}\n{STATUS}ScannerCurrentTime={ONE[:-1]}", [], id="without a time zone"
        ),
        pytest.param(
            f"{STATUS}ScannerCurrentTime={ONE}\n  tcp: new connection\n  {STATUS}ScannerCurrentTime={NOON}",
            [],
            id="answers that overlap",
        ),
    ],
)
def test_clocks_are_compared_where_that_can_be_done(text: str, expected: list[float]) -> None:
    assert [(e.now - e.before).total_seconds() for e in said(text) if isinstance(e, ClockSeen)] == expected


def test_conditions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "MAX_CONDITIONS", 2)
    text = "".join(JAM.replace("Event Name", f"Event DeviceCondition@Id={n} Name") for n in (1, 2, 3, 1))
    assert [e.sameness for e in said(text) if isinstance(e, ConditionSeen)] == [Sameness.NEW] * 4


def test_devices_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "MAX_DEVICES", 1)
    text = JAM + "device 2: " + JAM + JAM
    assert [e.sameness for e in said(text) if isinstance(e, ConditionSeen)] == [Sameness.NEW] * 3
