"""WS-Discovery 2005/04 and 1.1: how devices and clients find each other, over UDP and (directed) over HTTP."""

from wsdtrace.soap.addressing import EndpointReference
from wsdtrace.soap.namespaces import DISCOVERY, WSA
from wsdtrace.soap.schema import Element, attribute, content, declare, many, one, opt
from wsdtrace.wsd.values import Address, Addresses, NameList, Unsigned


@declare(DISCOVERY, source="WS-Discovery 2005/04 §5.1")
class Scopes(Element):
    """Where a target service belongs."""

    value: Addresses | None = content("URIs")
    match_by: Address | None = attribute("rule by which a Probe's scopes match")


@declare(DISCOVERY, source="WS-Discovery 2005/04 §4.1")
class Hello(Element):
    """A target service joins, or its metadata changed."""

    endpoint_reference: EndpointReference | None = one("who", namespace=WSA)
    types: NameList | None = opt("what it is")
    scopes: Scopes | None = opt("where it belongs")
    x_addrs: Addresses | None = opt("where it can be reached", name="XAddrs")
    metadata_version: Unsigned | None = one("grows with every change of its metadata")


@declare(DISCOVERY, source="WS-Discovery 2005/04 §4.2")
class Bye(Element):
    """A target service leaves."""

    endpoint_reference: EndpointReference | None = one("who", namespace=WSA)
    types: NameList | None = opt("what it is (1.1 only)")
    scopes: Scopes | None = opt("where it belongs (1.1 only)")
    x_addrs: Addresses | None = opt("where it could be reached (1.1; Windows and wsdd send it)", name="XAddrs")
    metadata_version: Unsigned | None = opt("grows with every change of its metadata (1.1 only)")


@declare(DISCOVERY, source="WS-Discovery 2005/04 §5.2")
class Probe(Element):
    """Asks who is there, by type and scope."""

    types: NameList | None = opt("what is wanted; everything where absent")
    scopes: Scopes | None = opt("where it shall belong")


@declare(DISCOVERY, source="WS-Discovery 2005/04 §5.3")
class ProbeMatch(Element):
    """A target service that matches."""

    endpoint_reference: EndpointReference | None = one("who", namespace=WSA)
    types: NameList | None = opt("what it is")
    scopes: Scopes | None = opt("where it belongs")
    x_addrs: Addresses | None = opt("where it can be reached; a Resolve is needed where absent", name="XAddrs")
    metadata_version: Unsigned | None = one("grows with every change of its metadata")


@declare(DISCOVERY, source="WS-Discovery 2005/04 §5.3")
class ProbeMatches(Element):
    """Answers a Probe."""

    probe_match: tuple[ProbeMatch, ...] = many("a target service that matches")


@declare(DISCOVERY, source="WS-Discovery 2005/04 §6.2")
class Resolve(Element):
    """Asks where an endpoint can be reached."""

    endpoint_reference: EndpointReference | None = one("who", namespace=WSA)


@declare(DISCOVERY, source="WS-Discovery 2005/04 §6.3")
class ResolveMatch(Element):
    """Where an endpoint can be reached."""

    endpoint_reference: EndpointReference | None = one("who", namespace=WSA)
    types: NameList | None = opt("what it is")
    scopes: Scopes | None = opt("where it belongs")
    x_addrs: Addresses | None = one("where it can be reached", name="XAddrs")
    metadata_version: Unsigned | None = one("grows with every change of its metadata")


@declare(DISCOVERY, source="WS-Discovery 2005/04 §6.3")
class ResolveMatches(Element):
    """Answers a Resolve."""

    resolve_match: ResolveMatch | None = opt("the endpoint")
