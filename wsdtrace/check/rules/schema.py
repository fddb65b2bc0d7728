"""WSD207–212: the body against its declaration."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Verdict, rule
from wsdtrace.check.show import message_line, sender_of, subject
from wsdtrace.check.tickets import excesses
from wsdtrace.check.violations import Objector, has_violations, is_typed, last, parent, short, shown, steps, violations
from wsdtrace.soap.schema import Violation, ViolationKind
from wsdtrace.state.events import MessageSeen
from wsdtrace.state.message import Role
from wsdtrace.state.tickets import ticket_of

CUT = "the message is damaged within or before this text"
FINAL = "DocumentFinalParameters"
ANSWERED_BY_NAME = frozenset({"ScannerElements", "JobElements"})
"""Containers whose ElementData are asked for by name: what is missing in them is WSD801's."""


def _within_final(violation: Violation) -> bool:
    return FINAL in steps(violation)[:-1]


@rule(
    "WSD207",
    "element-missing",
    Severity.ERROR,
    on=MessageSeen,
    when=is_typed, trace_of=has_violations,
    alike=Alike.VERDICT,
    source=(
        "C01", "C07", "I01", "S14", "S18", "E12", "E22", "E23", "E24", "R09", "D11",
        "field failure 38",
    ),
)  # fmt: skip
def element_missing(event: MessageSeen) -> Iterator[Verdict]:
    """A required child or attribute is absent.

    Why:
        Receivers read what the schema promises. Some refuse the message (seen: Kyocera M2040dn answers InvalidArgs
        to RetrieveImage without DocumentDescription), others fall over. A container that may be empty, such as
        ActiveConditions, loses nothing by its absence: that is a warning.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        > drop wscn:DocumentDescription
        RetrieveImage JobId=1 JobToken=t -> Fault InvalidArgs
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    objector = Objector(event)
    for violation in violations(event.message, ViolationKind.ELEMENT_MISSING, ViolationKind.ATTRIBUTE_MISSING):
        if _within_final(violation) or (last(violation) == "ElementData" and parent(violation) in ANSWERED_BY_NAME):
            continue
        if not violation.reliable:
            yield Inconclusive("the message is damaged before the place where the element would stand")
            continue
        what = "attribute " + last(violation)[1:] if last(violation).startswith("@") else last(violation)
        yield objector.object(
            violation,
            f"{parent(violation)} has no {what}",
            expected=what,
            severity=Severity.WARNING if violation.may_be_empty else None,
        )


UNKNOWN = (
    ViolationKind.ELEMENT_UNKNOWN,
    ViolationKind.ELEMENT_ALIAS,
    ViolationKind.ELEMENT_REPEATED,
    ViolationKind.ATTRIBUTE_UNKNOWN,
    ViolationKind.ATTRIBUTE_MISPLACED,
    ViolationKind.TEXT_UNEXPECTED,
)

TICKET_MARKS = frozenset({"@MustHonor", "@Override", "@UsedDefault"})
"""Attributes of which WSD703 tells where they may not stand."""


@rule(
    "WSD208",
    "element-unknown",
    Severity.INFO,
    on=MessageSeen,
    when=is_typed,
    trace_of=has_violations,
    alike=Alike.VERDICT,
    source=("C16", "S03", "X schema"),
)
def element_unknown(event: MessageSeen) -> Iterator[Verdict]:
    """A child or attribute that neither documentation nor schema have there, outside vendors' extensions.

    Why:
        Receivers skip it. What its sender meant by it is lost, and where it is a misspelling, so is what should
        have stood there.

    Bad:
        < add wscn:ScannerStatus <wscn:Mood>good</wscn:Mood>
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    objector = Objector(event)
    for violation in violations(event.message, *UNKNOWN):
        name, above = last(violation), parent(violation)
        if name in TICKET_MARKS:
            continue
        match violation.kind:
            case ViolationKind.ELEMENT_ALIAS:
                fact = f"{violation.found} is a misspelling of {violation.expected}"
            case ViolationKind.ELEMENT_REPEATED:
                fact = f"{above} has a second {name}; the first counts"
            case ViolationKind.TEXT_UNEXPECTED:
                fact = f"{name} holds text among its elements, or elements in its text"
            case ViolationKind.ELEMENT_UNKNOWN:
                fact = f"{name} is unknown in {above}"
            case _:
                fact = f"attribute {name[1:]} is unknown on {above}"
        yield objector.object(violation, fact)


