"""Violations of a message's declaration → words and evidence: what the rules about schema, ticket and values share.

The decoder found them while it read the message; nothing is decoded again here. Only what will be shown is looked up in
the bytes, all of one message by one scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wsdtrace.check.finding import Evidence, Objection, Severity
from wsdtrace.check.show import message_line, quoted, sender_of, subject
from wsdtrace.soap import span_at
from wsdtrace.soap.schema import Violation, ViolationKind
from wsdtrace.state.events import MessageSeen
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange

MAX_MESSAGE = 100
"""Characters of a finding's message (conventions 41)."""

_INDEX = re.compile(r"\[[^\]]*\]")


def is_typed(event: MessageSeen) -> bool:
    """A WSD message whose body is declared and was read as what it is."""
    decoded = event.message.decoded
    return event.exchange.is_wsd and decoded is not None and decoded.message is not None and decoded.value is not None


def violations(message: Message, *kinds: ViolationKind) -> Iterator[Violation]:
    """The violations of these kinds, in order."""
    if message.decoded is not None:
        for violation in message.decoded.violations:
            if violation.kind in kinds:
                yield violation


def steps(violation: Violation) -> list[str]:
    """The path in local names without indexes: the same for every sibling."""
    return _INDEX.sub("", violation.path).split("/")


def last(violation: Violation) -> str:
    """Local name of the element, or attribute with `@`, that the violation is about."""
    return steps(violation)[-1]


def parent(violation: Violation) -> str:
    """Local name of the element above."""
    names = steps(violation)
    return names[-2] if len(names) > 1 else "Body"


def has_violations(event: MessageSeen) -> bool:
    """The message is not as declared somewhere: the trace of what `violations` gives."""
    decoded = event.message.decoded
    return decoded is not None and bool(decoded.violations)


def shown(violation: Violation) -> str:
    """The text that was found, ready to be quoted; nothing of what is private."""
    return "‹redacted›" if violation.redacted else repr(violation.found)


def short(text: str, limit: int = MAX_MESSAGE) -> str:
    """A text that fits in a finding's message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


class Objector:
    """Makes objections about places in one message."""

    def __init__(self, event: MessageSeen) -> None:
        self._exchange: Exchange = event.exchange
        self._message: Message = event.message
        self.who = f"{subject(event.exchange)} {event.message.role.value}"

    def object(
        self, violation: Violation, fact: str, expected: str | None = None, severity: Severity | None = None
    ) -> Objection:
        """Object to one violation; equal ones of other siblings and messages are one finding with it."""
        path = _INDEX.sub("", violation.path)
        return Objection(
            short(f"{self.who}: {fact}"),
            (message_line(self._exchange, self._message, path=violation.path),),
            severity=severity,
            fault_of=sender_of(self._exchange, self._message),
            expected=expected or violation.expected or None,
            fold=f"{self._message.role.value} {violation.kind} {path} {violation.found}",
            closer=lambda: (self.evidence(violation),),
        )

    def evidence(self, violation: Violation) -> Evidence:
        """The bytes that a violation is about."""
        envelope = self._message.envelope
        if envelope is None:
            return message_line(self._exchange, self._message, path=violation.path)
        span = span_at(envelope, violation.path)
        return quoted(self._exchange, self._message, span, path=violation.path)
