"""Operations by what the tracker does with them, and whether a message belongs to WSD at all."""

from __future__ import annotations

from wsdtrace.records import Datagram
from wsdtrace.soap.namespaces import canonical
from wsdtrace.state.message import Message

SCAN_OPERATIONS = frozenset({
    "CreateScanJob", "RetrieveImage", "CancelJob", "ValidateScanTicket",
    "GetScannerElements", "GetJobElements", "GetActiveJobs", "GetJobHistory",
})  # fmt: skip
"""What only a scanner answers (the eight operations of WS-Scan 1.0)."""

SCAN_EVENTS = frozenset({
    "ScanAvailableEvent", "ScannerElementsChangeEvent", "ScannerStatusSummaryEvent", "ScannerStatusConditionEvent",
    "ScannerStatusConditionClearedEvent", "JobStatusEvent", "JobEndStateEvent",
})  # fmt: skip
"""What only a scanner sends (the seven events of WS-Scan 1.0)."""

DEVICE_SENDS = SCAN_EVENTS | {"SubscriptionEnd", "Hello", "Bye"}
"""Requests that go from the device to the client."""

JOB_OPERATIONS = frozenset({
    "CreateScanJob", "RetrieveImage", "CancelJob", "GetJobElements", "GetActiveJobs", "GetJobHistory",
    "JobStatusEvent", "JobEndStateEvent",
})  # fmt: skip
"""Exchanges that tell something about a job."""

SCAN_NAMESPACE_PARTS = ("/windows/2006/08/wdp/scan", "/windows/2006/01/wdp/scan")
"""Of actions that no table has but that belong to WS-Scan all the same."""


def speaks_wsd(message: Message) -> bool:
    """The message belongs to a protocol of WSD: a known operation, or a body or Action in one of its namespaces."""
    if message.operation is not None:
        return True
    if message.action is not None and any(part in message.action for part in SCAN_NAMESPACE_PARTS):
        return True
    envelope = message.envelope
    if envelope is None or envelope.body_name is None or envelope.body_name.namespace is None:
        return False
    return envelope.fault is None and canonical(envelope.body_name.namespace).kind is not None


DISCOVERY_PORT = 3702
"""WS-Discovery 2005/04 §2.4; IANA."""


def speaks_discovery(datagram: Datagram) -> bool:
    """XML to or from the port of WS-Discovery: SOAP over UDP has no other use there, whatever the message says (seen:
    printers that answer a Probe with a bare Fault)."""
    return DISCOVERY_PORT in (datagram.source.port, datagram.destination.port)
