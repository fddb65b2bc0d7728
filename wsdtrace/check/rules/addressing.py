"""WSD30x: WS-Addressing message information headers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from wsdtrace.check.finding import Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import (
    answers_another,
    exchange_lines,
    is_displaced,
    message_line,
    sender_of,
    server_of,
    subject,
)
from wsdtrace.check.violations import short
from wsdtrace.soap import canonical
from wsdtrace.state.events import ExchangeEnded, MessageSeen
from wsdtrace.state.message import Message
from wsdtrace.wsd import ActionInfo, lookup_action


def _is_enveloped(event: MessageSeen) -> bool:
    """A WSD message with an envelope and something in it."""
    message = event.message
    return event.exchange.is_wsd and message.envelope is not None and message.envelope.version is not None


@rule(
    "WSD301",
    "message-id-missing",
    Severity.ERROR,
    on=MessageSeen,
    trace_of=lambda event: not event.message.message_id,
    when=_is_enveloped,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.TRACE,
    source=("A04", "field failure 24"),
)
def message_id_missing(event: MessageSeen) -> Iterator[Verdict]:
    """A message has no MessageID.

    Why:
        Without it a response cannot say what it answers, and repeats cannot be told from new messages.

    Bad:
        > drop wsa:MessageID
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    exchange, message = event.exchange, event.message
    if not message.message_id:
        yield Objection(
            f"{subject(exchange)}: {message.role.value} without MessageID",
            (message_line(exchange, message),),
            fault_of=sender_of(exchange, message),
            expected="a MessageID header",
            fold=message.role.value,
        )


def _both_enveloped(event: ExchangeEnded) -> bool:
    exchange = event.exchange
    request, response = exchange.request, exchange.response
    return (
        exchange.is_wsd
        and request is not None
        and request.message_id is not None
        and response is not None
        and response.envelope is not None
        and response.envelope.version is not None
    )


def _is_unrelated(event: ExchangeEnded) -> bool:
    """RelatesTo of the response is missing, or not the MessageID of its request."""
    response = event.exchange.response
    return response is None or response.relates_to is None or answers_another(event.exchange)


@rule(
    "WSD303",
    "relates-to-wrong",
    Severity.ERROR,
    on=ExchangeEnded,
    when=_both_enveloped,
    trace_of=_is_unrelated,
    needs=(Need.BOTH_DIRECTIONS, Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.SUBJECT,
    source=("A05", "F03"),
)
def relates_to_wrong(event: ExchangeEnded) -> Iterator[Verdict]:
    """RelatesTo of a response is missing or is not the MessageID of its request.

    Why:
        It is how a client knows which request an answer belongs to; Windows drops answers whose RelatesTo is
        wrong.

    Bad:
        GetScannerElements -> ok RelatesTo=urn:uuid:00000000-0000-4000-8000-00000000000f

    Good:
        GetScannerElements -> ok
    """
    exchange = event.exchange
    request, response = exchange.request, exchange.response
    assert request is not None
    assert response is not None
    if not _is_unrelated(event):
        return
    connection = event.connection
    is_unclear = (connection is not None and connection.gaps > 0) or is_displaced(exchange, connection)
    if response.relates_to is not None and is_unclear:
        yield Inconclusive("the request that this answers may be missing, or come later in the capture")
        return
    found = "missing" if response.relates_to is None else "not the request's MessageID"
    yield Objection(
        f"{subject(exchange)}: RelatesTo of the response is {found}",
        exchange_lines(
            exchange, asked=f"MessageID {request.message_id}", answered=f"RelatesTo {response.relates_to or '–'}"
        ),
        fault_of=server_of(exchange),
        expected=f"RelatesTo {request.message_id}",
    )


@rule(
    "WSD304",
    "action-unknown",
    Severity.WARNING,
    on=MessageSeen,
    when=lambda event: _is_enveloped(event) and event.message.action is not None,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.VERDICT,
    source="A02",
)
def action_unknown(event: MessageSeen) -> Iterator[Verdict]:
    """An Action that no table of the stack has.

    Why:
        The receiver cannot know what is asked; it answers ActionNotSupported, or not at all.

    Bad:
        > replace scan/GetScannerElements< scan/Bogus<
        GetScannerElements -> Fault wsa:ActionNotSupported

    Good:
        GetScannerElements -> ok
    """
    exchange, message = event.exchange, event.message
    assert message.action is not None
    if lookup_action(message.action) is None:
        yield Objection(
            short(f"{message.role.value} with an unknown Action {message.action}"),
            (message_line(exchange, message, f"Action {message.action}"),),
            fault_of=sender_of(exchange, message),
            expected="an Action of WS-Scan or of the protocols beneath it",
            fold=f"{message.role.value} {message.action}",
        )


def _has_both(event: MessageSeen) -> bool:
    message = event.message
    return _is_enveloped(event) and message.action is not None and _body(message) is not None and message.fault is None


def _body(message: Message) -> str | None:
    return message.body_local


def _other_generation(action: str, family: str, namespace: str | None) -> bool:
    """Action and body are of one vocabulary in different versions. Their scheme is WSD205's."""
    if namespace is None or canonical(namespace).family != family:
        return False
    version = action.rpartition("/")[0]
    return version.replace("https://", "http://", 1) != namespace.replace("https://", "http://", 1).rstrip("/")


@lru_cache(maxsize=1024)  # a protocol has some dozens of pairs; hostile ones push each other out
def _disagreement(action: str, known: ActionInfo, body: str, namespace: str | None) -> str | None:
    if known.bodies and body not in known.bodies:
        return f"Action says {known.operation}, the body is {body}"
    if _other_generation(action, known.family, namespace):
        return f"Action of {action.rpartition('/')[0]}, body of {namespace}"
    return None


@rule(
    "WSD305",
    "action-body-mismatch",
    Severity.ERROR,
    on=MessageSeen,
    when=_has_both,
    needs=(Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.VERDICT,
    source=("A03", "field failure 35"),
)
def action_body_mismatch(event: MessageSeen) -> Iterator[Verdict]:
    """Action and body element disagree, or their namespaces are of different generations.

    Why:
        Receivers dispatch by one and parse by the other. A body of 2006/01 under an Action of 2006/08 is
        answered by faults that seem to mean something else.

    Bad:
        > replace scan/GetScannerElements< scan/GetActiveJobs<
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    exchange, message = event.exchange, event.message
    assert message.action is not None
    assert message.envelope is not None
    known, name = lookup_action(message.action), message.envelope.body_name
    if known is None or name is None:
        return
    problem = _disagreement(message.action, known, name.local, name.namespace)
    if problem is None:
        return
    yield Objection(
        short(f"{subject(exchange)}: {problem}"),
        (message_line(exchange, message, f"Action {message.action}"),),
        fault_of=sender_of(exchange, message),
        expected=" or ".join(known.bodies),
        fold=f"{message.role.value} {problem}",
    )
