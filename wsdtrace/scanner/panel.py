"""What happens at the scanner itself: its button, its lid, its name; and the seven events by which it tells."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from wsdtrace.dataclass import dataclass
from wsdtrace.scanner import profile as is_
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import scan
from wsdtrace.wsd import scanner as say
from wsdtrace.wsd.values import Component, ConditionName, InputSource, Severity

if TYPE_CHECKING:
    from wsdtrace.scanner.clock import Clock
    from wsdtrace.scanner.jobs import ScanJob
    from wsdtrace.scanner.subscriptions import Subscription, Subscriptions

PRESS_S = 60.0
"""After so long a press is forgotten."""
MAX_PRESSES = 64
"""Presses that wait for their job."""


class Behind(Protocol):
    """What the panel has to know of the device behind it."""

    clock: Clock
    subscriptions: Subscriptions
    notify: Callable[[Subscription, Element], None]
    metadata_version: int

    @property
    def profile(self) -> is_.Profile: ...

    @property
    def is_busy(self) -> bool: ...


@dataclass(slots=True, eq=False)
class Panel:
    """The front of a device."""

    device: Behind
    presses: int = 0
    conditions: dict[int, say.DeviceCondition] = field(default_factory=dict)
    """That last now, by number."""
    name: str | None = None
    """What its owner calls it by now."""
    _waiting: dict[str, str] = field(default_factory=dict)
    """ScanIdentifier → ClientContext of presses that no job answered yet."""
    _numbers: int = 0
    _told: tuple[str, tuple[str, ...]] | None = None
    """State and reasons that were told last."""

    # -- what it says -------------------------------------------------------------------------

    def description(self) -> say.ScannerDescription:
        """What it is called."""
        import dataclasses  # noqa: PLC0415  # for a device that was renamed

        profile = self.device.profile
        return is_.description(dataclasses.replace(profile, name=self.name) if self.name else profile)

    @property
    def critical(self) -> str | None:
        """A condition that stops it."""
        stops = (str(c.name) for c in self.conditions.values() if c.severity == Severity.CRITICAL)
        return next(stops, None)

    def status(self) -> say.ScannerStatus:
        """What it does now."""
        state, reasons = is_.state_of(busy=self.device.is_busy, stopped_by=self.critical)
        return say.ScannerStatus(
            scanner_current_time=is_.clock_time(self.device.clock.now_ns()),
            scanner_state=state,
            scanner_state_reasons=reasons,
            active_conditions=say.ActiveConditions(device_condition=tuple(self.conditions.values())),
        )

    # -- what its user does -------------------------------------------------------------------

    def destinations(self) -> list[tuple[Subscription, str, str]]:
        """What its display offers: subscription, ClientContext, ClientDisplayName."""
        wanting = self.device.subscriptions.wanting("ScanAvailableEvent")
        return [(s, context, name) for s in wanting for context, name in s.destinations.items()]

    def press(self, destination: str | None = None, source: str = InputSource.PLATEN) -> str | None:
        """Press the button; the ScanIdentifier of the event, or None where nobody can be chosen.

        Args:
            destination: ClientDisplayName or ClientContext that is chosen; the first when None.
            source: where the original is.
        """
        self.presses += 1
        for subscription, context, name in self.destinations():
            if destination in (None, context, name):
                identifier = f"press-{secrets.token_hex(6)}"
                while len(self._waiting) >= MAX_PRESSES:
                    self._waiting.pop(next(iter(self._waiting)))
                self._waiting[identifier] = context
                self.device.clock.later(PRESS_S, partial(self.answered, identifier))
                event = scan.ScanAvailableEvent(client_context=context, scan_identifier=identifier, input_source=source)
                self.device.notify(subscription, event)
                return identifier
        return None

    def is_waiting(self, identifier: str | None) -> bool:
        """A press of this name waits for its job."""
        return identifier in self._waiting

    def answered(self, identifier: str | None) -> None:
        """A job answers a press."""
        self._waiting.pop(identifier or "", None)

    def begin(
        self,
        name: str = ConditionName.COVER_OPEN,
        component: str = Component.ADF,
        severity: str = Severity.CRITICAL,
    ) -> int:
        """A condition begins; its number."""
        self._numbers += 1
        condition = say.DeviceCondition(
            id=self._numbers,
            time=is_.clock_time(self.device.clock.now_ns()),
            name=name,
            component=component,
            severity=severity,
        )
        self.conditions[self._numbers] = condition
        self._tell(scan.ScannerStatusConditionEvent(device_condition=condition))
        self.state_changed()
        return self._numbers

    def clear(self, number: int) -> None:
        """A condition is over."""
        if self.conditions.pop(number, None) is not None:
            cleared = say.DeviceConditionCleared(
                condition_id=number, condition_clear_time=is_.clock_time(self.device.clock.now_ns())
            )
            self._tell(scan.ScannerStatusConditionClearedEvent(device_condition_cleared=cleared))
            self.state_changed()

    def rename(self, name: str) -> None:
        """Its owner gives it another name."""
        self.name = name
        self.device.metadata_version += 1
        changes = scan.ElementChanges(scanner_description=self.description())
        self._tell(scan.ScannerElementsChangeEvent(element_changes=changes))

    # -- what it tells ------------------------------------------------------------------------

    def job_changed(self, job: ScanJob) -> None:
        """A job's status is another one."""
        self._tell(scan.JobStatusEvent(job_status=job.status()))
        self.state_changed()

    def job_ended(self, job: ScanJob) -> None:
        """A job is over."""
        self._tell(scan.JobEndStateEvent(job_end_state=job.end_state()))
        self.state_changed()

    def state_changed(self) -> None:
        """Tell the scanner's state, if it is another one than was told before."""
        state, reasons = is_.state_of(busy=self.device.is_busy, stopped_by=self.critical)
        told = state, tuple(map(str, reasons.scanner_state_reason))
        if told != self._told:
            self._told = told
            summary = say.StatusSummary(scanner_state=state, scanner_state_reasons=reasons)
            self._tell(scan.ScannerStatusSummaryEvent(status_summary=summary))

    def _tell(self, event: Element) -> None:
        for subscription in self.device.subscriptions.wanting(type(event).__name__):
            self.device.notify(subscription, event)
