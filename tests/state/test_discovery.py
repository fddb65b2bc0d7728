"""What discovery and metadata tell about devices."""

from __future__ import annotations

from wsdtrace import scenario


def test_hello_tells_endpoint_addresses_and_type() -> None:
    (device,) = scenario.check("Hello").devices
    assert device.endpoint is not None
    assert device.xaddrs
    assert "scanner" in device.roles
    assert device.metadata_version is not None


def test_matches_and_hello_of_one_endpoint_are_one_device() -> None:
    assert len(scenario.check("Hello\nProbe -> ProbeMatches\nResolve -> ResolveMatches").devices) == 1


def test_metadata_tells_model_and_services() -> None:
    (device,) = scenario.check("Hello\nGet -> ok").devices
    assert device.manufacturer
    assert device.model
    assert device.hosted


def test_a_computer_is_no_scanner() -> None:
    (device,) = scenario.check("Hello Types=wsdp:Device").devices
    assert "scanner" not in device.roles
