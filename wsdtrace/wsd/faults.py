"""The faults that WS-Scan and the layers beneath define: on which operations, with which code and detail, and what they mean."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from wsdtrace.soap.namespaces import DPWS, EVENTING, SCAN, WSA, canonical

ALL = (
    "GetScannerElements",
    "GetJobElements",
    "GetActiveJobs",
    "GetJobHistory",
    "CreateScanJob",
    "RetrieveImage",
    "CancelJob",
    "ValidateScanTicket",
)
SUBSCRIPTION = ("Subscribe", "Renew", "GetStatus", "Unsubscribe")
_COMMON = "common-wsd-scan-service-operation-error-codes.md"


@dataclass(frozen=True, slots=True)
class FaultInfo:
    """A row of the fault table."""

    subcode: str
    """Local name."""
    code: str
    """`Sender` or `Receiver`."""
    operations: tuple[str, ...]
    """Operations that may answer with it; empty: any message."""
    meaning: str
    source: str
    detail: str | None = None
    """What the Detail holds; None: nothing is asked for."""
    note: str | None = None
    misspelt: tuple[str, ...] = ()
    """Spellings seen or printed for it."""
    namespace: str = SCAN


FAULTS: tuple[FaultInfo, ...] = (
    FaultInfo(
        "ActionNotSupported",
        "Sender",
        (),
        "the receiver does not know the action",
        _COMMON,
        "name of the action",
        namespace=WSA,
    ),
    FaultInfo(
        "InvalidArgs",
        "Sender",
        ALL,
        "at least one argument is invalid",
        _COMMON,
        "the argument",
        misspelt=("ClientErrorInvalidArgs",),
    ),
    FaultInfo(
        "OperationFailed",
        "Receiver",
        ALL,
        "the device cannot do it",
        _COMMON,
        note="a sample of the documentation shows it with Sender",
    ),
    FaultInfo(
        "ServerErrorTemporaryError",
        "Receiver",
        ALL,
        "an error that may be gone at the next try",
        _COMMON,
        note="printed with the prefix of WS-Print",
    ),
    FaultInfo("ServerErrorInternalError", "Receiver", ALL, "an error that the next try will meet again", _COMMON),
    FaultInfo(
        "ServerErrorNotAcceptingJobs",
        "Receiver",
        ("CreateScanJob",),
        "the device takes no jobs at the moment; the same request may be made again",
        "createscanjobrequest.md",
    ),
    FaultInfo(
        "ClientErrorFormatNotSupported",
        "Sender",
        ("CreateScanJob",),
        "the device cannot make this file format",
        "createscanjobrequest.md",
        "formats that it can make (optional)",
        misspelt=("ClientErrorDocumentFormatNotSupported",),
    ),
    FaultInfo(
        "ClientErrorInvalidScanIdentifier",
        "Sender",
        ("CreateScanJob",),
        "the event that this answers is over",
        "createscanjobrequest.md",
    ),
    FaultInfo(
        "ClientErrorInvalidDestinationToken",
        "Sender",
        ("CreateScanJob",),
        "the destination's token is no longer valid",
        "createscanjobrequest.md",
        misspelt=("ClientErrorInvalidDetinationToken",),
    ),
    FaultInfo(
        "ClientErrorNoImagesAvailable",
        "Sender",
        ("CreateScanJob", "RetrieveImage"),
        "there is no (further) image",
        "retrieveimagerequest.md",
        note="the 1.0 specification has it for RetrieveImage only",
    ),
    FaultInfo(
        "ClientErrorConflictingRequiredParameters",
        "Sender",
        ("ValidateScanTicket", "CreateScanJob"),
        "values with MustHonor contradict each other",
        "validatescanticketrequest.md",
        note="createscanjobrequest.md leaves it out, the 1.0 specification lists it",
    ),
    FaultInfo(
        "ClientErrorJobIdNotFound",
        "Sender",
        ("RetrieveImage", "GetJobElements", "CancelJob"),
        "the device has no such job",
        "retrieveimagerequest.md",
        "JobId and the number",
        note="canceljobrequest.md names it without a table",
    ),
    FaultInfo(
        "ClientErrorInvalidJobToken",
        "Sender",
        ("RetrieveImage",),
        "the token does not go with the JobId",
        "retrieveimagerequest.md",
    ),
    FaultInfo(
        "ClientErrorJobCancelled",
        "Sender",
        ("RetrieveImage",),
        "the job was cancelled",
        "retrieveimagerequest.md",
        misspelt=("ClientErrorJobCanceled",),
    ),
    FaultInfo(
        "InvalidMessageInformationHeader",
        "Sender",
        (),
        "a message information header is invalid; DPWS asks for it where ReplyTo is not anonymous",
        "WS-Addressing 2004/08 §4.1; DPWS R0031",
        "the header",
        namespace=WSA,
    ),
    FaultInfo(
        "MessageInformationHeaderRequired",
        "Sender",
        (),
        "a message information header is missing",
        "WS-Addressing 2004/08 §4.2",
        "the header",
        namespace=WSA,
    ),
    FaultInfo(
        "DestinationUnreachable",
        "Sender",
        (),
        "no route to the endpoint that is named",
        "WS-Addressing 2004/08 §4.3; DPWS R3017, R3018",
        namespace=WSA,
    ),
    FaultInfo(
        "EndpointUnavailable",
        "Receiver",
        (),
        "the endpoint cannot process the message now",
        "WS-Addressing 2004/08 §4.5",
        namespace=WSA,
    ),
    FaultInfo(
        "FilterActionNotSupported",
        "Sender",
        ("Subscribe",),
        "no event matches the filter",
        "DPWS R3020",
        namespace=DPWS,
    ),
    FaultInfo(
        "DeliveryModeRequestedUnavailable",
        "Sender",
        ("Subscribe",),
        "the delivery mode is not supported",
        "WS-Eventing 2004/08 §5.1",
        namespace=EVENTING,
    ),
    FaultInfo(
        "InvalidExpirationTime",
        "Sender",
        ("Subscribe", "Renew"),
        "the expiration is zero or past",
        "WS-Eventing 2004/08 §5.2",
        namespace=EVENTING,
    ),
    FaultInfo(
        "UnsupportedExpirationType",
        "Sender",
        ("Subscribe", "Renew"),
        "only durations are supported",
        "WS-Eventing 2004/08 §5.3",
        namespace=EVENTING,
    ),
    FaultInfo(
        "FilteringNotSupported",
        "Sender",
        ("Subscribe",),
        "filters are not supported",
        "WS-Eventing 2004/08 §5.4",
        namespace=EVENTING,
    ),
    FaultInfo(
        "FilteringRequestedUnavailable",
        "Sender",
        ("Subscribe",),
        "the filter's dialect is not supported",
        "WS-Eventing 2004/08 §5.5",
        namespace=EVENTING,
    ),
    FaultInfo(
        "EventSourceUnableToProcess",
        "Receiver",
        ("Subscribe",),
        "the device cannot take the subscription",
        "WS-Eventing 2004/08 §5.6",
        namespace=EVENTING,
    ),
    FaultInfo(
        "UnableToRenew",
        "Receiver",
        ("Renew",),
        "the subscription cannot be prolonged",
        "WS-Eventing 2004/08 §5.7",
        namespace=EVENTING,
    ),
    FaultInfo(
        "InvalidMessage",
        "Sender",
        SUBSCRIPTION,
        "the message is not understood, or names no live subscription",
        "WS-Eventing 2004/08 §5.8",
        namespace=EVENTING,
    ),
)

_BY_NAME = {info.subcode: info for info in FAULTS}
_SPELLINGS = {spelling: info for info in FAULTS for spelling in info.misspelt}


@dataclass(frozen=True, slots=True)
class FaultMatch:
    """What the table says of one subcode."""

    info: FaultInfo
    exact: bool
    """The local name is spelt as in the table."""
    namespace_known: bool
    """It came in the namespace of the table (or another version or alias of it)."""
    operation_known: bool
    """The operation may answer with it."""


def lookup_fault(namespace: str | None, local: str | None, operation: str | None = None) -> FaultMatch | None:
    """The row of a subcode, by local name; known misspellings are found. None: in no table.

    Args:
        namespace: of the subcode; None where its prefix has no binding.
        local: local name of the subcode.
        operation: that was refused; None where it is not known.
    """
    exact = _BY_NAME.get(local or "")
    info = exact or _SPELLINGS.get(local or "")
    if info is None:
        return None
    known = namespace is not None and canonical(namespace).family == info.namespace
    allowed = operation is None or not info.operations or operation in info.operations
    return FaultMatch(info, exact is not None, known, allowed)


def nearest_fault(local: str) -> str | None:
    """The known subcode whose spelling is nearest to `local`; None where none is near."""
    known = [*_BY_NAME, *_SPELLINGS]
    close = difflib.get_close_matches(local[:128], known, n=1, cutoff=0.6)
    return _SPELLINGS[close[0]].subcode if close and close[0] in _SPELLINGS else (close[0] if close else None)
