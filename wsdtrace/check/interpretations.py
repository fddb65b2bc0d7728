"""What a fault means, ranked: one table of data.

The observed fact comes first; then what it may mean, with the devices on which that meaning was seen. A row applies to
faults with its subcode (local name) in answer to its operation, where given, under its circumstance, where given. Rows
stand in the order in which they are shown. Sources: issue trackers of clients and the clients' own code, as gathered in
the lists of field failures (#n) and of documentation defects (En).
"""

from __future__ import annotations

from collections.abc import Callable

from wsdtrace.check.finding import Interpretation
from wsdtrace.dataclass import dataclass
from wsdtrace.state.model import Exchange
from wsdtrace.state.vocabulary import SCAN_OPERATIONS


@dataclass(frozen=True, slots=True)
class Reading:
    """One row."""

    subcode: str
    operation: str | None
    text: str
    seen_on: str
    when: Callable[[Exchange], bool] | None = None


def _feeder(exchange: Exchange) -> bool:
    return exchange.job is not None and (exchange.job.input_source or "").startswith("ADF")


def _nothing_yet(exchange: Exchange) -> bool:
    return exchange.job is not None and exchange.job.delivered == 0


def _is_required(exchange: Exchange) -> bool:
    return exchange.operation in SCAN_OPERATIONS


READINGS: tuple[Reading, ...] = (
    Reading(
        "ServerErrorNotAcceptingJobs",
        "CreateScanJob",
        "the scanner is busy with another job",
        "any device (specification)",
    ),
    Reading("ServerErrorNotAcceptingJobs", "CreateScanJob", "the feeder is empty", "Canon MF410 series (#12, E5)"),
    Reading(
        "ServerErrorNotAcceptingJobs",
        "CreateScanJob",
        "WSD scanning has to be started on the panel first",
        "Kyocera FS-1028, ECOSYS (#11, E4)",
    ),
    Reading(
        "ServerErrorNotAcceptingJobs",
        "CreateScanJob",
        "an earlier job was never ended for the device; only a restart helps",
        "OKI MC362, MB471; HP M175a (#1, #42)",
    ),
    Reading(
        "ServerErrorNotAcceptingJobs",
        "CreateScanJob",
        "the device rests after a job for some seconds",
        "Kyocera M2040dn (#39)",
    ),
    Reading(
        "ClientErrorNoImagesAvailable",
        "RetrieveImage",
        "the feeder is empty",
        "any device (specification)",
        _nothing_yet,
    ),
    Reading(
        "ClientErrorJobIdNotFound",
        "RetrieveImage",
        "the feeder is empty: this device ends a feed so",
        "Ricoh MP 201; Brother L2540DW (#2, #41)",
        _feeder,
    ),
    Reading(
        "ClientErrorJobIdNotFound", "RetrieveImage", "the job timed out on the device", "any device (specification)"
    ),
    Reading("ClientErrorJobIdNotFound", "CancelJob", "the job had already ended", "any device (specification)"),
    Reading(
        "ClientErrorInvalidJobToken",
        "RetrieveImage",
        "JobId and JobToken are not the pair that was granted",
        "any device (specification)",
    ),
    Reading(
        "InvalidArgs",
        "CreateScanJob",
        "an optional element is required by this device: JobInformation",
        "Canon TR7500 (#6, E6)",
    ),
    Reading(
        "InvalidArgs",
        "CreateScanJob",
        "a value outside the device's ScannerConfiguration",
        "any device (specification)",
    ),
    Reading("InvalidArgs", "RetrieveImage", "DocumentDescription is missing", "Kyocera M2040dn (#38)"),
    Reading("InvalidArgs", None, "an argument is missing, misspelt or out of range", "any device (specification)"),
    Reading(
        "OperationFailed",
        "CreateScanJob",
        "the ticket is not to the device's liking, or it is not ready",
        "Ricoh MP C3003 (#10, E8)",
    ),
    Reading(
        "ClientErrorInvalidDestinationToken",
        "CreateScanJob",
        "a later Subscribe has replaced the token",
        "Samsung M288x (#36, E17)",
    ),
    Reading(
        "ClientErrorInvalidDetinationToken",
        "CreateScanJob",
        "a later Subscribe has replaced the token; or the body is of the 2006/01 namespace",
        "Samsung M288x (#35, E17)",
    ),
    Reading(
        "ActionNotSupported",
        None,
        "the device lacks an operation that every scanner must have",
        "any device (specification)",
        _is_required,
    ),
    Reading(
        "ActionNotSupported",
        None,
        "the device does not know the operation, or the Action's namespace",
        "any device (specification)",
    ),
    Reading(
        "DestinationUnreachable",
        None,
        "To is the URL where the device wants its endpoint address",
        "Kyocera M2040dn (#40)",
    ),
)


def readings(exchange: Exchange) -> tuple[Interpretation, ...]:
    """The rows that apply to the fault of an exchange."""
    summary = exchange.fault
    if summary is None or summary.subcode is None:
        return ()
    return tuple(
        Interpretation(row.text, row.seen_on)
        for row in READINGS
        if row.subcode == summary.subcode
        and row.operation in (None, exchange.operation)
        and (row.when is None or row.when(exchange))
    )
