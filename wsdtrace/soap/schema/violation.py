"""What a message may have wrong against its declaration: facts for rules, without severity."""

from __future__ import annotations

from enum import StrEnum

from wsdtrace.dataclass import dataclass


class ViolationKind(StrEnum):
    """Kinds of `Violation`."""

    ELEMENT_MISSING = "element_missing"
    """a required child is absent"""
    ELEMENT_UNKNOWN = "element_unknown"
    """a child of the same vocabulary that the parent does not have"""
    ELEMENT_REPEATED = "element_repeated"
    """a second child where one is allowed; the first one counts"""
    ELEMENT_ORDER = "element_order"
    """children out of schema order; told once for each parent"""
    ELEMENT_ALIAS = "element_alias"
    """a known misspelling of an element's name; it was read as the element"""
    CHOICE_VIOLATED = "choice_violated"
    """both, or neither, of the children of a choice"""
    ATTRIBUTE_MISSING = "attribute_missing"
    ATTRIBUTE_UNKNOWN = "attribute_unknown"
    """an attribute of the vocabulary, or of none, that the element does not have"""
    ATTRIBUTE_MISPLACED = "attribute_misplaced"
    """an attribute that other elements of the vocabulary have, or this one in other messages"""
    VALUE_INVALID = "value_invalid"
    """text that is not of its type, or out of its range"""
    VALUE_UNKNOWN = "value_unknown"
    """an enumeration value that is neither documented nor prefixed as a vendor's"""
    VALUE_ALIAS = "value_alias"
    """a known misspelling of a value, or one that the documentation's own defects allow"""
    PREFIX_UNBOUND = "prefix_unbound"
    """a QName value whose prefix has no binding"""
    TEXT_UNEXPECTED = "text_unexpected"
    """text among child elements, or a child element in a text"""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place in which a message differs from its declaration."""

    kind: ViolationKind
    path: str
    """Local names from the body element down, `[n]` (1-based) where siblings share a name; an attribute is `@Name`.
    For an absent element or attribute, the path that it would have."""
    found: str
    """What stands there, as written; empty for an absence."""
    expected: str
    """What the declaration asks for, in words."""
    line: int
    """1-based line of the element, or of the parent of an absent one; 0 when not known."""
    may_be_empty: bool = False
    """The absent element is a container that may be empty (ActiveConditions)."""
    reliable: bool = True
    """False behind the first defect of a document that is not well-formed: absence proves nothing there."""
    redacted: bool = False
    """`found` is the content of an element that is declared as private."""
