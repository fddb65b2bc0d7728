"""What a device says of itself, read by XPath."""

from typing import Any

import pytest

from wsdtrace.scanner.profile import Addresses, Profile, configuration, description, metadata, state_of
from wsdtrace.soap.schema import Element, decode_element, encode_element, shape

NS = {
    "w": "http://schemas.microsoft.com/windows/2006/08/wdp/scan",
    "d": "http://schemas.xmlsoap.org/ws/2006/02/devprof",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
}
AT = Addresses("http://127.0.0.1:5357", "urn:uuid:11111111-2222-3333-4444-555555555555")


def xpath(value: Element, expression: str) -> Any:
    return encode_element(value).xpath(expression, namespaces=NS)


@pytest.mark.parametrize(
    "value",
    [
        description(Profile()),
        configuration(Profile()),
        configuration(Profile(platen=None, duplex=False)),
        configuration(Profile(adf=None, film=(2000, 2000))),
        metadata(Profile(), AT),
    ],
    ids=["description", "configuration", "feeder alone", "film", "metadata"],
)
def test_what_it_says_is_valid(value: Element) -> None:
    assert decode_element(shape(type(value)), encode_element(value)) == (value, [])


def test_it_announces_the_sources_that_it_has() -> None:
    assert xpath(configuration(Profile(duplex=False)), "string(.//w:ADFSupportsDuplex)") == "false"
    assert not xpath(configuration(Profile(duplex=False)), ".//w:ADFBack")
    assert xpath(configuration(Profile()), "count(.//w:ADFBack)") == 1
    assert not xpath(configuration(Profile(platen=None)), ".//w:Platen")
    assert Profile(platen=None, duplex=False).sources == ("ADF",)
    assert Profile(film=(1000, 1000)).sources == ("Platen", "ADF", "ADFDuplex", "Film")


def test_its_metadata_names_its_service_and_itself() -> None:
    told = metadata(Profile(), AT)
    hosted = xpath(told, "string(.//d:Hosted/a:EndpointReference/a:Address)")
    assert hosted == AT.service == "http://127.0.0.1:5357/scan"
    assert xpath(told, "string(.//d:Host/a:EndpointReference/a:Address)") == AT.endpoint
    assert AT.device.endswith("/11111111-2222-3333-4444-555555555555")


@pytest.mark.parametrize(
    ("busy", "stopped_by", "state", "reason"),
    [
        pytest.param(False, None, "Idle", "None", id="idle"),
        pytest.param(True, None, "Processing", "None", id="busy"),
        pytest.param(True, "CoverOpen", "Stopped", "CoverOpen", id="stopped"),
        pytest.param(False, "InputTrayEmpty", "Stopped", "AttentionRequired", id="a condition that is no reason"),
    ],
)
def test_its_state_has_a_reason_that_goes_with_it(busy: bool, stopped_by: str | None, state: str, reason: str) -> None:
    found, reasons = state_of(busy=busy, stopped_by=stopped_by)
    assert (found, reasons.scanner_state_reason) == (state, (reason,))
