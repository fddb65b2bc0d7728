"""What the device says of itself does not contradict itself."""

from wsdtrace.scenario.hosts import Faces, Host, HostKind
from wsdtrace.scenario.portrait import clock, configuration, default_scan_ticket, metadata, status, summary
from wsdtrace.wsd.values import ScannerState

DEVICE, FACES = Host(HostKind.DEVICE, 0), Faces("192.0.2.10", "192.0.2.100")


def test_the_default_ticket_asks_for_what_the_device_can_do() -> None:
    settings, ticket, platen = configuration().device_settings, default_scan_ticket(), configuration().platen
    parameters = ticket.document_parameters
    assert settings is not None
    assert platen is not None
    assert parameters is not None
    assert settings.formats_supported is not None
    assert parameters.format is not None
    assert parameters.format.value in settings.formats_supported.format_value
    assert settings.content_types_supported is not None
    assert parameters.content_type is not None
    assert parameters.content_type.value in settings.content_types_supported.content_type_value
    sides = parameters.media_sides
    assert sides is not None
    front = sides.media_front
    assert front is not None
    assert front.resolution is not None
    assert platen.platen_resolutions is not None
    assert platen.platen_resolutions.widths is not None
    assert front.resolution.width in platen.platen_resolutions.widths.width
    assert parameters.input_size is not None
    size, largest = parameters.input_size.input_media_size, platen.platen_maximum_size
    assert size is not None
    assert largest is not None
    assert (size.width or 0) <= (largest.width or 0)
    assert (size.height or 0) <= (largest.height or 0)


def test_a_busy_scanner_says_so() -> None:
    assert status(0, busy=True).scanner_state is ScannerState.PROCESSING
    assert summary(busy=False).scanner_state is ScannerState.IDLE


def test_the_clock_is_that_of_the_capture() -> None:
    assert clock(1_767_261_600 * 10**9).isoformat() == "2026-01-01T10:00:00+00:00"


def test_metadata_leads_to_the_scan_service() -> None:
    sections = metadata(DEVICE, FACES).metadata_section
    relationship = sections[2].relationship
    assert relationship is not None
    (hosted,) = relationship.hosted
    assert hosted.endpoint_reference[0].address == FACES.service_url
    assert relationship.host is not None
    assert relationship.host.endpoint_reference is not None
    assert relationship.host.endpoint_reference.address == DEVICE.endpoint
    assert (hosted.compatible_id or "").endswith("ScannerServiceType")
