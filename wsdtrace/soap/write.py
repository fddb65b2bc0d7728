"""Headers and body → the bytes of an envelope, and a fault → its element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from lxml import etree

from wsdtrace.soap.addressing import MessageHeaders, write_headers
from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.fault import Fault, FaultName
from wsdtrace.soap.namespaces import SOAP11, SOAP12, XML, canonical, family_tag, split
from wsdtrace.soap.parts import BODY, ENVELOPE, HEADER
from wsdtrace.soap.schema.declare import Element, shape
from wsdtrace.soap.schema.encode import PREFIXES, Encoding, write_into
from wsdtrace.soap.tree import attributes_of, local_of, tag_of
from wsdtrace.soap.version import SoapVersion
from wsdtrace.soap.vocabulary import known_names

FRAME = frozenset({ENVELOPE, HEADER, BODY})
Body = Element | Fault | etree._Element | None
NAMESPACES = {SoapVersion.SOAP_12: SOAP12, SoapVersion.SOAP_11: SOAP11}


def write_envelope(
    headers: MessageHeaders,
    body: Body,
    *,
    version: SoapVersion = SoapVersion.SOAP_12,
    prefixes: Mapping[str | None, str] | None = None,
    namespaces: Mapping[str, str] | None = None,
    attributes: Mapping[str, Mapping[str, str]] | None = None,
    body_tag: str | None = None,
) -> bytes:
    """Write a message, in UTF-8 with an XML declaration.

    Args:
        headers: its headers.
        body: what stands in the Body: a typed value, a fault, an element that is left as XML; None for an empty one.
        version: of SOAP.
        prefixes: bindings of the Envelope; those that specifications print when None.
        namespaces: canonical namespace → version or alias to use in its place.
        attributes: of `Envelope`, `Header` and `Body`, by these names.
        body_tag: name of the element of a typed body, where it is not the declared one.
    """
    encoding = Encoding(PREFIXES if prefixes is None else prefixes, namespaces or {})
    soap = NAMESPACES[version]
    root = etree.Element(encoding.tag(f"{{{soap}}}Envelope"), nsmap=cast("dict[str, str]", dict(encoding.prefixes)))
    header = etree.SubElement(root, encoding.tag(f"{{{soap}}}Header"))
    write_headers(header, headers, encoding)
    content = etree.SubElement(root, encoding.tag(f"{{{soap}}}Body"))
    for local, element in (("Envelope", root), ("Header", header), ("Body", content)):
        for key, text in (attributes or {}).get(local, {}).items():
            element.set(key, text)
    if isinstance(body, Fault):
        _write_fault(content, body, encoding.tag(f"{{{soap}}}Fault"), version)
    elif isinstance(body, Element):
        type_ = shape(type(body))
        write_into(etree.SubElement(content, body_tag or encoding.tag(type_.tag)), type_, body, encoding)
    else:
        _copy(body, content)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def rewrite(envelope: Envelope, headers: MessageHeaders, body: Body) -> bytes:
    """Write headers and body with the prefixes, versions, attributes and misspelt body name that a message had."""
    root = envelope.root
    if root is None:
        return write_envelope(headers, body)
    namespaces: dict[str, str] = {}
    attributes: dict[str, dict[str, str]] = {}
    for element in root.iter(etree.Element):
        if family_tag(tag_of(element)) in FRAME and element.keys():
            attributes[local_of(element)] = attributes_of(element)
        for name in (tag_of(element), *attributes_of(element)):
            uri = split(name)[0]
            meant = canonical(uri)
            if meant.family is not None and meant.family != uri:
                namespaces[meant.family] = uri
    prefixes = cast("Mapping[str | None, str]", root.nsmap)
    version = envelope.version or SoapVersion.SOAP_12
    child = envelope.body_child
    misspelt = child is not None and isinstance(body, Element) and known_names().get(local_of(child)) is None
    return write_envelope(
        headers,
        body,
        version=version,
        prefixes=prefixes,
        namespaces=namespaces,
        attributes=attributes,
        body_tag=tag_of(child) if child is not None and misspelt else None,
    )


def _write_fault(parent: etree._Element, fault: Fault, tag: str, version: SoapVersion) -> None:
    """Write a Fault as its version has it: SOAP 1.2 part 1 §5.4, SOAP 1.1 §4.4."""
    element = etree.SubElement(parent, tag)
    if version is SoapVersion.SOAP_11:
        _text(element, "faultcode", fault.code.raw if fault.code else "")
        _text(element, "faultstring", fault.reason or "", fault.reasons[0][0] if fault.reasons else None)
        if fault.role is not None:
            _text(element, "faultactor", fault.role)
        _copy(fault.detail, element)
        return
    namespace = tag.rpartition("}")[0] + "}"
    if fault.code is not None:
        code = etree.SubElement(element, f"{namespace}Code")
        _text(code, f"{namespace}Value", _written(fault.code, code))
        for name in fault.subcodes:
            code = etree.SubElement(code, f"{namespace}Subcode")
            _text(code, f"{namespace}Value", _written(name, code))
    if fault.reasons:
        reason = etree.SubElement(element, f"{namespace}Reason")
        for language, text in fault.reasons:
            _text(reason, f"{namespace}Text", text, language)
    for local, content in (("Node", fault.node), ("Role", fault.role)):
        if content is not None:
            _text(element, f"{namespace}{local}", content)
    _copy(fault.detail, element)


def _written(name: FaultName, element: etree._Element) -> str:
    """The text of a name under the bindings at `element`: as it came where it still means the same."""
    prefix = name.prefix
    if name.namespace is None or element.nsmap.get(prefix) == name.namespace:
        return name.raw
    bound = next((p for p, uri in element.nsmap.items() if uri == name.namespace and p), None)
    return f"{bound}:{name.local}" if bound else name.raw


def _text(parent: etree._Element, tag: str, text: str, language: str | None = None) -> None:
    element = etree.SubElement(parent, tag)
    element.text = text
    if language is not None:
        element.set(f"{{{XML}}}lang", language)


def _copy(element: etree._Element | None, parent: etree._Element) -> None:
    if element is not None:
        parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
