"""The faults that WS-Scan and the layers beneath define: on which operations, with which code, and what they mean."""

from __future__ import annotations

from wsdtrace.dataclass import dataclass
from wsdtrace.soap.namespaces import DPWS, EVENTING, SCAN, WSA, canonical

_ASK = ("GetScannerElements", "GetJobElements", "GetActiveJobs", "GetJobHistory")
ALL = (*_ASK, "CreateScanJob", "RetrieveImage", "CancelJob", "ValidateScanTicket")
CREATE, RETRIEVE, SUBSCRIBE = ("CreateScanJob",), ("RetrieveImage",), ("Subscribe",)
TICKET = ("ValidateScanTicket", "CreateScanJob")
ON_JOB = ("RetrieveImage", "GetJobElements", "CancelJob")
LASTING = ("Subscribe", "Renew")
_COMMON = "common-wsd-scan-service-operation-error-codes.md"
_CREATE, _RETRIEVE = "createscanjobrequest.md", "retrieveimagerequest.md"
_VALIDATE = "validatescanticketrequest.md"
_WSA, _WSE = "WS-Addressing 2004/08 §4", "WS-Eventing 2004/08 §5"


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
    namespace: str = SCAN

    @property
    def note(self) -> str | None:
        """Where sources contradict each other about it."""
        return NOTES.get(self.subcode)


def _scan(
    subcode: str, code: str, operations: tuple[str, ...], meaning: str, source: str, detail: str | None = None
) -> FaultInfo:
    return FaultInfo(subcode, code, operations, meaning, source, detail)


def _beneath(
    namespace: str,
    subcode: str,
    code: str,
    operations: tuple[str, ...],
    meaning: str,
    source: str,
    detail: str | None = None,
) -> FaultInfo:
    return FaultInfo(subcode, code, operations, meaning, source, detail, namespace)


FAULTS: tuple[FaultInfo, ...] = (
    # subcode, code, operations, meaning, page or section, what the Detail holds
    _scan("InvalidArgs", "Sender", ALL, "at least one argument is invalid", _COMMON, "the argument"),
    _scan("OperationFailed", "Receiver", ALL, "the device cannot do it", _COMMON),
    _scan("ServerErrorTemporaryError", "Receiver", ALL, "an error that may be gone at the next try", _COMMON),
    _scan("ServerErrorInternalError", "Receiver", ALL, "an error that the next try will meet again", _COMMON),
    _scan("ServerErrorNotAcceptingJobs", "Receiver", CREATE, "the device takes no jobs at the moment", _CREATE),
    _scan("ClientErrorFormatNotSupported", "Sender", CREATE, "no such file format", _CREATE, "formats it can make"),
    _scan("ClientErrorInvalidScanIdentifier", "Sender", CREATE, "the event that this answers is over", _CREATE),
    _scan("ClientErrorInvalidDestinationToken", "Sender", CREATE, "the destination's token is void", _CREATE),
    _scan("ClientErrorNoImagesAvailable", "Sender", CREATE + RETRIEVE, "there is no (further) image", _RETRIEVE),
    _scan("ClientErrorConflictingRequiredParameters", "Sender", TICKET, "values with MustHonor conflict", _VALIDATE),
    _scan("ClientErrorJobIdNotFound", "Sender", ON_JOB, "the device has no such job", _RETRIEVE, "JobId, its number"),
    _scan("ClientErrorInvalidJobToken", "Sender", RETRIEVE, "the token does not go with the JobId", _RETRIEVE),
    _scan("ClientErrorJobCancelled", "Sender", RETRIEVE, "the job was cancelled", _RETRIEVE),
    _beneath(WSA, "ActionNotSupported", "Sender", (), "the action is not known", _COMMON, "name of the action"),
    _beneath(
        WSA, "InvalidMessageInformationHeader", "Sender", (), "a header is invalid", f"{_WSA}.1; DPWS R0031", "header"
    ),
    _beneath(WSA, "MessageInformationHeaderRequired", "Sender", (), "a header is missing", f"{_WSA}.2", "the header"),
    _beneath(WSA, "DestinationUnreachable", "Sender", (), "no route to the endpoint", f"{_WSA}.3; DPWS R3017, R3018"),
    _beneath(WSA, "EndpointUnavailable", "Receiver", (), "the endpoint cannot take the message now", f"{_WSA}.5"),
    _beneath(DPWS, "FilterActionNotSupported", "Sender", SUBSCRIBE, "no event matches the filter", "DPWS R3020"),
    _beneath(EVENTING, "DeliveryModeRequestedUnavailable", "Sender", SUBSCRIBE, "no such delivery mode", f"{_WSE}.1"),
    _beneath(EVENTING, "InvalidExpirationTime", "Sender", LASTING, "the expiration is zero or past", f"{_WSE}.2"),
    _beneath(EVENTING, "UnsupportedExpirationType", "Sender", LASTING, "only durations are supported", f"{_WSE}.3"),
    _beneath(EVENTING, "FilteringNotSupported", "Sender", SUBSCRIBE, "filters are not supported", f"{_WSE}.4"),
    _beneath(EVENTING, "FilteringRequestedUnavailable", "Sender", SUBSCRIBE, "no such filter dialect", f"{_WSE}.5"),
    _beneath(EVENTING, "EventSourceUnableToProcess", "Receiver", SUBSCRIBE, "the device cannot do it", f"{_WSE}.6"),
    _beneath(EVENTING, "UnableToRenew", "Receiver", ("Renew",), "the subscription cannot be prolonged", f"{_WSE}.7"),
    _beneath(EVENTING, "InvalidMessage", "Sender", (), "not understood, or no live subscription", f"{_WSE}.8"),
)

