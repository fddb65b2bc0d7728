"""A device that was seen in the field, as a small declaration of what it does otherwise than the well-behaved one.

A persona is a TOML file. Three kinds of tables say what differs:

* `[device]`: what it is and can do (fields of `Profile`);
* `[habits]`: ways that need a memory (fields of `Habits`);
* `[[answers]]`: what it says, in the words of the scenario notation: `on` names operations, `when` the situation,
  `with` holds lines such as `mime: lf` or `< drop wscn:JobToken`, `answer` what would stand behind the arrow.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadConfiguration, BadScenario, UsageError
from wsdtrace.scanner.jobs import RETRIEVE_S
from wsdtrace.scanner.profile import Profile
from wsdtrace.scenario import parse
from wsdtrace.scenario.model import Exchange, Reply
from wsdtrace.scenario.operations import OPERATIONS

DEFAULT = "well-behaved"

FACTS = {
    "source": "InputSource of the job",
    "format": "Format of the job",
    "color": "ColorProcessing of the job",
    "dpi": "resolution of the job",
    "page": "number of the image that is asked for",
    "fault": "subcode of the fault that the well-behaved device answers with; true for any, false for none",
    "asks": "a section that GetScannerElements or GetJobElements asks for",
    "nth": "how often the operation was asked for, from 1",
    "jobs": "jobs that ended so far",
    "idle_s": "whole seconds since the last job ended",
    "prefixes": "prefixes that the request's Envelope binds",
    "indented": "the request's XML is indented",
    "to": "the To of the request",
    "pressed": "the button was pressed before",
    "directed": "a Probe came over HTTP",
    "family": "`ipv4` or `ipv6`",
}
"""What `when` can ask about. A list means any of its values; a fact of several values has one of them. A value with
`<` in front, such as `"<20"`, asks for a smaller number, one with `not ` for the opposite."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Ways of a device that need a memory."""

    retrieve_s: float = RETRIEVE_S
    """Seconds that a client may be silent; 0: for ever."""
    empty_feeder: str = "ClientErrorNoImagesAvailable"
    """Subcode for a job from an empty feeder."""
    empty_after_s: float = 0.0
    """How long it takes to notice that the feeder is empty."""
    end_of_feed: str = "ClientErrorNoImagesAvailable"
    """Subcode for the image after the last one."""
    zero_is_one: bool = False
    """ImagesToTransfer 0 brings one image."""
    one_from_platen: bool = False
    """A platen job that asks for another number of images than 1 never ends."""
    cancel_is_nothing: bool = False
    """CancelJob is acknowledged, and the job goes on."""
    holds_connection: bool = False
    """A finished job goes on until its client closes the connection of the last image."""
    cool_down_s: float = 0.0
    """Seconds after a job in which it takes no other."""
    voids_tokens: bool = False
    """A new subscription makes the tokens of all others worthless."""
    trusts_tokens: bool = False
    """The JobToken is not looked at."""
    needs_information: bool = False
    """A ticket without the optional JobInformation is an invalid argument."""
    real_dpi: int = 0
    """It announces more, scans with this at most, and says so nowhere but in the final parameters; 0: no such bound."""


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """What is said on some operations in some situations."""

    operations: tuple[str, ...]
    when: tuple[tuple[str, Any], ...]
    exchanges: Mapping[str, Exchange]
    """By operation."""

    def applies(self, operation: str, facts: Mapping[str, Any]) -> bool:
        """The situation is the one that it is about."""
        return operation in self.exchanges and all(_fits(value, facts.get(key)) for key, value in self.when)


def _fits(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, list):
        return any(_fits(each, found) for each in wanted)
    if isinstance(wanted, str) and wanted.startswith("not "):
        return not _fits(wanted[4:], found)
    if isinstance(found, tuple | frozenset):
        return wanted in found
    if isinstance(wanted, bool):
        return bool(found) == wanted
    if isinstance(wanted, str) and wanted.startswith("<"):
        return isinstance(found, int | float) and found < float(wanted[1:])
    return bool(found == wanted)


@dataclass(frozen=True, slots=True)
class Persona:
    """A device to be."""

    name: str
    summary: str
    seen: str = ""
    """Where it was seen."""
    finds: tuple[str, ...] = ()
    """Codes of the rules that tell it."""
    device: Profile = field(default_factory=Profile)
    habits: Habits = field(default_factory=Habits)
    answers: tuple[AnswerRule, ...] = ()

    def exchange(self, operation: str, facts: Mapping[str, Any]) -> Exchange | None:
        """What is special about an answer; the first rule that applies counts."""
        return next((r.exchanges[operation] for r in self.answers if r.applies(operation, facts)), None)

    def refuses(self, operation: str, facts: Mapping[str, Any]) -> bool:
        """It answers with a fault or an HTTP error what a well-behaved device would do: so nothing is done."""
        special = self.exchange(operation, facts)
        answer = special.answer if special is not None else None
        return answer is not None and (answer.reply is Reply.FAULT or (answer.status or 0) >= 400)


