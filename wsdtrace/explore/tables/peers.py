"""Tables of who took part: devices, clients, subscriptions and events."""

from __future__ import annotations

from collections.abc import Iterable

from wsdtrace.explore.tables.columns import Column, Kind, Table
from wsdtrace.explore.tables.source import Source
from wsdtrace.explore.view import number_of


def _words(texts: Iterable[str]) -> str | None:
    return " ".join(texts) or None


DEVICES = Table(
    "devices",
    "a scanner, or another WSD service",
    Source,
    (
        Column("device", Kind.INT, "its id, 1-based", lambda s: [d.id for d in s.rows]),
        Column("endpoint", Kind.TEXT, "endpoint address: `urn:uuid:…`", lambda s: [d.endpoint for d in s.rows]),
        Column("addresses", Kind.TEXT, "separated by blanks", lambda s: [_words(d.addresses) for d in s.rows]),
        Column(
            "sockets",
            Kind.TEXT,
            "address and port of its servers",
            lambda s: [_words(map(str, d.sockets)) for d in s.rows],
        ),
        Column("manufacturer", Kind.TEXT, "", lambda s: [d.manufacturer for d in s.rows], said=True),
        Column("model", Kind.TEXT, "", lambda s: [d.model for d in s.rows], said=True),
        Column("name", Kind.TEXT, "FriendlyName", lambda s: [d.name for d in s.rows], said=True),
        Column("serial", Kind.TEXT, "serial number", lambda s: [d.serial for d in s.rows], said=True),
        Column("firmware", Kind.TEXT, "its version", lambda s: [d.firmware for d in s.rows], said=True),
        Column("metadata_version", Kind.INT, "", lambda s: [d.metadata_version for d in s.rows]),
        Column("roles", Kind.TEXT, "separated by `, `", lambda s: [", ".join(d.roles) or None for d in s.rows]),
        Column(
            "first_time",
            Kind.TIME,
            "when it was seen first",
            lambda s: [None if d.first is None else d.first.time_ns for d in s.rows],
        ),
    ),
)

CLIENTS = Table(
    "clients",
    "a peer that uses devices",
    Source,
    (
        Column("client", Kind.INT, "its id, 1-based", lambda s: [c.id for c in s.rows]),
        Column("addresses", Kind.TEXT, "separated by blanks", lambda s: [_words(c.addresses) for c in s.rows]),
        Column("user_agent", Kind.TEXT, "", lambda s: [c.user_agent for c in s.rows], said=True),
        Column("fingerprint", Kind.TEXT, "equal for equal software", lambda s: [c.fingerprint for c in s.rows]),
        Column(
            "first_time",
            Kind.TIME,
            "when it was seen first",
            lambda s: [None if c.first is None else c.first.time_ns for c in s.rows],
        ),
    ),
)

SUBSCRIPTIONS = Table(
    "subscriptions",
    "an event subscription",
    Source,
    (
        Column("subscription", Kind.INT, "its id, 1-based", lambda s: [x.index + 1 for x in s.rows]),
        Column(
            "device",
            Kind.INT,
            "",
            lambda s: [None if x.device is None else x.device.id for x in s.rows],
            "devices.device",
        ),
        Column(
            "client",
            Kind.INT,
            "",
            lambda s: [None if x.client is None else x.client.id for x in s.rows],
            "clients.client",
        ),
        Column("exchange", Kind.INT, "the Subscribe", lambda s: [x.creation.id for x in s.rows], "exchanges.exchange"),
        Column("granted_time", Kind.TIME, "end of SubscribeResponse", lambda s: [x.granted.time_ns for x in s.rows]),
        Column(
            "expires_s",
            Kind.FLOAT,
            "granted duration; absent without end",
            lambda s: [None if x.expires_ns is None else x.expires_ns / 1e9 for x in s.rows],
        ),
        Column("renewals", Kind.INT, "", lambda s: [x.renewals for x in s.rows]),
        Column("events", Kind.INT, "notifications that came for it", lambda s: [len(x.events) for x in s.rows]),
        Column(
            "actions",
            Kind.TEXT,
            "of its filter, separated by blanks; absent for all",
            lambda s: [_words(x.actions) for x in s.rows],
        ),
        Column(
            "destinations",
            Kind.INT,
            "scan destinations that it registered",
            lambda s: [len(x.destinations) for x in s.rows],
        ),
        Column("sink", Kind.TEXT, "NotifyTo, as written", lambda s: [x.sink for x in s.rows]),
        Column("ended_time", Kind.TIME, "", lambda s: [None if x.ended is None else x.ended.time_ns for x in s.rows]),
        Column(
            "ended_by",
            Kind.TEXT,
            "`Unsubscribe`, `SubscriptionEnd`, `expired` …",
            lambda s: [None if x.ended_by is None else x.ended_by.value for x in s.rows],
        ),
    ),
)

EVENTS = Table(
    "events",
    "a notification from a device to a client",
    Source,
    (
        Column(
            "exchange", Kind.INT, "that carried it", lambda s: [e.exchange.id for e in s.rows], "exchanges.exchange"
        ),
        Column("name", Kind.TEXT, "`ScanAvailableEvent` …", lambda s: [e.name for e in s.rows]),
        Column("time", Kind.TIME, "its first byte", lambda s: [e.exchange.first.time_ns for e in s.rows]),
        Column(
            "device",
            Kind.INT,
            "",
            lambda s: [None if e.exchange.device is None else e.exchange.device.id for e in s.rows],
            "devices.device",
        ),
        Column(
            "client",
            Kind.INT,
            "",
            lambda s: [None if e.exchange.client is None else e.exchange.client.id for e in s.rows],
            "clients.client",
        ),
        Column(
            "subscription",
            Kind.INT,
            "that asked for it",
            lambda s: [None if e.subscription is None else e.subscription.index + 1 for e in s.rows],
            "subscriptions.subscription",
        ),
        Column(
            "standing",
            Kind.TEXT,
            "whether it was asked for",
            lambda s: [None if e.standing is None else e.standing.value for e in s.rows],
        ),
        Column(
            "job",
            Kind.INT,
            "that it reports on, or that it led to",
            lambda s: s.jobs([e.job for e in s.rows]),
            "jobs.job",
        ),
        Column("job_id", Kind.INT, "that it names", lambda s: [e.job_id for e in s.rows]),
        Column("input_source", Kind.TEXT, "where the paper is", lambda s: [e.input_source for e in s.rows]),
        Column(
            "answered_by",
            Kind.INT,
            "the CreateScanJob that followed",
            lambda s: [None if e.answered_by is None else e.answered_by.id for e in s.rows],
            "exchanges.exchange",
        ),
        Column("frame", Kind.INT, "", lambda s: [number_of(e.exchange.first) for e in s.rows]),
    ),
)
