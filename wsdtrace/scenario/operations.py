"""The operations of a scenario: who sends them, where to, and what they are answered by. One table."""

from __future__ import annotations

from enum import Enum

from wsdtrace.dataclass import dataclass


class Toward(Enum):
    """Where a request goes."""

    SERVICE = "the scan service of the device"
    DEVICE = "the device itself"
    MANAGER = "the subscription manager"
    SINK = "the event sink of the client"
    MULTICAST = "everybody, by UDP"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation."""

    name: str
    toward: Toward
    answers: tuple[str, ...] = ("ok",)
    """Words for a good answer, beside `ok`; empty where there is none."""
    known: bool = True
    """It is SOAP with a declared body."""

    @property
    def by_device(self) -> bool:
        """The device sends the request."""
        return self.toward is Toward.SINK or self.name in ("Hello", "Bye")

    @property
    def one_way(self) -> bool:
        """There is no answer."""
        return not self.answers


_EVENT = ("accepted",)

OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("CreateScanJob", Toward.SERVICE),
        Operation("RetrieveImage", Toward.SERVICE, ("image",)),
        Operation("CancelJob", Toward.SERVICE),
        Operation("ValidateScanTicket", Toward.SERVICE),
        Operation("GetScannerElements", Toward.SERVICE),
        Operation("GetJobElements", Toward.SERVICE),
        Operation("GetActiveJobs", Toward.SERVICE, ("ok", "none")),
        Operation("GetJobHistory", Toward.SERVICE, ("ok", "none")),
        Operation("Subscribe", Toward.SERVICE),
        Operation("Renew", Toward.MANAGER),
        Operation("GetStatus", Toward.MANAGER),
        Operation("Unsubscribe", Toward.MANAGER),
        Operation("Get", Toward.DEVICE),
        Operation("ScanAvailableEvent", Toward.SINK, _EVENT),
        Operation("ScannerElementsChangeEvent", Toward.SINK, _EVENT),
        Operation("ScannerStatusSummaryEvent", Toward.SINK, _EVENT),
        Operation("ScannerStatusConditionEvent", Toward.SINK, _EVENT),
        Operation("ScannerStatusConditionClearedEvent", Toward.SINK, _EVENT),
        Operation("JobStatusEvent", Toward.SINK, _EVENT),
        Operation("JobEndStateEvent", Toward.SINK, _EVENT),
        Operation("SubscriptionEnd", Toward.SINK, _EVENT),
        Operation("Hello", Toward.MULTICAST, ()),
        Operation("Bye", Toward.MULTICAST, ()),
        Operation("Probe", Toward.MULTICAST, ("ProbeMatches",)),
        Operation("Resolve", Toward.MULTICAST, ("ResolveMatches",)),
        Operation("TLS", Toward.SERVICE, known=False),
    )
}
"""By name. TLS stands for a connection of which only the first bytes are readable."""
