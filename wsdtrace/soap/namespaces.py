"""One table of the namespaces of the stack: what the wire uses, what was published beside it, what is an obsolete
spelling.

Three ways a namespace can be known:

* *exact*: the one that devices and clients of this stack use (DPWS 2006/02 and its companions);
* *published version*: another version that a standards body published (WS-Addressing 2005/08, SOAP 1.1, the 2009 family
  of OASIS). Legitimate, and a different name: it is never folded into the first;
* *alias*: a spelling that means one of the two and is in no standard that devices implement: the pre-release
  namespaces and the `https://` forms of the published documentation (its link checker rewrote every `http://` in
  January 2020).

Comparison is by exact string (Namespaces in XML 1.0 §2.3); an alias is always told, never silently equal.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from wsdtrace.dataclass import dataclass

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSA_2005 = "http://www.w3.org/2005/08/addressing"
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
DISCOVERY_11 = "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01"
DPWS = "http://schemas.xmlsoap.org/ws/2006/02/devprof"
DPWS_11 = "http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
METADATA = "http://schemas.xmlsoap.org/ws/2004/09/mex"
EVENTING = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"
PRINT = "http://schemas.microsoft.com/windows/2006/08/wdp/print"
PNPX = "http://schemas.microsoft.com/windows/pnpx/2005/10"
PUBLICATION = "http://schemas.microsoft.com/windows/pub/2005/07"
"""What computers publish of themselves (Windows, wsdd)."""
DEVICE_FOUNDATION = "http://schemas.microsoft.com/windows/2008/09/devicefoundation"
XOP = "http://www.w3.org/2004/08/xop/include"
XMIME = "http://www.w3.org/2005/05/xmlmime"
XML = "http://www.w3.org/XML/1998/namespace"

ANONYMOUS = f"{WSA}/role/anonymous"
ANONYMOUS_2005 = f"{WSA_2005}/anonymous"


class NamespaceKind(StrEnum):
    """How a namespace is known."""

    EXACT = "exact"
    PUBLISHED = "published_version"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class Family:
    """Namespaces that name the same vocabulary."""

    canonical: str
    prefix: str
    """The prefix that specifications print for it."""
    title: str
    published: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


# Aliases were seen in: the documentation's samples (spec/examples), and clients that copied them.
FAMILIES: tuple[Family, ...] = (
    Family(
        SOAP12,
        "soap",
        "SOAP",
        (SOAP11,),
        ("http://www.w3.org/2002/12/soap-envelope", "http://www.w3.org/2003/05/soapelope"),
    ),
    Family(WSA, "wsa", "WS-Addressing", (WSA_2005,), ("http://schemas.xmlsoap.org/ws/2003/03/addressing",)),
    Family(DISCOVERY, "wsd", "WS-Discovery", (DISCOVERY_11,)),
    Family(
        DPWS, "wsdp", "Devices Profile for Web Services", (DPWS_11,), ("http://schemas.xmlsoap.org/ws/2005/05/devprof",)
    ),
    Family(TRANSFER, "wxf", "WS-Transfer", ("http://www.w3.org/2009/09/ws-tra",)),
    Family(METADATA, "wsx", "WS-MetadataExchange", ("http://www.w3.org/2009/09/ws-mex",)),
    Family(EVENTING, "wse", "WS-Eventing", ("http://www.w3.org/2009/09/ws-evt",)),
    Family(SCAN, "wscn", "WS-Scan", (), ("http://schemas.microsoft.com/windows/2006/01/wdp/scan",)),
    Family(PRINT, "wprt", "WS-Print", (), ("http://schemas.microsoft.com/windows/2006/01/wdp/print",)),
    Family(PNPX, "pnpx", "PnP-X"),
    Family(DEVICE_FOUNDATION, "df", "Device Foundation"),
    Family(PUBLICATION, "pub", "Publication Services"),
    Family(XOP, "xop", "XOP", (), ("http://www.w3.org/2003/12/xop/include",)),
    Family(XMIME, "xmime", "XML media types", ("http://www.w3.org/2004/11/xmlmime",)),
    Family("http://schemas.microsoft.com/windows/2008/12/wdp/distributedscan/device", "dsd", "Distributed Scan Device"),
    Family(
        "http://schemas.microsoft.com/windows/2008/12/wdp/distributedscan/processing", "dsp", "Distributed Scan Server"
    ),
    Family(
        "http://schemas.microsoft.com/windows/2008/12/wdp/distributedscan/configuration",
        "dsc",
        "Distributed Scan settings",
    ),
    Family("http://schemas.microsoft.com/windows/2008/02/imaging/postscan/psp", "psp", "Post-Scan Process"),
)


class Canonical(NamedTuple):
    """What a namespace means."""

    uri: str
    """The namespace it stands for; itself unless it is an alias."""
    kind: NamespaceKind | None
    """None: in no table."""
    family: str | None
    """Canonical namespace of its family, which is the same for all versions."""


def _table() -> dict[str, Canonical]:
    table: dict[str, Canonical] = {}
    for family in FAMILIES:
        table[family.canonical] = Canonical(family.canonical, NamespaceKind.EXACT, family.canonical)
        for uri in family.published:
            table[uri] = Canonical(uri, NamespaceKind.PUBLISHED, family.canonical)
        for uri in family.aliases:
            table[uri] = Canonical(family.canonical, NamespaceKind.ALIAS, family.canonical)
    return table


_KNOWN = _table()
_BY_CANONICAL = {family.canonical: family for family in FAMILIES}

CONVENTIONAL: dict[str, str] = {
    **{family.prefix: family.canonical for family in FAMILIES},
    "env": SOAP12,
    "s": SOAP12,
    "S": SOAP12,
    "E": SOAP12,
    "soapenv": SOAP12,
    "soap12": SOAP12,
    "SOAP-ENV": SOAP12,
    "s12": SOAP12,
    "a": WSA,
    "sca": SCAN,
    "scan": SCAN,
    "mex": METADATA,
    "d": DISCOVERY,
}
"""What a prefix without a binding was meant to be: the prefixes of specifications, samples and known clients."""


def canonical(uri: str) -> Canonical:
    """Say what namespace `uri` stands for; `https://` spellings of known ones are aliases."""
    known = _KNOWN.get(uri)
    if known is not None:
        return known
    if uri.startswith("https://"):
        known = _KNOWN.get("http://" + uri[8:])
        if known is not None:
            return Canonical(known.uri, NamespaceKind.ALIAS, known.family)
    return Canonical(uri, None, None)


def family(uri: str) -> Family | None:
    """The family that a namespace, in whatever version or spelling, belongs to."""
    name = canonical(uri).family
    return _BY_CANONICAL[name] if name is not None else None


def split(tag: str) -> tuple[str, str]:
    """Namespace and local name of a `{namespace}local` name; the namespace is empty where there is none."""
    if tag[:1] == "{":
        uri, _, local = tag[1:].partition("}")
        return uri, local
    return "", tag


@lru_cache(maxsize=4096)  # names of a whole capture are some hundreds; hostile ones only push each other out
def family_tag(tag: str) -> str:
    """`tag` with its namespace replaced by the canonical one of its family: equal for all versions and aliases.

    A name whose prefix has no binding (`wscn:JobId`, as recovery leaves it) gets what the prefix is used for by
    convention.
    """
    uri, local = split(tag)
    if not uri:
        prefix, colon, rest = local.partition(":")
        meant = CONVENTIONAL.get(prefix) if colon else None
        return f"{{{meant}}}{rest}" if meant is not None else tag
    name = canonical(uri).family
    return f"{{{name}}}{local}" if name is not None else tag
