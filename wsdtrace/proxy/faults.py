"""Faults on purpose: what is done to which exchange. Seeded, so that a run can be repeated.

A fault is written as `OPERATION[#N]:KIND[=VALUE][%PERCENT]`: `CreateScanJob:fault=ServerErrorNotAcceptingJobs`,
`RetrieveImage#2:drop=5000`, `*:delay=2%50`. Without `#N` it hits every exchange of the operation, without `%` always.
The first fault that fits an exchange is the one that hits it.
"""

from __future__ import annotations

import difflib
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadConfiguration, UsageError
from wsdtrace.wsd import FAULTS, MESSAGES

MAX_DELAY: Final = 3600.0
"""Seconds of an injected delay: an hour is longer than any client waits."""
EVENTS: Final = frozenset(
    m.operation for m in MESSAGES if m.role.value in ("event", "one-way") and m.family[-4:] == "scan"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be done to an exchange."""

    name: str
    value: str
    """What its value is; empty: it has none. In brackets: it may be left out."""
    meaning: str


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("delay", "SECONDS", "the answer waits"),
        Kind(
            "drop",
            "before|middle|BYTES",
            "the client is cut off: before the device is asked, half way, after so many bytes",
        ),
        Kind("fault", "SUBCODE", "a SOAP fault answers; the device is not asked"),
        Kind("status", "CODE", "an HTTP status answers, without SOAP; the device is not asked"),
        Kind("truncate", "BYTES", "the page (or the XML, where there is none) ends after so many bytes, well framed"),
        Kind("corrupt", "[BYTES]", "so many bytes of the page are other ones, or the XML is not well-formed"),
        Kind("relates-to", "", "the answer relates to another message"),
        Kind("duplicate", "", "the event comes twice"),
        Kind("swallow", "", "the event is acknowledged and never comes"),
        Kind("stale-token", "[TOKEN]", "the request carries another JobToken"),
    )
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of a plan."""

    operation: str
    """`*` for every one."""
    kind: str
    value: str = ""
    ordinal: int = 0
    """Which exchange of the operation, from 1; 0 for each."""
    probability: float = 1.0

    def __str__(self) -> str:
        number = f"#{self.ordinal}" if self.ordinal else ""
        value = f"={self.value}" if self.value else ""
        chance = f"%{self.probability * 100:g}" if self.probability < 1 else ""
        return f"{self.operation}{number}:{self.kind}{value}{chance}"


@dataclass(frozen=True, slots=True)
class Injection:
    """A fault that hits an exchange."""

    kind: str
    value: str
    text: str
    """For people: `drop=5000 into RetrieveImage (2nd)`."""

    @property
    def number(self) -> int:
        """The value where it is a number; 0 else."""
        return int(self.value) if self.value.isdigit() else 0


_SPEC = re.compile(
    r"(?P<operation>\*|\w+)(?:#(?P<ordinal>\d{1,9}))?:(?P<kind>[\w-]+)(?:=(?P<value>[^%]*))?(?:%(?P<chance>[\d.]+))?"
)


def parse_fault(text: str) -> Fault:
    """Read one fault.

    Raises:
        UsageError: it cannot be understood; the text says what was expected.
    """
    found = _SPEC.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"--fault {text}: expected OPERATION[#N]:KIND[=VALUE][%PERCENT], as in RetrieveImage#2:drop=5000"
        )
    chance = found["chance"]
    try:
        probability = 1.0 if chance is None else float(chance) / 100
    except ValueError as error:
        raise UsageError(f"--fault {text}: %{chance} is no percentage") from error
    fault = Fault(found["operation"], found["kind"], found["value"] or "", int(found["ordinal"] or 0), probability)
    problem = problem_of(fault)
    if problem:
        raise UsageError(f"--fault {text}: {problem}")
    return fault


def problem_of(fault: Fault) -> str:
    """What is wrong with a fault; empty when nothing is."""
    operations = {message.operation for message in MESSAGES}
    if fault.operation != "*" and fault.operation not in operations:
        return f"no operation {fault.operation!r}{_near(fault.operation, operations)}"
    kind = KINDS.get(fault.kind)
    if kind is None:
        return f"no kind {fault.kind!r}{_near(fault.kind, KINDS)}; there are {', '.join(KINDS)}"
    if not 0 < fault.probability <= 1:
        return "a probability lies between 0 and 100 %"
    if fault.kind in ("duplicate", "swallow") and fault.operation not in EVENTS | {"*"}:
        return f"{fault.kind} is for events ({', '.join(sorted(EVENTS))})"
    if fault.kind == "stale-token" and fault.operation not in ("RetrieveImage", "*"):
        return "stale-token is for RetrieveImage, which carries a token"
    if not kind.value and fault.value:
        return f"{fault.kind} takes no value"
    return _problem_of_value(fault)


