"""The rules of the life of a subscription: boundaries, and what they must not accuse."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import verdict

ONE_MINUTE = "Subscribe Expires=PT1M -> Expires=PT1M\n"


LATER = "GetScannerElements -> ok"


@pytest.mark.parametrize(
    ("text", "lapsed", "leaked"),
    [
        pytest.param(f"{ONE_MINUTE}wait 59s\nRenew -> ok", "no subject", "no subject", id="renewed in time"),
        pytest.param(
            f"{ONE_MINUTE}wait 61s\nRenew -> Fault wse:UnableToRenew", "fired", "passed", id="late, and refused"
        ),
        pytest.param(f"{ONE_MINUTE}wait 62s\nRenew -> ok", "no subject", "no subject", id="late, but granted: clocks"),
        pytest.param(f"{ONE_MINUTE}wait 70s\nRenew -> ok", "fired", "passed", id="late beyond clocks, though granted"),
        pytest.param(f"{ONE_MINUTE}wait 70s\nSubscribe -> ok", "fired", "passed", id="subscribed anew too late"),
        pytest.param(f"{ONE_MINUTE}wait 119s\n{LATER}", "no subject", "no subject", id="it may still come back"),
        pytest.param(f"{ONE_MINUTE}wait 121s\n{LATER}", "passed", "fired", id="it does not come back"),
        pytest.param(f"{ONE_MINUTE}wait 121s\nSubscribe -> ok", "passed", "fired", id="a restart"),
        pytest.param(f"{ONE_MINUTE}Unsubscribe -> ok\nwait 3min\n{LATER}", "no subject", "passed", id="ended in order"),
        pytest.param(
            f"{ONE_MINUTE}Unsubscribe -> nothing\nwait 3min\n{LATER}", "passed", "passed", id="ended without an answer"
        ),
        pytest.param("Subscribe -> ok\nScanAvailableEvent -> refused", "no subject", "fired", id="the sink is gone"),
    ],
)
def test_lapsed_and_leaked(text: str, lapsed: str, leaked: str) -> None:
    assert (verdict(text, "WSD504"), verdict(text, "WSD505")) == (lapsed, leaked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe -> ok\n" * 2, "passed", id="twice: a restart"),
        pytest.param("Subscribe -> ok\n" * 3, "fired", id="three times"),
        pytest.param("Subscribe -> ok\nUnsubscribe -> ok\n" * 4, "passed", id="each ended before the next"),
        pytest.param("Subscribe -> ok\nwait 20min\n" * 4, "fired", id="every 20 minutes"),
        pytest.param("Subscribe Expires=PT9H -> ok\nwait 61min\n" * 4, "passed", id="every hour"),
        pytest.param("Subscribe ClientContext=A -> ok\nSubscribe ClientContext=B -> ok\n" * 2, "passed", id="for two"),
        pytest.param("".join(f"client {c}: Subscribe -> ok\n" for c in "ABC"), "passed", id="three clients"),
    ],
)
def test_resubscribe_storm(text: str, expected: str) -> None:
    assert verdict(text, "WSD506") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe -> ok\n> drop wse:Identifier\nRenew -> Fault wse:UnableToRenew", "fired", id="refused"),
        pytest.param("Subscribe -> ok\n> drop wse:Identifier\nRenew -> ok", "passed", id="granted all the same"),
        pytest.param("Subscribe -> ok\nRenew -> Fault wse:UnableToRenew", "passed", id="refused in spite of it"),
    ],
)
def test_manager_refuses(text: str, expected: str) -> None:
    assert verdict(text, "WSD515") == expected
