"""What the room can see that is odd: the kinds of its anomalies."""

from __future__ import annotations

from enum import StrEnum


class SoapAnomaly(StrEnum):
    """Kinds of `Anomaly` that an `Envelope` carries. Facts without severity."""

    NOT_WELL_FORMED = "not_well_formed"
    """not XML 1.0; the detail has the reason and the position"""
    NAMESPACE_INVALID = "namespace_invalid"
    """well-formed, and against Namespaces in XML otherwise than by an unbound prefix"""
    PREFIX_UNBOUND = "prefix_unbound"
    """a prefix without a binding, in a name or in a QName value"""
    NAMESPACE_ALIAS = "namespace_alias"
    """an obsolete spelling of a known namespace is in use"""
    NAMESPACE_UNKNOWN = "namespace_unknown"
    """a known local name in a namespace that is in no table"""
    NO_ENVELOPE = "no_envelope"
    """well-formed, and the root is no Envelope"""
    NO_BODY = "no_body"
    """an Envelope without Body"""
    SOAP_VERSIONS_MIXED = "soap_versions_mixed"
    """names of SOAP 1.1 inside an envelope of SOAP 1.2, or the reverse"""
    ENCODING_STYLE = "encoding_style"
    """encodingStyle on Envelope, Header or Body, where SOAP 1.2 part 1 §5.1.1 does not allow it"""
    DTD = "dtd"
    """a document type declaration, which SOAP 1.2 part 1 §5 forbids; nothing of it was expanded"""
    TOO_LARGE = "too_large"
    """longer than our bound; the rest was not read"""
    TOO_DEEP = "too_deep"
    """nested deeper than our bound; the rest was not read"""
    FAULT_SHAPE = "fault_shape"
    """a Fault in which Code, Value, Reason or Text is missing or stands elsewhere"""
    FAULT_CODE = "fault_code"
    """a fault code that SOAP 1.2 does not know"""
    FAULT_FOREIGN = "fault_foreign"
    """a Fault with the children of the other version of SOAP"""
