"""A Fault element → code, subcodes, reason and detail, with whatever is wrong with its shape.

SOAP 1.2 part 1 §5.4 and SOAP 1.1 §4.4. Devices in the field mix the two, leave out the Envelope, or put a name where
its parent belongs; what can be read is read, and each oddity is a problem. A Code that has a prefix without binding
keeps its text.
"""

from __future__ import annotations

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Anomaly
from wsdtrace.soap.anomalies import SoapAnomaly
from wsdtrace.soap.namespaces import CONVENTIONAL, SOAP11, SOAP12, XML, canonical, split
from wsdtrace.soap.tree import elements_of, local_of
from wsdtrace.soap.version import SoapVersion

MAX_SUBCODES = 8
"""Nested subcodes that are read; the standard sets no bound, nobody was seen to use two."""
MAX_TEXTS = 32
"""Reason texts that are read: one for each language of a device."""

CODES_12 = frozenset({"VersionMismatch", "MustUnderstand", "DataEncodingUnknown", "Sender", "Receiver"})
CODES_11 = frozenset({"VersionMismatch", "MustUnderstand", "Client", "Server"})
_FROM_11 = {"Client": "Sender", "Server": "Receiver"}


@dataclass(frozen=True, slots=True)
class FaultName:
    """The text of a Value element, and the name that it means."""

    raw: str
    """As written, without surrounding white space."""
    namespace: str | None
    """Of the bound prefix, an alias replaced by what it stands for; None: the prefix has no binding, or there is
    none.
    """
    local: str | None
    """Behind the prefix; None for an empty text."""
    prefix: str | None = None

    @property
    def bound(self) -> bool:
        """It has a prefix, or a default namespace, and a binding for it."""
        return self.namespace is not None


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, of either version of SOAP."""

    version: SoapVersion | None
    code: FaultName | None
    subcodes: tuple[FaultName, ...] = ()
    """Outermost first."""
    reasons: tuple[tuple[str | None, str], ...] = ()
    """(language, text) in order."""
    detail: etree._Element | None = None
    node: str | None = None
    role: str | None = None
    problems: tuple[Anomaly, ...] = ()

    @property
    def subcode(self) -> FaultName | None:
        """The outermost subcode: the one that WS-Scan, WS-Eventing and WS-Addressing define."""
        return self.subcodes[0] if self.subcodes else None

    @property
    def reason(self) -> str | None:
        """The first reason text."""
        return self.reasons[0][1] if self.reasons else None

    @property
    def is_sender(self) -> bool | None:
        """The sender of the request is to blame (`Sender`, `Client`); None when the code says neither."""
        local = _FROM_11.get(self.code.local or "", self.code.local) if self.code is not None else None
        return {"Sender": True, "Receiver": False}.get(local or "")

    @property
    def detail_text(self) -> str | None:
        """All text of the detail, white space collapsed; None when there is none."""
        if self.detail is None:
            return None
        return " ".join("".join(map(str, self.detail.itertext())).split()) or None


def is_fault(element: etree._Element) -> bool:
    """A Fault element in any SOAP namespace, or in none."""
    uri, local = split(str(element.tag))
    if not uri and ":" in local:
        prefix, _, local = local.partition(":")
        uri = CONVENTIONAL.get(prefix, "")
    return local == "Fault" and (not uri or canonical(uri).family == SOAP12)


def read_fault(element: etree._Element, version: SoapVersion | None) -> Fault:
    """Read a Fault element.

    Args:
        element: the Fault.
        version: the version of the envelope around it; None when there is no envelope.
    """
    uri = canonical(split(str(element.tag))[0]).uri
    own = {SOAP12: SoapVersion.SOAP_12, SOAP11: SoapVersion.SOAP_11}.get(uri, version)
    reading = _Reading(own)
    children = {local_of(child): child for child in reversed(list(elements_of(element)))}
    if {"faultcode", "faultstring"} & children.keys():
        if own is SoapVersion.SOAP_12:
            reading.problem(SoapAnomaly.FAULT_FOREIGN, "faultcode and faultstring of SOAP 1.1 in a Fault of SOAP 1.2")
        return reading.soap11(children)
    if own is SoapVersion.SOAP_11 and "Code" in children:
        reading.problem(SoapAnomaly.FAULT_FOREIGN, "Code and Reason of SOAP 1.2 in a Fault of SOAP 1.1")
    return reading.soap12(element, children)


class _Reading:
    """One fault being read; collects its problems."""

    def __init__(self, version: SoapVersion | None) -> None:
        self.version = version
        self.problems: list[Anomaly] = []

    def problem(self, kind: SoapAnomaly, detail: str) -> None:
        self.problems.append(Anomaly(kind, detail))

    def name(self, element: etree._Element) -> FaultName:
        name = fault_name(element)
        if name.prefix is not None and name.namespace is None:
            self.problem(SoapAnomaly.PREFIX_UNBOUND, f"prefix {name.prefix!r} of {name.raw!r} is not bound")
        return name

    def soap11(self, children: dict[str, etree._Element]) -> Fault:
        code = children.get("faultcode")
        text = children.get("faultstring")
        actor = children.get("faultactor")
        if code is None:
            self.problem(SoapAnomaly.FAULT_SHAPE, "no faultcode")
        reasons = ((text.get(f"{{{XML}}}lang"), (text.text or "").strip()),) if text is not None else ()
        name = self.name(code) if code is not None else None
        # SOAP 1.1 §4.4.1: what follows a dot refines the code; some stacks put the code of the layer above there.
        return Fault(
            self.version,
            name,
            (),
            reasons,
            children.get("detail"),
            None,
            (actor.text or "").strip() if actor is not None else None,
            tuple(self.problems),
        )

    def soap12(self, element: etree._Element, children: dict[str, etree._Element]) -> Fault:
        code, subcodes = self._codes(element, children.get("Code"))
        reasons = self._reasons(element, children.get("Reason"))
        node, role = children.get("Node"), children.get("Role")
        return Fault(
            self.version,
            code,
            subcodes,
            reasons,
            children.get("Detail"),
            (node.text or "").strip() if node is not None else None,
            (role.text or "").strip() if role is not None else None,
            tuple(self.problems),
        )

    def _codes(
        self, element: etree._Element, code: etree._Element | None
    ) -> tuple[FaultName | None, tuple[FaultName, ...]]:
        if code is None:
            self.problem(SoapAnomaly.FAULT_SHAPE, "no Code")
            value = _child(element, "Value")
            stray = _child(element, "Subcode")
            if value is None and stray is None:
                return None, ()
            return (self.name(value) if value is not None else None), self._subcodes(stray)
        value = _child(code, "Value")
        if value is None:
            self.problem(SoapAnomaly.FAULT_SHAPE, "Code without Value")
            name = fault_name(code) if (code.text or "").strip() else None
        else:
            name = self.name(value)
            if name.namespace is not None and (
                canonical(name.namespace).family != SOAP12 or name.local not in CODES_12
            ):
                known = name.local in CODES_11 and name.namespace == SOAP11
                if not (known and self.version is SoapVersion.SOAP_11):
                    self.problem(SoapAnomaly.FAULT_CODE, f"{name.raw!r} is no code of SOAP 1.2")
            elif name.namespace is None and name.local not in CODES_12:
                self.problem(SoapAnomaly.FAULT_CODE, f"{name.raw!r} is no code of SOAP 1.2")
        subcode = _child(code, "Subcode")
        if subcode is None:
            subcode = _child(element, "Subcode")
            if subcode is not None:
                self.problem(SoapAnomaly.FAULT_SHAPE, "Subcode outside Code")
        return name, self._subcodes(subcode)

    def _subcodes(self, subcode: etree._Element | None) -> tuple[FaultName, ...]:
        names: list[FaultName] = []
        while subcode is not None and len(names) < MAX_SUBCODES:
            value = _child(subcode, "Value")
            if value is not None:
                names.append(self.name(value))
            else:
                self.problem(SoapAnomaly.FAULT_SHAPE, "Subcode without Value")
                if (subcode.text or "").strip():
                    names.append(self.name(subcode))
            subcode = _child(subcode, "Subcode")
        if subcode is not None:
            self.problem(SoapAnomaly.FAULT_SHAPE, f"more than {MAX_SUBCODES} nested subcodes")
        return tuple(names)

    def _reasons(self, element: etree._Element, reason: etree._Element | None) -> tuple[tuple[str | None, str], ...]:
        if reason is None:
            self.problem(SoapAnomaly.FAULT_SHAPE, "no Reason")
            stray = _child(element, "Text")
            return ((stray.get(f"{{{XML}}}lang"), (stray.text or "").strip()),) if stray is not None else ()
        texts: list[tuple[str | None, str]] = []
        for child in elements_of(reason):
            if local_of(child) == "Text" and len(texts) < MAX_TEXTS:
                texts.append((child.get(f"{{{XML}}}lang"), (child.text or "").strip()))
        if not texts:
            bare = (reason.text or "").strip()
            self.problem(SoapAnomaly.FAULT_SHAPE, "Reason without Text")
            return ((None, bare),) if bare else ()
        return tuple(texts)


def fault_name(element: etree._Element) -> FaultName:
    """The QName in the text of an element, by the bindings in scope there."""
    raw = (element.text or "").strip()
    prefix, colon, local = raw.partition(":")
    if not colon:
        uri = element.nsmap.get(None)
        return FaultName(raw, canonical(uri).uri if uri else None, raw or None)
    uri = element.nsmap.get(prefix)
    return FaultName(raw, canonical(uri).uri if uri else None, local or None, prefix)


def _child(parent: etree._Element, local: str) -> etree._Element | None:
    return next((c for c in elements_of(parent) if local_of(c) == local), None)