@rule(
    "WSD209",
    "element-order",
    Severity.INFO,
    on=MessageSeen,
    when=is_typed,
    trace_of=has_violations,
    alike=Alike.VERDICT,
    source=("C01", "C19"),
)
def element_order(event: MessageSeen) -> Iterator[Verdict]:
    """Children stand out of schema order.

    Why:
        The schema is a sequence. Most receivers look children up by name and do not care (seen: sane-airscan
        sends InputSize before InputSource, and devices accept it); generated parsers do.

    Bad:
        > replace <wscn:JobId>1</wscn:JobId> ""
        > replace </wscn:DocumentDescription> </wscn:DocumentDescription><wscn:JobId>1</wscn:JobId>
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        RetrieveImage JobId=1 JobToken=t -> image
    """
    objector = Objector(event)
    for violation in violations(event.message, ViolationKind.ELEMENT_ORDER):
        yield objector.object(
            violation, f"{last(violation)} out of order in {parent(violation)}, expected {violation.expected}"
        )


@rule(
    "WSD210",
    "value-invalid",
    Severity.ERROR,
    on=MessageSeen,
    when=is_typed, trace_of=has_violations,
    alike=Alike.TRACE,
    source=(
        "J01", "R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R11", "R17", "R18", "R19", "R20",
        "R12", "R13", "R14", "R15", "R16", "R21", "R22", "R23",
    ),
)  # fmt: skip
def value_invalid(event: MessageSeen) -> Iterator[Verdict]:
    """A text is not of its type, or out of its range.

    Why:
        A number that is none, a boolean in capitals or a token that is too long is refused, cut or misread. Four
        cases are milder, because devices do it or live with it: a size of 0 in a default ticket (seen: HP and
        Samsung), 0 for an image whose size is not known yet, an empty value among the final parameters, and a scan
        region that reaches beyond the original.

    Bad:
        CreateScanJob Resolution.Width=-1 -> Fault InvalidArgs

    Good:
        CreateScanJob Resolution.Width=300 -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    objector = Objector(event)
    for violation in violations(event.message, ViolationKind.VALUE_INVALID, ViolationKind.VALUE_ALIAS):
        if violation.kind is ViolationKind.VALUE_ALIAS and _is_word(violation):
            continue
        if not violation.reliable:
            yield Inconclusive(CUT)
            continue
        what = last(violation).removeprefix("@")
        yield objector.object(
            violation, f"{what} is {shown(violation)}, expected {violation.expected}", severity=_leniency(violation)
        )
    yield from _regions(event)


def _regions(event: MessageSeen) -> Iterator[Verdict]:
    """Scan regions of a request that do not lie within the original."""
    for excess in excesses(ticket_of(event.message)):
        yield Objection(
            short(
                f"{subject(event.exchange)}: {excess.name} reaches to {excess.reaches_thou}, "
                f"the original to {excess.size_thou}"
            ),
            (message_line(event.exchange, event.message, excess.name),),
            severity=Severity.WARNING,
            fault_of=sender_of(event.exchange, event.message),
            expected="a region within InputMediaSize",
            fold=excess.name,
        )


def _is_word(violation: Violation) -> bool:
    """The value is one of an enumeration."""
    return violation.expected.startswith("one of ")


ESTIMATES = frozenset({"PixelsPerLine", "NumberOfLines"})


def _leniency(violation: Violation) -> Severity | None:
    """How bad an invalid value is where it is not an error (documentation defects C7, D1, E18)."""
    if violation.kind is ViolationKind.VALUE_ALIAS:
        return Severity.INFO
    above = steps(violation)[:-1]
    if violation.found.strip() == "0" and ("DefaultScanTicket" in above or last(violation) in ESTIMATES):
        return Severity.WARNING
    if not violation.found.strip() and not violation.redacted and FINAL in above:
        return Severity.WARNING
    return None


OPEN_WORDS = frozenset({"Format", "FormatValue"})
"""Enumerations in which the schema lets a vendor add almost any word, without a prefix (row R24)."""


@rule(
    "WSD211",
    "value-unknown",
    Severity.WARNING,
    on=MessageSeen,
    when=is_typed,
    trace_of=has_violations,
    alike=Alike.VERDICT,
    source=("J06", "J21", "J22", "S05", "S06", "S07", "E18", "R10", "R24", "R25", "R26", "R27", "R28", "R32"),
)
def value_unknown(event: MessageSeen) -> Iterator[Verdict]:
    """A value of an enumeration that is neither documented nor prefixed as a vendor's.

    Why:
        The list is open only for names such as `acme:Fast`. A word that nobody knows is refused by one device,
        ignored by the next and read as its default by a third. A device that repeats the client's word is not
        blamed for it. Of file formats a vendor may add any word: that is only worth knowing.

    Bad:
        CreateScanJob source=Auto -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob source=acme:Auto -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    objector = Objector(event)
    asked = _words_of_request(event)
    for violation in violations(event.message, ViolationKind.VALUE_UNKNOWN, ViolationKind.VALUE_ALIAS):
        if violation.kind is ViolationKind.VALUE_ALIAS and not _is_word(violation):
            continue
        name = last(violation).removeprefix("@")
        if (name, violation.found) in asked:
            continue
        if not violation.reliable:
            yield Inconclusive(CUT)
            continue
        kind = "a misspelling" if violation.kind is ViolationKind.VALUE_ALIAS else "unknown"
        yield objector.object(
            violation,
            f"{name} {shown(violation)} is {kind}",
            expected=f"{violation.expected}, or a vendor's with its prefix",
            severity=Severity.INFO if name in OPEN_WORDS else None,
        )


