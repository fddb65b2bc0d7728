"""Who takes part, and what devices tell unasked: `Device`, `Client`, `Subscription`, `DeviceEvent`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wsdtrace.explore.ticket import Ticket
from wsdtrace.explore.tree import tree_text
from wsdtrace.explore.view import View, seconds
from wsdtrace.report.peers import write_client, write_device, write_event, write_subscription
from wsdtrace.report.words import between
from wsdtrace.soap.schema import Element
from wsdtrace.state import model

if TYPE_CHECKING:
    from wsdtrace.explore.collection import Collection
    from wsdtrace.explore.exchange import Exchange
    from wsdtrace.explore.job import Job


class Device(View[model.Device]):
    """A scanner, or another WSD service."""

    __slots__ = ()

    @property
    def id(self) -> int:
        return self._of.id

    @property
    def endpoint(self) -> str | None:
        """Endpoint address: `urn:uuid:…`."""
        return self._of.endpoint

    @property
    def addresses(self) -> list[str]:
        return list(self._of.addresses)

    @property
    def model(self) -> str | None:
        return self._of.model

    @property
    def manufacturer(self) -> str | None:
        return self._of.manufacturer

    @property
    def serial(self) -> str | None:
        return self._of.serial

    @property
    def firmware(self) -> str | None:
        return self._of.firmware

    @property
    def name(self) -> str | None:
        """FriendlyName."""
        return self._of.name

    @property
    def roles(self) -> list[str]:
        return list(self._of.roles)

    @property
    def configuration(self) -> Element | None:
        """Its ScannerConfiguration, typed; None where nobody asked for it."""
        found = self._of.configuration
        return found if isinstance(found, Element) else None

    @property
    def default_ticket(self) -> Ticket | None:
        """Its DefaultScanTicket."""
        found = self._of.default_ticket
        return Ticket(self._trace, found) if isinstance(found, Element) else None

    @property
    def exchanges(self) -> Collection[Exchange]:
        mine = [e for e in self._trace._facts.exchanges if e.device is self._of]
        return self._trace._exchanges(mine)

    @property
    def jobs(self) -> Collection[Job]:
        return self._trace._jobs([j for j in self._trace._facts.jobs if j.device is self._of])

    def _facts(self) -> list[str]:
        one = self._of
        where = " ".join(str(s) for s in one.sockets) or " ".join(one.addresses)
        return [str(one.id), self._said(one.manufacturer), self._said(one.model), where, ", ".join(one.roles)]

    def _text(self) -> str:
        told = self._page(lambda page: write_device(page, self._trace._facts, self._of))
        return told if self.configuration is None else f"{told}\n{tree_text(self._trace, self.configuration)}"


class Client(View[model.Client]):
    """A peer that uses devices."""

    __slots__ = ()

    @property
    def id(self) -> int:
        return self._of.id

    @property
    def addresses(self) -> list[str]:
        return list(self._of.addresses)

    @property
    def user_agent(self) -> str | None:
        return self._of.user_agent

    @property
    def fingerprint(self) -> str | None:
        """Equal for equal software."""
        return self._of.fingerprint

    @property
    def exchanges(self) -> Collection[Exchange]:
        mine = [e for e in self._trace._facts.exchanges if e.client is self._of]
        return self._trace._exchanges(mine)

    def _facts(self) -> list[str]:
        return [str(self.id), " ".join(self.addresses), self._said(self._of.user_agent)]

    def _text(self) -> str:
        return self._page(lambda page: write_client(page, self._trace._facts, self._of))


class Subscription(View[model.Subscription]):
    """An event subscription."""

    __slots__ = ()

    @property
    def id(self) -> int:
        """1-based."""
        return self._of.index + 1

    @property
    def device(self) -> Device | None:
        return self._trace._device(self._of.device)

    @property
    def client(self) -> Client | None:
        return self._trace._client(self._of.client)

    @property
    def actions(self) -> list[str]:
        """Of its filter; empty for all."""
        return list(self._of.actions)

    @property
    def granted(self) -> datetime | None:
        return self._moment(self._of.granted)

    @property
    def ended(self) -> datetime | None:
        return self._moment(self._of.ended)

    @property
    def ended_by(self) -> str | None:
        return None if self._of.ended_by is None else self._of.ended_by.value

    @property
    def expires_s(self) -> float | None:
        """Granted duration; None without end."""
        return seconds(self._of.expires_ns)

    @property
    def renewals(self) -> int:
        return self._of.renewals

    @property
    def creation(self) -> Exchange:
        """The Subscribe."""
        return self._trace._seen(self._of.creation)

    @property
    def events(self) -> Collection[Exchange]:
        """Notifications that it asked for."""
        return self._trace._exchanges(self._of.events)

    def _facts(self) -> list[str]:
        names = ", ".join(action.rpartition("/")[2] for action in self._of.actions) or "all events"
        return [str(self.id), self._said(names, 200), self.ended_by or ("live" if self._of.is_live else "")]

    def _text(self) -> str:
        return self._page(lambda page: write_subscription(page, self._trace._facts, self._of))


class DeviceEvent(View[model.DeviceEvent]):
    """A notification from a device to a client."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """`ScanAvailableEvent` …"""
        return self._of.name

    @property
    def exchange(self) -> Exchange:
        return self._trace._seen(self._of.exchange)

    @property
    def subscription(self) -> Subscription | None:
        """The subscription that asked for it."""
        return self._trace._subscription(self._of.subscription)

    @property
    def job(self) -> Job | None:
        """The job that it reports on, or that was created because of it."""
        return self._trace._job(self._of.job)

    @property
    def answered_by(self) -> Exchange | None:
        """ScanAvailableEvent: the CreateScanJob that followed."""
        return self._trace._exchange(self._of.answered_by)

    @property
    def time(self) -> datetime | None:
        return self._moment(self._of.exchange.first)

    def _facts(self) -> list[str]:
        return [self._said(self.name), between(self._of.exchange.first, self._of.exchange.last)]

    def _text(self) -> str:
        return self._page(lambda page: write_event(page, self._trace._facts, self._of))