def _problem_of_value(fault: Fault) -> str:
    value, number = fault.value, fault.value.isascii() and fault.value.isdigit() and len(fault.value) < 12
    match fault.kind:
        case "delay":
            try:
                fits = 0 <= float(value) <= MAX_DELAY
            except ValueError:
                fits = False
            return "" if fits else f"delay={value}: expected seconds, at most {MAX_DELAY:g}"
        case "drop":
            return "" if number or value in ("before", "middle") else f"drop={value}: expected before, middle or bytes"
        case "fault":
            names = {info.subcode for info in FAULTS}
            return "" if value in names else f"no fault {value!r}{_near(value, names)} (wsdtrace describe lists them)"
        case "status":
            return "" if number and 100 <= int(value) <= 999 else f"status={value}: expected an HTTP status"
        case "truncate":
            return "" if number else f"truncate={value}: expected bytes"
        case "corrupt":
            return "" if number or not value else f"corrupt={value}: expected bytes"
    return ""


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def read_plan(path: str) -> tuple[int | None, list[Fault]]:
    """Read a plan: `seed = 1`, then tables `[[fault]]` with `operation`, `kind`, `value`, `ordinal`, `probability`.

    Raises:
        BadConfiguration: the file cannot be read, or says what cannot be meant.
    """
    try:
        with open(path, "rb") as file:
            said = tomllib.load(file)
    except OSError as error:
        raise BadConfiguration(path, f"cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(path, f"is no TOML: {error}") from error
    seed, rows = said.get("seed"), said.get("fault", [])
    if unknown := set(said) - {"seed", "fault"}:
        raise BadConfiguration(path, f"unknown: {', '.join(sorted(unknown))}; expected seed and [[fault]]")
    if seed is not None and not isinstance(seed, int):
        raise BadConfiguration(path, "seed: expected a whole number")
    if not isinstance(rows, list):
        raise BadConfiguration(path, "fault: expected tables [[fault]]")
    return seed, [_row(path, number, row) for number, row in enumerate(rows, 1)]


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "operation": (str,), "kind": (str,), "value": (str, int, float), "ordinal": (int,), "probability": (int, float),
}  # fmt: skip


def _row(path: str, number: int, row: object) -> Fault:
    where = f"fault {number}"
    if not isinstance(row, dict):
        raise BadConfiguration(path, f"{where}: expected a table")
    for name, value in row.items():
        if name not in _TYPES:
            raise BadConfiguration(path, f"{where}: unknown: {name}{_near(name, _TYPES)}")
        if not isinstance(value, _TYPES[name]) or isinstance(value, bool):
            raise BadConfiguration(path, f"{where}: {name}: expected {_TYPES[name][0].__name__}")
    if "kind" not in row:
        raise BadConfiguration(path, f"{where}: lacks kind")
    fault = Fault(
        row.get("operation", "*"),
        row["kind"],
        str(row.get("value", "")),
        row.get("ordinal", 0),
        row.get("probability", 1.0),
    )
    problem = problem_of(fault)
    if problem:
        raise BadConfiguration(path, f"{where}: {problem}")
    return fault


class Faults:
    """Decides which exchange is hit.

    Args:
        faults: in the order in which they are tried.
        seed: of chance.
    """

    def __init__(self, faults: Sequence[Fault] = (), seed: int = 0) -> None:
        self._faults: tuple[Fault, ...] = ()
        for fault in reversed(faults):
            self.add(fault)
        self._seen: Counter[str] = Counter()
        self.chance = random.Random(seed)  # noqa: S311 - it has to be repeatable, not secret
        """Where everything random of the injections comes from."""

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, fault: Fault) -> None:
        """One more, tried before the others.

        Raises:
            UsageError: it cannot be meant.
        """
        problem = problem_of(fault)
        if problem:
            raise UsageError(f"{fault}: {problem}")
        self._faults = (fault, *self._faults)

    def choose(self, operation: str | None, *, event: bool) -> Injection | None:
        """The fault that hits the next exchange of an operation."""
        if operation is None:
            return None
        self._seen[operation] += 1
        number = self._seen[operation]
        for fault in self._faults:
            fits = fault.operation in ("*", operation) and fault.ordinal in (0, number)
            if not fits or (fault.kind in ("duplicate", "swallow") and not event):
                continue
            if fault.kind == "stale-token" and operation != "RetrieveImage":
                continue
            if fault.probability >= 1 or self.chance.random() < fault.probability:
                value = f"={fault.value}" if fault.value else ""
                return Injection(fault.kind, fault.value, f"{fault.kind}{value} into {operation} ({number})")
        return None
