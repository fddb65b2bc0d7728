"""What the declared types say about names: which elements exist, and which values are QNames.

Derived from the declarations that were made so far (`schema.declare`), so that the room below the messages need not
list them a second time.
"""

from __future__ import annotations

from functools import cache

from wsdtrace.soap.namespaces import split
from wsdtrace.soap.schema.declare import Shape, declarations, declared, shape
from wsdtrace.soap.schema.lexical import Names

HEADER_BLOCKS = frozenset({"To", "Action", "MessageID", "RelatesTo", "ReplyTo", "From", "FaultTo", "AppSequence"})


def known_names() -> dict[str, str]:
    """Local names of declared elements, with the namespace that they are declared in."""
    return _tables(declarations())[0]


def qname_valued(tag: str) -> str | None:
    """Where an element holds QNames: "" in its text, a name in that attribute; None: nowhere."""
    return _tables(declarations())[1].get(tag)


def qname_places() -> dict[str, str]:
    """The whole table of `qname_valued`, for those who ask about every element of a message."""
    return _tables(declarations())[1]


def holds_names(tag: str) -> bool:
    """A message whose body element is `tag` may hold QNames somewhere."""
    return tag in _tables(declarations())[2]


@cache
def _tables(_count: int) -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """The tables over all declarations; `_count` of them, so that later ones make new tables."""
    names: dict[str, str] = {}
    places: dict[str, str] = {}
    holders: set[str] = set()
    for cls in declared():
        type_ = shape(cls)
        if not type_.namespace:
            continue
        names.setdefault(type_.local, type_.namespace)
        if _collect(type_, places, set()):
            holders.add(type_.tag)
    return names, places, frozenset(holders)


def _collect(type_: Shape, places: dict[str, str], above: set[int]) -> bool:
    """Note where QNames are in a type; True when there are any, at whatever depth."""
    if id(type_) in above:
        return False
    found = False
    for field in type_.attributes:
        if isinstance(field.type, Names):
            places[type_.tag] = split(field.local)[1]
            found = True
    for field in type_.children:
        if isinstance(field.type, Names):
            places[field.tag] = ""
            found = True
        elif isinstance(field.type, Shape) and _collect(field.type, places, above | {id(type_)}):
            found = True
    return found