def _words_of_request(event: MessageSeen) -> set[tuple[str, str]]:
    """Element and text of the unknown words that the request of this answer had."""
    request = event.exchange.request
    if request is None or event.message.role is Role.REQUEST:
        return set()
    return {
        (last(v).removeprefix("@"), v.found)
        for v in violations(request, ViolationKind.VALUE_UNKNOWN, ViolationKind.VALUE_ALIAS)
    }


@rule(
    "WSD212",
    "choice-violated",
    Severity.ERROR,
    on=MessageSeen,
    when=is_typed,
    trace_of=has_violations,
    alike=Alike.VERDICT,
    source=("R29", "R30"),
)
def choice_violated(event: MessageSeen) -> Iterator[Verdict]:
    """Both, or neither, of the children of a choice are there.

    Why:
        A size that is given and is to be detected, an exposure by hand and by the device: which of the two holds
        is left to luck (seen: WSD-python). Among the final parameters the schema has no choice; there the second
        child is just unknown (WSD208).

    Bad:
        > add wscn:InputSize <wscn:DocumentSizeAutoDetect>true</wscn:DocumentSizeAutoDetect>
        CreateScanJob -> Fault InvalidArgs

    Good:
        CreateScanJob DocumentSizeAutoDetect=false -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    objector = Objector(event)
    for violation in violations(event.message, ViolationKind.CHOICE_VIOLATED):
        if not violation.found and not violation.reliable:
            yield Inconclusive("the message is damaged before the place where a child would stand")
            continue
        held = violation.found or "neither child"
        yield objector.object(violation, f"{last(violation)} holds {held} of a choice")
