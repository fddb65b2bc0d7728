"""What is odd about a parsed envelope, beyond its well-formedness: the thorough look at a message that is not
ordinary.
"""

from __future__ import annotations

from itertools import islice

from lxml import etree

from wsdtrace.records import Anomaly, Span
from wsdtrace.soap.anomalies import SoapAnomaly
from wsdtrace.soap.fault import Fault
from wsdtrace.soap.namespaces import SOAP11, SOAP12, WSA, NamespaceKind, canonical, family, family_tag, split
from wsdtrace.soap.parts import ENVELOPE, Parts
from wsdtrace.soap.sites import Sites
from wsdtrace.soap.tree import MAX_BINDINGS, Bindings, attributes_of
from wsdtrace.soap.version import SoapVersion
from wsdtrace.soap.vocabulary import HEADER_BLOCKS, known_names, qname_places
from wsdtrace.soap.xml import MAX_NAMESPACE_ANOMALIES

MAX_LOOKED = 200_000
"""Elements looked at for aliases and QName values: 100 times the longest message seen."""
_ENCODING_STYLE = "encodingStyle"


def look(sites: Sites, parts: Parts, version: SoapVersion | None, fault: Fault | None) -> tuple[Anomaly, ...]:
    """What is odd about an envelope, beyond what parsing it showed."""
    root, body, child, header = parts
    if root is None:
        return ()
    document, places = sites.document, _Places(sites)
    found: list[Anomaly] = []
    if document.well_formed and document.reliable is None:  # else what is missing may have been lost
        if family_tag(str(root.tag)) != ENVELOPE:
            found.append(Anomaly(SoapAnomaly.NO_ENVELOPE, f"root element is {_written(root)}", places.tag(root)))
        elif body is None:
            found.append(Anomaly(SoapAnomaly.NO_BODY, "Envelope without Body", places.tag(root)))
    found += _namespaces(root, version, places)
    found += _unknown(header, child, places)
    found += unbound_names(root, places)
    for element in (root, header, body):
        for key, text in attributes_of(element).items() if element is not None else ():
            if split(key)[1] == _ENCODING_STYLE and element is not None:
                detail = f"{_ENCODING_STYLE} {text!r} on {split(str(element.tag))[1]}"
                found.append(Anomaly(SoapAnomaly.ENCODING_STYLE, detail, places.tag(element)))
    if fault is not None and child is not None:
        found += (Anomaly(problem.kind, problem.detail, places.problem(child, problem)) for problem in fault.problems)
    return tuple(found)


class _Places:
    """Spans of what is odd."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites

    def tag(self, element: etree._Element) -> Span | None:
        """The start tag of an element."""
        row = self._sites.row(element)
        return None if row is None else self._sites.span(*self._sites.positions.start_tag(row))

    def within(self, element: etree._Element, text: str, *, in_tag: bool = False) -> Span | None:
        """The first place of `text` in an element's content, or in its start tag."""
        row = self._sites.row(element)
        if row is None:
            return None
        positions = self._sites.positions
        start, end = positions.start_tag(row) if in_tag else positions.content(row)
        at = positions.text.find(text.encode(), start, end)
        return self._sites.span(at, at + len(text.encode())) if at >= 0 else self._sites.span(start, end)

    def problem(self, fault: etree._Element, problem: Anomaly) -> Span | None:
        """Where a problem of a fault is: the prefix that is not bound, or the Fault's start tag."""
        if problem.kind == SoapAnomaly.PREFIX_UNBOUND:
            for element in fault.iter(etree.Element):
                text = (element.text or "").strip()
                if text and f"{text!r} is not bound" in problem.detail:
                    return self.within(element, text.partition(":")[0])
        return self.tag(fault)


