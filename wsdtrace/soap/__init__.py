"""Contents → envelopes: locked-down XML, WS-Addressing headers, faults, XOP, and the layer that typed messages are
declared with.
"""

from wsdtrace.soap.addressing import NO_HEADERS, AppSequence, EndpointReference, MessageHeaders
from wsdtrace.soap.anomalies import SoapAnomaly
from wsdtrace.soap.envelope import Envelope, read_envelope
from wsdtrace.soap.fault import Fault, FaultName
from wsdtrace.soap.locate import Locator, span_at
from wsdtrace.soap.namespaces import Canonical, NamespaceKind, canonical
from wsdtrace.soap.peek import Peek, peek
from wsdtrace.soap.private import private_names, redactions
from wsdtrace.soap.version import SoapVersion
from wsdtrace.soap.write import rewrite, write_envelope
from wsdtrace.soap.xml import QName, XmlError
from wsdtrace.soap.xop import Include, content_id_of, includes

__all__ = [
    "NO_HEADERS",
    "AppSequence",
    "Canonical",
    "EndpointReference",
    "Envelope",
    "Fault",
    "FaultName",
    "Include",
    "Locator",
    "MessageHeaders",
    "NamespaceKind",
    "Peek",
    "QName",
    "SoapAnomaly",
    "SoapVersion",
    "XmlError",
    "canonical",
    "content_id_of",
    "includes",
    "peek",
    "private_names",
    "read_envelope",
    "redactions",
    "rewrite",
    "span_at",
    "write_envelope",
]
