"""MessageIDs that come again: repeats, copies, and reuse."""

import pytest

from tests.state.played import played
from tests.state.talk import Said, at, heard
from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.records import Endpoint
from wsdtrace.state.events import Event, MessageSeen
from wsdtrace.state.messageids import MAX_MESSAGE_IDS, MessageIdBook
from wsdtrace.state.outcomes import MessageIdReused

ID = "MessageID=urn:uuid:1"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(f"GetScannerElements {ID} -> ok\nGetActiveJobs {ID} -> ok", 1, id="another message"),
        pytest.param(f"GetScannerElements {ID} -> ok\nGetScannerElements {ID} -> ok", 0, id="an equal message"),
        pytest.param(
            f"GetScannerElements {ID} -> ok\nclient B: GetActiveJobs {ID} -> ok", 0, id="another sender has its own"
        ),
        pytest.param(
            "GetScannerElements -> MessageID=urn:uuid:9\nGetActiveJobs -> MessageID=urn:uuid:9", 1, id="answers"
        ),
        pytest.param(f"GetScannerElements {ID} -> {ID}", 1, id="an answer with the MessageID of its request"),
        pytest.param(f"through P: GetScannerElements {ID} -> ok", 0, id="what a proxy passes on"),
        pytest.param("GetScannerElements -> ok\nGetActiveJobs -> ok", 0, id="each its own"),
        pytest.param(
            f"tcp: gap 20 in the request\nGetScannerElements {ID} -> ok\nGetScannerElements {ID} -> ok",
            0,
            id="half a message is compared with none",
        ),
    ],
)
def test_reuse_over_http(text: str, count: int) -> None:
    assert len(played(text, MessageIdReused)) == count


HELLO = Said("Hello", message_id="urn:uuid:h")


@pytest.mark.parametrize(
    ("conversation", "count"),
    [
        pytest.param([HELLO, at(HELLO, 0.1)], 0, id="a repeat"),
        pytest.param([HELLO, at(HELLO, 0.1, xaddrs="http://10.0.0.77:80/other")], 1, id="other words"),
        pytest.param(
            [HELLO, at(HELLO, 0.1, sender="fe80::1", to=Endpoint("ff02::c", 3702), xaddrs="http://[fe80::1]:5357/x")],
            0,
            id="the same on another address, with its own XAddrs",
        ),
    ],
)
def test_reuse_over_udp(conversation: list[Said], count: int) -> None:
    assert len([event for event in heard(conversation) if isinstance(event, MessageIdReused)]) == count


def test_the_memory_is_bounded() -> None:
    assert MAX_MESSAGE_IDS == 100_000
    (ear,) = MessageIdBook(limit=2).ears()
    reused: list[Event] = []

    def hear(event: Event) -> None:
        if isinstance(event, MessageSeen):
            reused.extend(ear.hear(event))

    asked = [f"GetScannerElements MessageID=urn:uuid:{number} -> ok" for number in (1, 2, 3)]
    scenario.check("\n".join([*asked, "GetActiveJobs MessageID=urn:uuid:1 -> ok"]), Options(on_event=hear))
    assert reused == []
