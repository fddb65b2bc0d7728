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
        Column("device", Kind.INT, "its id, 1-based", "id"),
        Column("endpoint", Kind.TEXT, "endpoint address: `urn:uuid:…`", "endpoint"),
        Column("addresses", Kind.TEXT, "separated by blanks", lambda s: [_words(d.addresses) for d in s.rows]),
        Column(
            "sockets",
            Kind.TEXT,
            "address and port of its servers",
            lambda s: [_words(map(str, d.sockets)) for d in s.rows],
        ),
        Column("manufacturer", Kind.TEXT, "", "manufacturer", said=True),
        Column("model", Kind.TEXT, "", "model", said=True),
        Column("name", Kind.TEXT, "FriendlyName", "name", said=True),
        Column("serial", Kind.TEXT, "serial number", "serial", said=True),
        Column("firmware", Kind.TEXT, "its version", "firmware", said=True),
        Column("metadata_version", Kind.INT, "", "metadata_version"),
        Column("roles", Kind.TEXT, "separated by `, `", lambda s: [", ".join(d.roles) or None for d in s.rows]),
        Column("first_time", Kind.TIME, "when it was seen first", "first.time_ns"),
    ),
)

CLIENTS = Table(
    "clients",
    "a peer that uses devices",
    Source,
    (
        Column("client", Kind.INT, "its id, 1-based", "id"),
        Column("addresses", Kind.TEXT, "separated by blanks", lambda s: [_words(c.addresses) for c in s.rows]),
        Column("user_agent", Kind.TEXT, "", "user_agent", said=True),
        Column("fingerprint", Kind.TEXT, "equal for equal software", "fingerprint"),
        Column("first_time", Kind.TIME, "when it was seen first", "first.time_ns"),
    ),
)

SUBSCRIPTIONS = Table(
    "subscriptions",
    "an event subscription",
    Source,
    (
        Column("subscription", Kind.INT, "its id, 1-based", lambda s: [x.index + 1 for x in s.rows]),
        Column("device", Kind.INT, "", "device.id", "devices.device"),
        Column("client", Kind.INT, "", "client.id", "clients.client"),
        Column("exchange", Kind.INT, "the Subscribe", "creation.id", "exchanges.exchange"),
        Column("granted_time", Kind.TIME, "end of SubscribeResponse", "granted.time_ns"),
        Column(
            "expires_s",
            Kind.FLOAT,
            "granted duration; absent without end",
            lambda s: [None if x.expires_ns is None else x.expires_ns / 1e9 for x in s.rows],
        ),
        Column("renewals", Kind.INT, "", "renewals"),
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
        Column("sink", Kind.TEXT, "NotifyTo, as written", "sink"),
        Column("ended_time", Kind.TIME, "", "ended.time_ns"),
        Column("ended_by", Kind.TEXT, "`Unsubscribe`, `SubscriptionEnd`, `expired` …", "ended_by.value"),
    ),
)

EVENTS = Table(
    "events",
    "a notification from a device to a client",
    Source,
    (
        Column("exchange", Kind.INT, "that carried it", "exchange.id", "exchanges.exchange"),
        Column("name", Kind.TEXT, "`ScanAvailableEvent` …", "name"),
        Column("time", Kind.TIME, "its first byte", "exchange.first.time_ns"),
        Column("device", Kind.INT, "", "exchange.device.id", "devices.device"),
        Column("client", Kind.INT, "", "exchange.client.id", "clients.client"),
        Column(
            "subscription",
            Kind.INT,
            "that asked for it",
            lambda s: [None if e.subscription is None else e.subscription.index + 1 for e in s.rows],
            "subscriptions.subscription",
        ),
        Column("standing", Kind.TEXT, "whether it was asked for", "standing.value"),
        Column(
            "job",
            Kind.INT,
            "that it reports on, or that it led to",
            lambda s: s.jobs([e.job for e in s.rows]),
            "jobs.job",
        ),
        Column("job_id", Kind.INT, "that it names", "job_id"),
        Column("input_source", Kind.TEXT, "where the paper is", "input_source"),
        Column("answered_by", Kind.INT, "the CreateScanJob that followed", "answered_by.id", "exchanges.exchange"),
        Column("frame", Kind.INT, "", lambda s: [number_of(e.exchange.first) for e in s.rows]),
    ),
)