def load_persona(path: Path | str) -> Persona:
    """A persona from a file.

    Raises:
        BadConfiguration: it cannot be read or understood.
    """
    name = Path(path).name.removesuffix(".toml")
    try:
        return read_persona(Path(path).read_text(encoding="utf-8"), name, str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(str(path), f"cannot be read: {error}") from error


def read_persona(text: str, name: str, where: str) -> Persona:
    """A persona from the text of a file.

    Raises:
        BadConfiguration: it cannot be understood.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(where, str(error)) from error
    known = {"summary", "seen", "finds", "device", "habits", "answers"}
    _only(table, known, where, "the persona")
    summary = table.get("summary")
    if not isinstance(summary, str):
        raise BadConfiguration(where, "expected `summary`, a sentence on what it does")
    try:
        answers = tuple(_answer(each, where) for each in table.get("answers", ()))
        return Persona(
            name,
            summary,
            str(table.get("seen", "")),
            tuple(map(str, table.get("finds", ()))),
            _filled(Profile(), table.get("device", {}), where, "[device]"),
            _filled(Habits(), table.get("habits", {}), where, "[habits]"),
            answers,
        )
    except BadScenario as error:
        raise BadConfiguration(where, f"{error.problem} (in `with` or `answer`)") from error
    except TypeError as error:
        raise BadConfiguration(where, str(error)) from error


def _only(table: Mapping[str, Any], known: set[str], where: str, what: str) -> None:
    for key in table:
        if key not in known:
            raise BadConfiguration(where, f"expected in {what} only {', '.join(sorted(known))}, found {key!r}")


def _filled(default: Any, table: Mapping[str, Any], where: str, what: str) -> Any:
    """The defaults with what a table says, each of the type that the default has."""
    fields = {each.name: each for each in dataclasses.fields(default)}
    _only(table, set(fields), where, what)
    changed = {}
    for key, value in table.items():
        usual = getattr(default, key)
        told = value
        if isinstance(value, list):
            told = tuple(value) or None
        elif value is False and (usual is None or isinstance(usual, tuple)):
            told = None
        elif isinstance(usual, float) and isinstance(value, int) and not isinstance(value, bool):
            told = float(value)
        is_right = type(told) is type(usual) or (isinstance(told, tuple | None) and isinstance(usual, tuple | None))
        if not is_right:
            raise BadConfiguration(where, f"expected {key} to be like {usual!r}, found {value!r}")
        changed[key] = told
    return dataclasses.replace(default, **changed)


def _answer(table: Mapping[str, Any], where: str) -> AnswerRule:
    _only(table, {"on", "when", "with", "answer"}, where, "[[answers]]")
    on = table.get("on", "*")
    operations: Sequence[str] = [on] if isinstance(on, str) else list(on)
    if operations == ["*"]:
        operations = [o.name for o in OPERATIONS.values() if o.known and not o.by_device and o.answers]
    when = table.get("when", {})
    _only(when, set(FACTS), where, "`when`")
    said = table.get("with", [])
    lines = [said] if isinstance(said, str) else list(said)
    exchanges = {}
    for operation in operations:
        answer = table.get("answer", "ok")
        told = OPERATIONS.get(operation)
        arrow = "" if told is not None and told.one_way else f" -> {answer}"
        step = parse("\n".join([*lines, f"{operation}{arrow}"])).steps[0]
        assert isinstance(step, Exchange)
        exchanges[operation] = step
    return AnswerRule(tuple(operations), tuple(when.items()), exchanges)


@cache
def persona_names() -> tuple[str, ...]:
    """The personas that come with the package, the well-behaved one first."""
    folder = resources.files("wsdtrace.scanner") / "personas"
    names = sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml"))
    return DEFAULT, *(name for name in names if name != DEFAULT)


@cache
def persona(name: str) -> Persona:
    """A persona that comes with the package.

    Raises:
        UsageError: there is none of this name.
    """
    if name not in persona_names():
        import difflib  # noqa: PLC0415  # only for who mistypes

        near = difflib.get_close_matches(name, persona_names(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no persona {name!r}{hint} (wsdtrace scanner --list lists them)")
    text = (resources.files("wsdtrace.scanner") / "personas" / f"{name}.toml").read_text(encoding="utf-8")
    return read_persona(text, name, f"personas/{name}.toml")
