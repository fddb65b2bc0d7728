"""What a device says of itself: WS-MetadataExchange, DPWS 2006/02 and 1.1 metadata, PnP-X ids."""

from wsdtrace.soap.addressing import EndpointReference
from wsdtrace.soap.namespaces import DEVICE_FOUNDATION, DPWS, METADATA, PNPX, PUBLICATION, WSA
from wsdtrace.soap.schema import Element, Text, attribute, declare, many, one, opt, some
from wsdtrace.wsd.values import Address, NameList

_PNPX = "PnP-X specification §2"


@declare(DPWS, source="DPWS 2006/02 §5.1")
class ThisModel(Element):
    """The model that a device is one of."""

    manufacturer: tuple[Text, ...] = some("who makes it; one for each language")
    manufacturer_url: Address | None = opt("web site of the manufacturer", name="ManufacturerUrl")
    model_name: tuple[Text, ...] = some("name of the model; one for each language")
    model_number: str | None = opt("number of the model")
    model_url: Address | None = opt("web page of the model", name="ModelUrl")
    presentation_url: Address | None = opt("web page of the device", name="PresentationUrl")
    device_category: str | None = opt("what Windows files it under", namespace=PNPX, source=_PNPX)
    x_device_category: str | None = opt(
        "what Windows 7 files it under",
        name="X_DeviceCategory",
        namespace=DEVICE_FOUNDATION,
        source="Device Foundation",
    )


@declare(DPWS, source="DPWS 2006/02 §5.1")
class ThisDevice(Element):
    """One device."""

    friendly_name: tuple[Text, ...] = some("what the owner calls it; one for each language")
    firmware_version: str | None = opt("version of its firmware")
    serial_number: str | None = opt("number of this device")


@declare(DPWS, source="DPWS 2006/02 §5.2")
class Host(Element):
    """The device itself, as a service."""

    endpoint_reference: EndpointReference | None = one("its endpoint", namespace=WSA)
    types: NameList | None = opt("what it is")
    service_id: Address | None = opt("its name within the device (not for the host in 1.1)")
    hardware_id: str | None = opt("ids by which Windows looks for a driver", namespace=PNPX, source=_PNPX)
    compatible_id: str | None = opt("ids of what it is compatible with", namespace=PNPX, source=_PNPX)
    computer: str | None = opt(
        "name and workgroup of a computer", namespace=PUBLICATION, redact=True, source="seen: Windows, wsdd"
    )


@declare(DPWS, source="DPWS 2006/02 §5.2")
class Hosted(Element):
    """A service of the device."""

    endpoint_reference: tuple[EndpointReference, ...] = some("where it can be reached", namespace=WSA)
    types: NameList | None = one("what it is; wscn:ScannerServiceType for a scanner")
    service_id: Address | None = one("its name within the device")
    hardware_id: str | None = opt("ids by which Windows looks for a driver", namespace=PNPX, source=_PNPX)
    compatible_id: str | None = opt("ids of what it is compatible with", namespace=PNPX, source=_PNPX)
    service_address: str | None = opt(
        "in no schema; Canon and Brother send it", namespace=PNPX, tolerated=True, source="seen in the field"
    )


@declare(DPWS, source="DPWS 2006/02 §5.2")
class Relationship(Element):
    """A device and its services."""

    type: Address | None = attribute("which kind; `host` is the one that is defined", required=True)
    host: Host | None = opt("the device itself")
    hosted: tuple[Hosted, ...] = many("a service of it")


@declare(METADATA, source="WS-MetadataExchange 2004/09 §3")
class MetadataSection(Element):
    """One kind of metadata."""

    dialect: Address | None = attribute("which kind", required=True)
    identifier: Address | None = attribute("of what")
    this_model: ThisModel | None = opt("the model", namespace=DPWS)
    this_device: ThisDevice | None = opt("the device", namespace=DPWS)
    relationship: Relationship | None = opt("its services", namespace=DPWS)
    location: Address | None = opt("where the metadata is")
    metadata_reference: EndpointReference | None = opt("whom to ask for it")


@declare(METADATA, source="WS-MetadataExchange 2004/09 §3")
class Metadata(Element):
    """What a device says of itself, in answer to Get."""

    metadata_section: tuple[MetadataSection, ...] = many("one kind of metadata")


@declare(METADATA, source="WS-MetadataExchange 2004/09 §4")
class GetMetadata(Element):
    """Asks for metadata."""

    dialect: Address | None = opt("which kind")
    identifier: Address | None = opt("of what")
