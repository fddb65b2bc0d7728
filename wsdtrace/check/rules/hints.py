"""WSD9: what explains why a device works with one client and not with another, or not just now."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Evidence, FaultOf, Objection, Severity
from wsdtrace.check.rule import Verdict, rule
from wsdtrace.check.show import exchange_lines, frame_line, message_line, request_line, response_line, seconds, subject
from wsdtrace.state.observations import JobHeld, PrefixesMatter, PrivateSeen, RefusedAtRest


@rule(
    "WSD901",
    "prefix-sensitive",
    Severity.INFO,
    on=PrefixesMatter,
    source=("field failure 14", "Namespaces in XML 1.0 §4"),
)
def prefix_sensitive(event: PrefixesMatter) -> Iterator[Verdict]:
    """A request was refused with one set of namespace prefixes, and accepted with another.

    Why:
        Prefixes mean nothing, but some devices look for them as text: soap and wsa (Brother ADS-2700W), sca
        (Panasonic KV-S1058Y). The two requests may differ in HTTP fields, too, which some devices also mind.

    Bad:
        > replace soap: s:
        > replace xmlns:soap xmlns:s
        GetScannerElements -> Fault InvalidArgs
        GetScannerElements -> ok

    Good:
        > replace soap: s:
        > replace xmlns:soap xmlns:s
        GetScannerElements -> ok
        GetScannerElements -> ok
    """
    bad, good = (", ".join(p or "none" for p in ps) for ps in (event.refused_prefixes, event.accepted_prefixes))
    yield Objection(
        f"{subject(event.refused)} with the prefixes {bad} is refused, with {good} it is not"[:140],
        (*exchange_lines(event.refused, bad), *exchange_lines(event.accepted, good)),
        expected="the same answer, whatever the prefixes",
        fold=f"{subject(event.refused)} {bad}",
    )


@rule("WSD902", "busy-after-job", Severity.INFO, on=RefusedAtRest, source=("C17", "field failure 39"))
def busy_after_job(event: RefusedAtRest) -> Iterator[Verdict]:
    """CreateScanJob was refused shortly after a job had ended, with no other job in sight.

    Why:
        Some devices rest after a job: they calibrate, cool the lamp, or wait for the paper to be taken (seen: Kyocera
        ECOSYS M2040dn, 20 to 60 s). The client should try again instead of reporting an error.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        wait 20s
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        wait 61s
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    subcode = event.exchange.fault.subcode if event.exchange.fault is not None else None
    yield Objection(
        f"CreateScanJob refused ({subcode or 'fault'}) {seconds(event.since_ns)} after {event.job.label} had ended"[
            :140
        ],
        (*_end_of(event), *exchange_lines(event.exchange, f"{seconds(event.since_ns)} later")),
        expected="a job, or a later retry",
        fold=f"rest {event.job.label}",
    )


def _end_of(event: RefusedAtRest) -> tuple[Evidence, ...]:
    last = event.job.exchanges[-1] if event.job.exchanges else None
    return () if last is None else response_line(last, event.job.end.value if event.job.end is not None else "")


@rule("WSD903", "keep-alive-holds-job", Severity.INFO, on=JobHeld, source=("field failure 33",))
def keep_alive_holds_job(event: JobHeld) -> Iterator[Verdict]:
    """A device stays busy with a finished job until the client closes the connection of its last image.

    Why:
        The device counts the job as running while somebody may still ask for a page (seen: Kyocera ECOSYS M2040dn).
        A client that keeps connections open for reuse finds it busy for as long; closing it helps.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        wait 5s
        client B: GetScannerElements Name=wscn:ScannerStatus -> ScannerState=Processing
        close
        wait 1s
        client B: GetScannerElements Name=wscn:ScannerStatus -> ScannerState=Idle

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        close
        wait 5s
        client B: GetScannerElements Name=wscn:ScannerStatus -> ScannerState=Processing
        wait 5s
        client B: GetScannerElements Name=wscn:ScannerStatus -> ScannerState=Idle
    """
    yield Objection(
        f"{event.job.label}: the device is busy until the connection of its last image closes",
        (
            *response_line(event.busy, "busy"),
            frame_line(event.closed, "connection", "closed"),
            *response_line(event.free, "free"),
        ),
        job=event.job,
        expected="a job that ends with its last image",
    )


@rule("WSD904", "privacy", Severity.INFO, on=PrivateSeen, fault_of=FaultOf.CAPTURE, source="rules.md WSD904")
def privacy(event: PrivateSeen) -> Iterator[Verdict]:
    """The capture holds user names, computer names, serial numbers or page images.

    Why:
        Think before you attach it to a bug report: whoever has the file can read them, and see the pages. Reports
        of wsdtrace do not show names and tokens unless they are told to.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        GetActiveJobs -> none
    """
    places = [(kind, exchange, exchange.request or exchange.response) for kind, exchange in event.found]
    yield Objection(
        f"the capture holds {', '.join(kind for kind, _ in event.found)}",
        tuple(message_line(exchange, message, kind) for kind, exchange, message in places if message is not None)
        or request_line(event.found[0][1]),
        expected="care about who gets the file",
        time_ns=places[0][1].first.time_ns,
    )
