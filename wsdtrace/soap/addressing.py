"""Header blocks → message information headers and endpoint references (WS-Addressing 2004/08 §2 and §3, and 2005/08).

A header block that is not of WS-Addressing or WS-Discovery is kept as it is: a reference parameter of the receiver's
endpoint reference (`wse:Identifier`, WS-Addressing §2.3), or something that a vendor added. The order of header
blocks has no meaning.
"""

from typing import Annotated, Any, NamedTuple

from lxml import etree

from wsdtrace.soap.namespaces import DISCOVERY, WSA, canonical, family_tag, split
from wsdtrace.soap.schema.declare import Element, Extension, attribute, bag, declare, one, opt, shape
from wsdtrace.soap.schema.decode import reader
from wsdtrace.soap.schema.decoding import Decoding
from wsdtrace.soap.schema.encode import Encoding, write_into
from wsdtrace.soap.schema.lexical import Int, Uri

Address = Annotated[str, Uri()]
Unsigned = Annotated[int, Int(0, 2**32 - 1)]


@declare(WSA, source="WS-Addressing 2004/08 §2.2")
class EndpointReference(Element):
    """Where messages go: an address, and what must be echoed to it."""

    address: Address | None = one("where; for a device a urn:uuid that stays the same when it moves")
    reference_properties: tuple[Extension, ...] = bag("what names the resource behind the address (2004/08 only)")
    reference_parameters: tuple[Extension, ...] = bag("header blocks that each message to it must carry")
    metadata: tuple[Extension, ...] = bag("what describes the service (2005/08 only)")
    port_type: str | None = opt("WSDL port type (2004/08 only)")
    service_name: str | None = opt("WSDL service (2004/08 only)")


@declare(DISCOVERY, source="WS-Discovery 2005/04 appendix I")
class AppSequence(Element):
    """A place in the order of a target service's messages."""

    instance_id: Unsigned | None = attribute("grows when the service restarts", required=True)
    sequence_id: Address | None = attribute("a sequence of its own within an instance")
    message_number: Unsigned | None = attribute("grows by one with each message; repeats keep it", required=True)


class MessageHeaders(NamedTuple):
    """The message information headers of one envelope; None for what is absent. Texts without surrounding white
    space.
    """

    namespace: str | None = None
    """WS-Addressing namespace of the blocks, an alias replaced by what it stands for; None: none is there."""
    to: str | None = None
    action: str | None = None
    message_id: str | None = None
    relates_to: str | None = None
    """The first RelatesTo."""
    relationship_type: str | None = None
    reply_to: EndpointReference | None = None
    from_: EndpointReference | None = None
    fault_to: EndpointReference | None = None
    app_sequence: AppSequence | None = None
    reference_parameters: tuple[etree._Element, ...] = ()
    """All other header blocks, in order."""


NO_HEADERS = MessageHeaders()

_TEXTS = {"To": "to", "Action": "action", "MessageID": "message_id", "RelatesTo": "relates_to"}
_REFERENCES = {"ReplyTo": "reply_to", "From": "from_", "FaultTo": "fault_to"}
_SLOTS: dict[str, str] = {
    **{f"{{{WSA}}}{local}": slot for local, slot in (_TEXTS | _REFERENCES).items()},
    f"{{{DISCOVERY}}}AppSequence": "app_sequence",
}
_TEXT_SLOTS = frozenset(_TEXTS.values())
TEXT_HEADERS: dict[str, int] = {
    f"{{{WSA}}}{local}": MessageHeaders._fields.index(slot) for local, slot in _TEXTS.items()
}
"""Headers that are texts, by name: their place in `MessageHeaders`."""


def read_headers(header: etree._Element | None) -> MessageHeaders:
    """Read the children of a Header element. The first block of a name counts; a second one is among the others."""
    if header is None:
        return NO_HEADERS
    found: dict[str, Any] = {}
    others: list[etree._Element] = []
    for block in header:
        tag = block.tag
        slot = _SLOTS.get(tag)
        if slot is None and isinstance(tag, str):
            slot = _SLOTS.get(family_tag(tag))
        if slot is None or slot in found:
            others.append(block)
        elif slot in _TEXT_SLOTS:
            found[slot] = (block.text or "").strip()
            if slot == "action":
                found["namespace"] = _namespace(tag)
            elif slot == "relates_to":
                kind = block.get("RelationshipType")
                found["relationship_type"] = kind.strip() if kind is not None else None
        elif slot == "app_sequence":
            found[slot] = reader(shape(AppSequence))(block, Decoding("Header"))
        else:
            found[slot] = reader(shape(EndpointReference))(block, Decoding("Header"))
    if found and "namespace" not in found:
        first = next((b for b in header if isinstance(b.tag, str) and _SLOTS.get(family_tag(b.tag)) in found), None)
        found["namespace"] = _namespace(first.tag) if first is not None else None
    if others:
        found["reference_parameters"] = tuple(others)
    return MessageHeaders(**found)


def _namespace(tag: str) -> str:
    uri = split(tag)[0]
    return canonical(uri).uri if uri else WSA


def write_headers(header: etree._Element, headers: MessageHeaders, encoding: Encoding) -> None:
    """Write header blocks into a Header element, in the order of the table; reference parameters last."""
    for local, slot in _TEXTS.items():
        text = getattr(headers, slot)
        if text is not None:
            block = etree.SubElement(header, encoding.tag(f"{{{WSA}}}{local}"))
            block.text = text
            if slot == "relates_to" and headers.relationship_type is not None:
                block.set("RelationshipType", headers.relationship_type)
    for local, slot in _REFERENCES.items():
        reference = getattr(headers, slot)
        if reference is not None:
            block = etree.SubElement(header, encoding.tag(f"{{{WSA}}}{local}"))
            write_into(block, shape(EndpointReference), reference, encoding)
    if headers.app_sequence is not None:
        block = etree.SubElement(header, encoding.tag(f"{{{DISCOVERY}}}AppSequence"))
        write_into(block, shape(AppSequence), headers.app_sequence, encoding)
    for other in headers.reference_parameters:
        header.append(etree.fromstring(etree.tostring(other, with_tail=False)))
