"""Per-device ignores of the configuration: what is known of a device, and why it is left as it is.

A waiver names devices (by endpoint address, IP address, model, manufacturer or serial number; `*` and `?` match as in
file names) or findings (by filter words), rules and a reason. What it names is set aside; the report says so with the
reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Protocol

from wsdtrace.check.finding import Finding
from wsdtrace.dataclass import dataclass
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Device

MATCHES = ("endpoint", "address", "model", "manufacturer", "serial")
"""By what a waiver may name a device."""


class Words(Protocol):
    """Filter words, understood (`filters.Filter`)."""

    def of(self, trace: Trace, /) -> Callable[[object], bool]:
        """A function that says whether an object of the trace is meant."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One table of the configuration."""

    match: tuple[tuple[str, str], ...]
    """Every one has to fit."""
    codes: frozenset[str]
    reason: str
    where: Words | None = None
    """Filter words that the finding has to fit too."""

    def fits(self, device: Device | None) -> bool:
        """The waiver is for this device; one that names none is for all."""
        return not self.match or (device is not None and self._names(device))

    def _names(self, device: Device) -> bool:
        return all(any(_like(text, pattern) for text in _texts(device, key)) for key, pattern in self.match)


def _like(text: str, pattern: str) -> bool:
    return fnmatchcase(text.lower(), pattern.lower())


def _texts(device: Device, key: str) -> tuple[str, ...]:
    if key == "address":
        return tuple(device.addresses)
    text: str | None = getattr(device, key)
    return () if text is None else (text,)


def waive(trace: Trace, waivers: tuple[Waiver, ...]) -> None:
    """Set aside what the waivers name, and note it."""
    told: Counter[tuple[str, str]] = Counter()
    asked = [(waiver, waiver.where.of(trace) if waiver.where is not None else None) for waiver in waivers]
    for finding in trace.findings:
        device = _device(finding)
        if not finding.is_cause:
            continue
        for waiver, means in asked:
            if finding.code in waiver.codes and waiver.fits(device) and (means is None or means(finding)):
                finding.waived = waiver.reason
                told[finding.code, waiver.reason] += 1
                break
    for (code, reason), count in sorted(told.items()):
        trace.notes.append(f"{code} ignored {count}× for its device: {reason}")


def _device(finding: Finding) -> Device | None:
    if finding.job is not None and finding.job.device is not None:
        return finding.job.device.root
    return next((x.device.root for x in finding.exchanges if x.device is not None), None)