SPELLINGS: dict[str, str] = {
    # format.md prints it so (documentation defect D2)
    "ClientErrorDocumentFormatNotSupported": "ClientErrorFormatNotSupported",
}
"""Published spellings that are read as the row they name."""
MISSPELT: dict[str, str] = {
    "ClientErrorInvalidDetinationToken": "ClientErrorInvalidDestinationToken",  # seen: Samsung M288x
    "ClientErrorInvalidArgs": "InvalidArgs",  # seen: the recording fault_create_http200
}
"""Known misspellings: in no table, and nearest to the row they name."""

NOTES: dict[str, str] = {
    "OperationFailed": "a sample of the documentation shows it with Sender",
    "ServerErrorTemporaryError": "the documentation prints it with the prefix of WS-Print",
    "ClientErrorNoImagesAvailable": "the 1.0 specification has it for RetrieveImage only",
    "ClientErrorConflictingRequiredParameters": "createscanjobrequest.md leaves it out, the 1.0 specification has it",
    "ClientErrorJobIdNotFound": "canceljobrequest.md names it without a table",
    "ClientErrorFormatNotSupported": "the Detail's type is in no schema; its children are those of FormatsSupported",
}
"""Where sources contradict each other."""

_BY_NAME = {info.subcode: info for info in FAULTS}


@dataclass(frozen=True, slots=True)
class FaultMatch:
    """What the table says of one subcode."""

    info: FaultInfo
    exact: bool
    """Spelt as in the table; False for another published spelling."""
    namespace_known: bool
    """It came in the namespace of the table (or another version or alias of it)."""
    operation_known: bool
    """The operation may answer with it."""


def lookup_fault(namespace: str | None, local: str | None, operation: str | None = None) -> FaultMatch | None:
    """The row of a subcode, by local name. None: in no table, known misspellings included.

    Args:
        namespace: of the subcode; None where its prefix has no binding.
        local: local name of the subcode.
        operation: that was refused; None where it is not known.
    """
    name = local or ""
    info = _BY_NAME.get(SPELLINGS.get(name, name))
    if info is None:
        return None
    known = namespace is not None and canonical(namespace).family == info.namespace
    allowed = operation is None or not info.operations or operation in info.operations
    return FaultMatch(info, name == info.subcode, known, allowed)


def nearest_fault(local: str) -> str | None:
    """The known subcode whose spelling is nearest to `local`; None where none is near."""
    if local in MISSPELT:
        return MISSPELT[local]
    import difflib  # noqa: PLC0415  # only for what is misspelt

    close = difflib.get_close_matches(local[:128], list(_BY_NAME), n=1, cutoff=0.6)
    return close[0] if close else None
