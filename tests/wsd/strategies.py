"""Values of any declared type, for property tests: made from the declaration itself.

A value is made from a seed, not drawn child by child: a scan ticket has so many children that drawing them is slow.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from wsdtrace.soap.namespaces import DISCOVERY, SCAN
from wsdtrace.soap.schema import Duration, Extension, Field, Kind, Shape, Simple
from wsdtrace.soap.schema.lexical import Bool, DateTime, Enumeration, Expiration, Int, Names, String, Words
from wsdtrace.soap.xml import QName

LETTERS = "abcXYZ019-_.:/#äß漢😀&<>\"'"
EXTENSIONS = [
    Extension.of(etree.fromstring(xml))
    for xml in ("<v:a xmlns:v='urn:vendor'>1</v:a>", "<v:b xmlns:v='urn:vendor' c='d'><v:e/></v:b>")
]


def value_of(type_: Shape, rng: random.Random) -> Any:
    """A value of a declared type: partial, with children in excess of a choice, and with extensions."""
    fields = {field.python: _field(field, rng) for field in type_.fields()}
    if type_.content is None and rng.random() < 0.2:
        fields["extensions"] = (rng.choice(EXTENSIONS),)
    return type_.cls(**fields)


def _field(field: Field, rng: random.Random) -> Any:
    if field.type is None:
        return tuple(rng.choices(EXTENSIONS, k=rng.randrange(3)))
    if field.repeated:
        return tuple(_one(field.type, rng) for _ in range(rng.randrange(3)))
    # An empty text and none at all are the same on the wire, so a text of its own is always there.
    return None if rng.random() < 0.3 and field.spec.kind is not Kind.CONTENT else _one(field.type, rng)


def _one(type_: Shape | Simple, rng: random.Random) -> Any:
    if isinstance(type_, Shape):
        return value_of(type_, rng)
    match type_:
        case Int(low=low, high=high):
            return rng.choice([low, high, rng.randint(low, high)])
        case Bool():
            return rng.random() < 0.5
        case Enumeration(kind=kind):
            return rng.choice([*kind, "acme:other", "Other"])
        case DateTime():
            return _date(rng)
        case Expiration():
            return rng.choice([_date(rng), Duration(rng.randrange(30), Decimal(rng.randrange(10**6)) / 10)])
        case Words():
            return tuple(_text(rng) for _ in range(rng.randrange(3)))
        case Names(many=many):
            return tuple(_name(rng) for _ in range(rng.randrange(3))) if many else _name(rng)
        case String(max_length=limit):
            return _text(rng)[:limit]
    raise AssertionError(type_)


def _text(rng: random.Random) -> str:
    return "".join(rng.choices(LETTERS, k=rng.randrange(1, 9)))


def _name(rng: random.Random) -> QName:
    return QName(rng.choice([SCAN, DISCOVERY]), rng.choice(["ScannerStatus", "JobStatus", "a"]))


def _date(rng: random.Random) -> datetime:
    moment = datetime.fromtimestamp(rng.randrange(4 * 10**9), UTC).replace(microsecond=rng.choice([0, 500_000, 1]))
    return moment if rng.random() < 0.7 else moment.replace(tzinfo=None)
