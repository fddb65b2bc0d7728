"""As whom a device may be addressed: by what it announces, and by its own metadata."""

import pytest

from tests.state.played import played
from wsdtrace.state.outcomes import DeviceAsked

NAME = "urn:uuid:00000064-0000-1000-8000-000000000001"


@pytest.mark.parametrize(
    ("text", "endpoints"),
    [
        pytest.param("Hello\nGet -> ok", (NAME,), id="announced, and told again in the answer"),
        pytest.param("Get -> ok", (NAME,), id="told in the answer alone"),
        pytest.param("Get -> Fault wsa:DestinationUnreachable", (), id="never told"),
        pytest.param("Probe -> ProbeMatches\nGet -> Fault wsa:DestinationUnreachable", (NAME,), id="found"),
        pytest.param("device 2: Hello\nGet -> Fault wsa:DestinationUnreachable", (), id="another device's"),
    ],
)
def test_endpoint_addresses_of_the_socket_that_is_asked(text: str, endpoints: tuple[str, ...]) -> None:
    assert [event.endpoints for event in played(text, DeviceAsked)] == [endpoints]


def test_a_forwarded_get_is_one() -> None:
    assert len(played("through P: Get -> ok", DeviceAsked)) == 1


def test_other_operations_are_none() -> None:
    assert played("GetScannerElements -> ok", DeviceAsked) == []
