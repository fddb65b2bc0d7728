"""XAddrs whose endpoint changes."""

from __future__ import annotations

import pytest

from tests.state.talk import Said, at, heard
from wsdtrace.state import renamings
from wsdtrace.state.observations import EndpointRenamed

HELLO = Said("Hello", endpoint="urn:uuid:a")


def renamed(*conversation: Said) -> list[tuple[str, str]]:
    found = [e for e in heard(conversation) if isinstance(e, EndpointRenamed)]
    return [(e.before, e.now) for e in found]


B = "urn:uuid:b"


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        pytest.param([HELLO, at(HELLO, 9)], [], id="the same"),
        pytest.param([HELLO, at(HELLO, 9, endpoint=B)], [("urn:uuid:a", B)], id="another"),
        pytest.param([HELLO, at(HELLO, 9, endpoint=B), at(HELLO, 18)], [], id="by turns: two services"),
        pytest.param([HELLO, at(HELLO, 9, endpoint=B, xaddrs="http://10.0.0.2:5357/y")], [], id="another XAddr"),
        pytest.param([HELLO, at(HELLO, 9, endpoint=B, action="Bye")], [], id="Bye announces nothing"),
        pytest.param(
            [HELLO, at(HELLO, 9, endpoint=B), at(HELLO, 18, endpoint="urn:uuid:c")], [(B, "urn:uuid:c")], id="the last"
        ),
    ],
)
def test_an_xaddr_keeps_its_endpoint(conversation: list[Said], expected: list[tuple[str, str]]) -> None:
    assert renamed(*conversation) == expected


def test_xaddrs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renamings, "MAX_XADDRS", 1)
    other = at(HELLO, 1, endpoint=B, xaddrs="http://10.0.0.2:5357/y")
    assert renamed(HELLO, other, at(HELLO, 9, endpoint="urn:uuid:c")) == []
