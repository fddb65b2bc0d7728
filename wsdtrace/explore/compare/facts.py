"""A trace → what is compared: names and values, without what is another in every capture.

Theory of operation: a typed message is its leaves (`tree.leaves`), path → text. Elements that may be repeated are one
set of values, so that an inserted one does not shift the others. Ids, tokens, names of people, addresses and clocks are
left out, by the name of the element.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from statistics import median

from wsdtrace.explore.tree import leaves, measured
from wsdtrace.report.times import duration
from wsdtrace.report.trace import Trace
from wsdtrace.soap.fault import Fault
from wsdtrace.soap.schema import Element
from wsdtrace.state.model import Client, Device, Exchange, Job, Toward

VOLATILE = frozenset({
    "JobId", "JobToken", "ScanIdentifier", "DestinationToken", "ClientContext", "ScannerCurrentTime", "JobCreatedTime",
    "JobCompletedTime", "ScansCompleted", "Identifier", "Address", "XAddrs", "InstanceId", "MessageNumber", "Time",
    "ConditionId", "ClearTime", "JobName", "JobOriginatingUserName", "DocumentName", "SerialNumber",
})  # fmt: skip
"""Elements whose values are others in every capture."""

PLACES = frozenset({"host", "content-length", "date"})
"""Field lines whose values are others in every capture."""

_INDEX = re.compile(r"\[\d+\]")


class Leaves(dict[str, str]):
    """Path → values of a message; `meanings` says what each path is."""

    def __init__(self, values: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(values)
        self.meanings: dict[str, str] = {}


def leaves_of(value: Element | Fault | None) -> Leaves:
    """What of a typed message is compared."""
    found: dict[str, list[str]] = defaultdict(list)
    told = Leaves()
    for leaf in leaves(value) if value is not None else ():
        if leaf.private or leaf.name in VOLATILE or leaf.value is None:
            continue
        path = _INDEX.sub("", leaf.path).partition("/")[2] or leaf.path
        found[path].append(measured(leaf.value, leaf))
        told.meanings.setdefault(path, leaf.meaning)
    told.update({path: ", ".join(values) for path, values in found.items()})
    return told


def device_facts(device: Device) -> dict[str, str]:
    """What a device says of itself, but for what names a single one."""
    facts = {
        "manufacturer": device.manufacturer,
        "model": device.model,
        "firmware": device.firmware,
        "roles": ", ".join(device.roles) or None,
        "hosted services": ", ".join(sorted({t for s in device.hosted.values() for t in s.types})) or None,
    }
    return {name: value for name, value in facts.items() if value}


def client_facts(client: Client) -> dict[str, str]:
    """What a client says of itself."""
    facts = {"user agent": client.user_agent, "fingerprint": client.fingerprint}
    return {name: value for name, value in facts.items() if value}


def spoken(trace: Trace) -> list[str]:
    """The operations in their order, as the client's side of a proxy has them; `← ` marks what devices send."""
    return [
        f"{'← ' if exchange.toward is Toward.CLIENT else ''}{exchange.operation or '?'}"
        for exchange in trace.exchanges
        if exchange.copy_of is None
    ]


def firsts(trace: Trace) -> dict[str, Exchange]:
    """The first exchange of each operation that has a request."""
    found: dict[str, Exchange] = {}
    for exchange in trace.exchanges:
        if exchange.copy_of is None and exchange.operation and exchange.request is not None:
            found.setdefault(exchange.operation, exchange)
    return found


def job_facts(job: Job) -> dict[str, str]:
    """What became of a job."""
    pages = Counter(
        f"{image.format or 'unknown format'} {image.width or '?'}×{image.height or '?'}" for image in job.images
    )
    return {
        "outcome": job.outcome.value,
        "ended by": job.end.value if job.end is not None else "no end seen",
        "states": " ▸ ".join(dict.fromkeys(step.what for step in job.steps if step.observed)) or "none told",
        "pages": ", ".join(f"{count}× {page}" for page, count in pages.items()) or "none",
        "incomplete pages": str(sum(not image.complete for image in job.images)),
    }


def latencies(trace: Trace) -> dict[str, list[int]]:
    """Nanoseconds that each operation took."""
    found: dict[str, list[int]] = defaultdict(list)
    for exchange in trace.exchanges:
        if exchange.operation and exchange.copy_of is None and exchange.latency_ns is not None:
            found[exchange.operation].append(exchange.latency_ns)
    return dict(found)


SLOWER = 1.5
"""Times as long that is another pace, and not the weather …"""

SLOWER_NS = 50_000_000
"""… where it is also so much: what a person may notice in a sum."""


def paces(a: Trace, b: Trace) -> tuple[dict[str, str], dict[str, str]]:
    """Medians by operation, of those that differ by more than chance."""
    one, other = latencies(a), latencies(b)
    told: tuple[dict[str, str], dict[str, str]] = {}, {}
    for operation in one:
        if operation not in other:
            continue
        medians = [round(median(found[operation])) for found in (one, other)]
        low, high = sorted(medians)
        if high - low < SLOWER_NS or high < SLOWER * low:
            continue
        for side, found, middle in zip(told, (one, other), medians, strict=True):
            times = len(found[operation])
            side[operation] = duration(middle) + (f" (median of {times})" if times > 1 else "")
    return told


def objections(trace: Trace) -> tuple[dict[str, str], dict[str, str]]:
    """Findings by rule and operation, with how often; and what the first of each says."""
    counted: Counter[str] = Counter()
    said: dict[str, str] = {}
    for finding in trace.findings:
        if not finding.is_cause:
            continue
        operation = finding.exchanges[0].operation if finding.exchanges else None
        key = f"{finding.code} {finding.name}" + (f", {operation}" if operation else "")
        counted[key] += finding.also_seen + 1
        said.setdefault(key, finding.message)
    return {key: "once" if n == 1 else f"{n} times" for key, n in counted.items()}, said
