"""Whether a notification was asked for: the table of its sink, its marks and the ends of subscriptions."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.records import Endpoint
from wsdtrace.state.model import Standing
from wsdtrace.state.standing import Sink, sink_of

SOCKET = Endpoint("10.0.0.9", 5358)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://10.0.0.9:5358/events", (SOCKET, "/events"), id="as it stands"),
        pytest.param("http://10.0.0.9:5358/events/", (SOCKET, "/events"), id="a slash at its end means nothing"),
        pytest.param("http://10.0.0.9/", (Endpoint("10.0.0.9", 80), ""), id="without port and path"),
        pytest.param("http://client/events", None, id="a name is nowhere in a capture"),
        pytest.param("urn:uuid:1", None, id="no place at all"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_the_sink_of_a_url(url: str | None, expected: Sink | None) -> None:
    assert sink_of(url) == expected


SUBSCRIBED = "Subscribe -> ok\n"
UNMARKED = "> drop wsa:ReferenceParameters\nSubscribe -> ok\n"
PRESS = "ScanAvailableEvent ClientContext=Scan -> accepted\n"
NO_MARK = "> drop wse:Identifier\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{SUBSCRIBED}{PRESS}", Standing.ASKED_FOR, id="live"),
        pytest.param(f"{SUBSCRIBED}{NO_MARK}{PRESS}", Standing.ASKED_FOR, id="without its mark, but nothing else fits"),
        pytest.param(f"{SUBSCRIBED}Unsubscribe -> ok\n{PRESS}", Standing.ENDED, id="ended"),
        pytest.param(f"{SUBSCRIBED}Unsubscribe -> ok\n{NO_MARK}{PRESS}", Standing.UNKNOWN, id="ended, and not marked"),
        pytest.param(f"{UNMARKED}Unsubscribe -> ok\n{PRESS}", Standing.ENDED, id="ended, the sink knows no marks"),
        pytest.param(f"{PRESS}{UNMARKED}Unsubscribe -> ok\n{PRESS}", Standing.UNKNOWN, id="ended, but used before"),
        pytest.param(f"{SUBSCRIBED}{PRESS.replace('=Scan', '=Fax')}", Standing.STRANGE, id="a strange destination"),
        pytest.param(f"{SUBSCRIBED}JobStatusEvent -> accepted\n", Standing.UNWANTED, id="not in the filter"),
        pytest.param(
            f"> replace /sink< /other<\n{SUBSCRIBED}{PRESS}", Standing.UNKNOWN, id="another path of the socket"
        ),
        pytest.param(
            f"Subscribe events=JobStatusEvent -> ok\n{SUBSCRIBED}{PRESS}", Standing.ASKED_FOR, id="one of two wants it"
        ),
        pytest.param(
            f"{SUBSCRIBED}Subscribe events=JobStatusEvent -> ok\nUnsubscribe -> ok\nJobStatusEvent -> accepted\n",
            Standing.ENDED,
            id="the one that wanted it has ended",
        ),
    ],
)
def test_a_notification_stands_as_its_sink_says(text: str, expected: Standing) -> None:
    assert scenario.check(text).events[-1].standing is expected