def _namespaces(root: etree._Element, version: SoapVersion | None, places: _Places) -> list[Anomaly]:
    """Aliases in use, and names of the other version of SOAP; each once."""
    found: list[Anomaly] = []
    told: set[str] = set()
    for element in islice(root.iter(etree.Element), MAX_LOOKED):
        for tag in (str(element.tag), *attributes_of(element)):
            uri = split(tag)[0]
            if not uri or uri in told:
                continue
            told.add(uri)
            known = canonical(uri)
            if len(found) >= MAX_NAMESPACE_ANOMALIES:
                return found
            if known.kind is NamespaceKind.ALIAS:
                title = getattr(family(uri), "title", "")
                detail = f"{title} namespace {uri!r} stands for {known.uri!r}"
                found.append(Anomaly(SoapAnomaly.NAMESPACE_ALIAS, detail, places.tag(element)))
            other = SOAP11 if version is SoapVersion.SOAP_12 else SOAP12
            if version is not None and known.uri == other:
                detail = f"{_written(element)} of {other!r} in an envelope of SOAP {version}"
                found.append(Anomaly(SoapAnomaly.SOAP_VERSIONS_MIXED, detail, places.tag(element)))
    return found


def _unknown(header: etree._Element | None, child: etree._Element | None, places: _Places) -> list[Anomaly]:
    """Header blocks and body elements with a name that is known, in a namespace that is not."""
    found: list[Anomaly] = []
    for block in header if header is not None else ():
        uri, local = split(str(block.tag))
        if local in HEADER_BLOCKS and uri and canonical(uri).kind is None:
            detail = f"{local} in unknown namespace {uri!r}, expected {WSA!r}"
            found.append(Anomaly(SoapAnomaly.NAMESPACE_UNKNOWN, detail, places.tag(block)))
    if child is not None:
        uri, local = split(str(child.tag))
        expected = known_names().get(local)
        if expected is not None and canonical(uri).kind is None and ":" not in local:
            detail = f"{local} in unknown namespace {uri!r}, expected {expected!r}"
            found.append(Anomaly(SoapAnomaly.NAMESPACE_UNKNOWN, detail, places.tag(child)))
    return found


def has_unbound_names(root: etree._Element) -> bool:
    """A QName value somewhere has a prefix without binding."""
    return bool(unbound_names(root, None))


def unbound_names(root: etree._Element, places: _Places | None) -> list[Anomaly]:
    """Prefixes without binding in values that are QNames; each prefix once, placed if `places` is given."""
    found: list[Anomaly] = []
    told: set[str] = set()
    valued = qname_places()
    bindings = Bindings()
    for element in islice(root.iter(etree.Element), MAX_LOOKED):
        tag = str(element.tag)
        attribute = valued.get(tag)
        if attribute is None:
            attribute = valued.get(family_tag(tag))
            if attribute is None:
                continue
        texts = [(element.text or "", False)]
        if attribute:
            texts = [(value, True) for key, value in attributes_of(element).items() if split(key)[1] == attribute]
        scope: dict[str | None, str] | None = None
        for text, in_tag in texts:
            for word in text.split():
                prefix, colon, _ = word.partition(":")
                if not colon or prefix in told or prefix == "xml":
                    continue
                scope = bindings.at(element) if scope is None else scope
                if prefix in scope:
                    continue
                if len(told) >= MAX_NAMESPACE_ANOMALIES:
                    return found
                if bindings.exhausted:
                    detail = (
                        f"more than {MAX_BINDINGS} namespace bindings in scope of QNames, the rest is not looked at"
                    )
                    return [*found, Anomaly(SoapAnomaly.TOO_LARGE, detail)]
                told.add(prefix)
                place = places.within(element, prefix, in_tag=in_tag) if places is not None else None
                found.append(Anomaly(SoapAnomaly.PREFIX_UNBOUND, f"prefix {prefix!r} of {word!r} is not bound", place))
    return found


def _written(element: etree._Element) -> str:
    local = split(str(element.tag))[1]
    return f"{element.prefix}:{local}" if element.prefix else local
