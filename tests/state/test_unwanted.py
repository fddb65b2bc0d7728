"""Notifications that nobody asked for: they wait until a hole in a Subscribe would be certain."""

from __future__ import annotations

import pytest

from tests.state.played import played
from wsdtrace.state.model import Standing
from wsdtrace.state.observations import EventUnwanted

SUBSCRIBED = "Subscribe ClientContext={} ClientDisplayName=n -> ok\n"
NOTIFIED = "ScanAvailableEvent ClientContext=b ScanIdentifier=s -> accepted\n"
HALF_SEEN = "tcp: new connection\ntcp: gap 100 in the request\n" + SUBSCRIBED.format("b")


@pytest.mark.parametrize(
    ("text", "standings"),
    [
        pytest.param(SUBSCRIBED.format("b") + NOTIFIED, [], id="asked for"),
        pytest.param(SUBSCRIBED.format("a") + NOTIFIED, [Standing.STRANGE], id="asked for by nobody"),
        pytest.param(SUBSCRIBED.format("a") + HALF_SEEN + NOTIFIED, [Standing.UNKNOWN], id="perhaps asked for"),
        pytest.param(
            SUBSCRIBED.format("a") + NOTIFIED + "wait 5s\n" + HALF_SEEN, [Standing.STRANGE], id="asked for later"
        ),
    ],
)
def test_it_is_settled_when_holes_before_it_are_known(text: str, standings: list[Standing]) -> None:
    assert [seen.event.standing for seen in played(text, EventUnwanted)] == standings
