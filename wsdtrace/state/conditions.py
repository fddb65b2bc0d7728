"""Conditions of a device and its clock over time: which began, which lasts, which is over.

Theory of operation: a condition is told by ScannerStatusConditionEvent and listed in ScannerStatus while it lasts; its
number must not be used twice. What is told of it (name, component, time of its beginning) says whether a number that
comes again is the same condition. After Hello or Bye the device may have restarted: everything begins anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import datetime

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.message import Role
from wsdtrace.state.model import Device, Exchange, Transport
from wsdtrace.state.observations import ClockSeen, ConditionCleared, ConditionSeen, Sameness
from wsdtrace.state.scanwords import value_of
from wsdtrace.wsd.discovery import Bye, Hello
from wsdtrace.wsd.scan import (
    GetScannerElementsResponse,
    ScannerStatusConditionClearedEvent,
    ScannerStatusConditionEvent,
)
from wsdtrace.wsd.scanner import DeviceCondition, ScannerStatus

MAX_DEVICES = 10_000
"""Devices whose conditions are remembered."""
MAX_CONDITIONS = 1_000
"""Conditions remembered of one device; there are nine kinds of them for four components."""


@dataclass(slots=True)
class _Condition:
    """What was told of one number."""

    what: tuple[str, str]
    """Name and component."""
    time: datetime | None
    exchange: Exchange
    cleared: Stamp | None = None


@dataclass(slots=True)
class _Memory:
    """Of one device."""

    conditions: OrderedDict[int, _Condition] = field(default_factory=OrderedDict)
    listed: bool = False
    """A list of all conditions was seen."""
    clock: tuple[datetime, Exchange] | None = None


class ConditionBook(Listener):
    """Conditions and clocks of all devices."""

    def __init__(self) -> None:
        self._devices: OrderedDict[int, _Memory] = OrderedDict()

    def ears(self) -> Iterable[Ear]:
        told = Hello, Bye, ScannerStatusConditionEvent, ScannerStatusConditionClearedEvent
        return (
            Ear(MessageSeen, self._seen, of=told),
            Ear(ExchangeEnded, self._ended, of=(GetScannerElementsResponse,)),
        )

    def _of(self, device: Device | None) -> _Memory:
        number = 0 if device is None else device.root.id
        memory = self._devices.get(number)
        if memory is not None:
            self._devices.move_to_end(number)
            return memory
        memory = self._devices[number] = _Memory()
        if len(self._devices) > MAX_DEVICES:
            self._devices.popitem(last=False)
        return memory

    # -- what is told -------------------------------------------------------------------------

    def _seen(self, event: MessageSeen) -> Iterator[Event]:
        exchange, message = event.exchange, event.message
        if message.role is not Role.REQUEST or exchange.copy_of is not None:
            return
        value = value_of(message)
        if exchange.transport is Transport.UDP:
            if isinstance(value, Hello | Bye) and exchange.device is not None:
                self._devices.pop(exchange.device.root.id, None)
            return
        if isinstance(value, ScannerStatusConditionEvent) and value.device_condition is not None:
            yield from self._told(exchange, (value.device_condition,), event.stamp)
        elif isinstance(value, ScannerStatusConditionClearedEvent) and value.device_condition_cleared is not None:
            number = value.device_condition_cleared.condition_id
            if number is not None:
                yield self._cleared(exchange, number, event.stamp)

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        exchange = event.exchange
        value = value_of(exchange.response)
        said: list[Event] = []
        if exchange.copy_of is None and isinstance(value, GetScannerElementsResponse):
            for data in value.scanner_elements.element_data if value.scanner_elements is not None else ():
                if data.scanner_status is not None:
                    said += self._status(exchange, data.scanner_status, event.stamp)
        return said

    def _status(self, exchange: Exchange, status: ScannerStatus, stamp: Stamp) -> list[Event]:
        memory = self._of(exchange.device)
        said: list[Event] = []
        before, now = memory.clock, status.scanner_current_time
        if now is not None and exchange.request is not None:
            memory.clock = now, exchange
            # Of two answers that overlap nobody can say which is the later.
            if before is not None and before[1].last < exchange.request.first and _comparable(before[0], now):
                said.append(ClockSeen(stamp, exchange, before[1], before[0], now))
        if status.active_conditions is not None:
            memory.listed = True
            if status.active_conditions.device_condition:
                said += self._told(exchange, status.active_conditions.device_condition, stamp)
        if status.condition_history is not None:
            for entry in status.condition_history.condition_history_entry:
                if entry.id is not None:
                    _keep(
                        memory, entry.id, _Condition(_words(entry.name, entry.component), entry.time, exchange, stamp)
                    )
        return said

    def _told(self, exchange: Exchange, conditions: tuple[DeviceCondition, ...], stamp: Stamp) -> Iterator[Event]:
        memory = self._of(exchange.device)
        here: set[int] = set()
        for condition in conditions:
            if condition.id is None:
                continue
            words = _words(condition.name, condition.component)
            before = memory.conditions.get(condition.id)
            if condition.id in here:
                sameness = Sameness.TWICE
            elif before is None:
                sameness = Sameness.NEW
            else:
                sameness = _sameness(before, words, condition.time, exchange)
            here.add(condition.id)
            first = None if before is None else before.exchange
            yield ConditionSeen(stamp, exchange, condition.id, " ".join(filter(None, words)), sameness, first)
            if before is None or sameness is not Sameness.SAME:
                _keep(memory, condition.id, _Condition(words, condition.time, exchange))

    def _cleared(self, exchange: Exchange, number: int, stamp: Stamp) -> ConditionCleared:
        memory = self._of(exchange.device)
        known = memory.conditions.get(number)
        if known is not None and known.cleared is None:
            known.cleared = stamp
        return ConditionCleared(stamp, exchange, number, known is not None, memory.listed)


def _keep(memory: _Memory, number: int, condition: _Condition) -> None:
    memory.conditions[number] = condition
    memory.conditions.move_to_end(number)
    if len(memory.conditions) > MAX_CONDITIONS:
        memory.conditions.popitem(last=False)


def _sameness(before: _Condition, words: tuple[str, str], time: datetime | None, exchange: Exchange) -> Sameness:
    """Whether a number that comes again is the same condition."""
    if words != before.what:
        return Sameness.REUSED
    asked = exchange.request
    over = before.cleared is not None and asked is not None and asked.first > before.cleared
    if not over:
        return Sameness.SAME
    return Sameness.LASTS if time is None or before.time is None or time == before.time else Sameness.REUSED


def _words(name: object, component: object) -> tuple[str, str]:
    return str(name or ""), str(component or "")


def _comparable(a: datetime, b: datetime) -> bool:
    """Both have a time zone, or neither."""
    return (a.tzinfo is None) == (b.tzinfo is None)
