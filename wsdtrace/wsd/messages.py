"""An envelope → its operation, its typed body, and what is wrong with that."""

from __future__ import annotations

from dataclasses import field, replace
from typing import cast

from wsdtrace.dataclass import dataclass
from wsdtrace.soap.bodyplan import BodyPlan
from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.fault import Fault
from wsdtrace.soap.locate import Locator
from wsdtrace.soap.namespaces import canonical, family_tag, split
from wsdtrace.soap.schema import Element, Violation, ViolationKind, decode_element, shape
from wsdtrace.soap.schema.plan import Unplanned
from wsdtrace.soap.tree import local_of, tag_of
from wsdtrace.wsd.actions import MESSAGES, Message, lookup_action, message_of_body


@dataclass(frozen=True, slots=True)
class Decoded:
    """The typed content of one envelope."""

    value: Element | Fault | None
    """The body element; None where the Body is empty or holds something that is not declared."""
    message: Message | None
    """Its row in the table, by the body element."""
    violations: tuple[Violation, ...] = ()
    by_plan: bool = field(default=False, compare=False)
    """Typed by the example of a message with the same markup, with which it shares its violations."""


_NOTHING = Decoded(None, None)


def decode_message(envelope: Envelope) -> Decoded:
    """Read the body of an envelope as a typed value. Never raises."""
    template = envelope.template
    if template is None or envelope.texts is None or envelope.fault is not None:
        return _decode(envelope)
    learnt: tuple[BodyPlan, Decoded] | None = template.plans.get("typed")
    if learnt is None:
        made = _decode(envelope)
        template.plans["typed"] = BodyPlan(envelope, envelope.texts, made.value), made
        return made
    plan, example = learnt
    try:
        return Decoded(plan.read(envelope.texts), example.message, example.violations, by_plan=True)
    except Unplanned:
        return _decode(envelope)


def _decode(envelope: Envelope) -> Decoded:
    """Read the body from the tree."""
    if envelope.fault is not None:
        return Decoded(envelope.fault, None)
    element = envelope.body_child
    if element is None:
        return _NOTHING
    tag = tag_of(element)
    message = message_of_body(tag) or message_of_body(family_tag(tag))
    renamed: dict[str, str] = {}
    if message is None:
        message, renamed = _by_local_name(envelope, tag)
    if message is None or message.type is None:
        return _NOTHING
    value, violations = decode_element(shape(message.type), element, renamed)
    local = local_of(element)
    if local in message.misspelt:
        line = cast("int | None", element.sourceline) or 0
        violations.insert(0, Violation(ViolationKind.ELEMENT_ALIAS, local, local, message.type.__name__, line))
    if violations and envelope.reliable_until is not None:
        locator = Locator(envelope)
        violations = [v if locator.complete(v.path) else replace(v, reliable=False) for v in violations]
    return Decoded(value, message, tuple(violations))


def _by_local_name(envelope: Envelope, tag: str) -> tuple[Message | None, dict[str, str]]:
    """The message that a body element in an unknown namespace evidently is, and what that namespace stands for.

    Seen: the prefix of WS-Scan bound to `http://tempuri.org/`, with the action of the real one.
    """
    uri, local = split(tag)
    if not uri or canonical(uri).kind is not None:
        return None, {}
    info = lookup_action(envelope.headers.action or "")
    for message in MESSAGES:
        named = message.type is not None and local in (message.type.__name__, *message.misspelt)
        if named and (info is None or info.family == message.family):
            return message, {uri: message.family}
    return None, {}


def operation_of(envelope: Envelope) -> str | None:
    """The operation that a message belongs to: by its action, else by its body element.

    None for a fault (its exchange says which operation it answers) and for what is in no table.
    """
    info = lookup_action(envelope.headers.action) if envelope.headers.action else None
    if info is not None:
        return info.operation
    if envelope.fault is not None or envelope.body_child is None:
        return None
    tag = str(envelope.body_child.tag)
    message = message_of_body(family_tag(tag)) or _by_local_name(envelope, tag)[0]
    return message.operation if message is not None else None
