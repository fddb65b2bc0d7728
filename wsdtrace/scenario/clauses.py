"""Parts of a line → what they say: assignments, answers and edits, with the place of every mistake."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import NoReturn

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadScenario
from wsdtrace.scenario.fields import expanded
from wsdtrace.scenario.images import drawable_formats, is_drawable
from wsdtrace.scenario.model import (
    Answer,
    Assignment,
    Edit,
    EditVerb,
    Place,
    Reply,
)
from wsdtrace.scenario.operations import Operation
from wsdtrace.scenario.words import Word, read_duration, split_words

HTTP_ANSWER = re.compile(r"(?<=\s)->\s+HTTP\s+\S+(?:\s+\S+)?")
"""What follows is the content, as it stands."""
ASSIGNMENT = re.compile(r"([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)(?:@([A-Za-z_][\w:-]*))?=")
OUTCOMES = {reply.value: reply for reply in (Reply.NOTHING, Reply.CLOSE, Reply.RESET, Reply.REFUSED, Reply.UNREACHABLE)}
WORDS_OF_EDIT = {EditVerb.REPLACE: 2, EditVerb.RENAME: 2, EditVerb.DROP: 1, EditVerb.ENCODE: 1, EditVerb.NO_FIELD: 1}
"""Edits that take so many words; the others take the rest of the line as it stands."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that says something."""

    number: int
    text: str
    indent: int

    def fail(self, index: int, problem: str) -> NoReturn:
        """The mistake is at this index of the text."""
        raise BadScenario(self.number, index + 1, problem)

    def place(self, index: int) -> Place:
        return Place(self.number, index + 1)


def read_assignments(line: Line, words: Sequence[Word]) -> tuple[Assignment, ...]:
    """What words assign, short forms spelled out."""
    return tuple(assignment for word in words for assignment in expanded(_assignment(line, word)))


def _assignment(line: Line, word: Word) -> Assignment:
    found = None if word.quoted else ASSIGNMENT.match(word.text)
    if found is None:
        line.fail(word.column - 1, f"expected an assignment such as JobId=1 or `->`, found {word.text!r}")
    return Assignment(tuple(found[1].split(".")), found[2], word.text[found.end() :], Place(line.number, word.column))


def read_answer(line: Line, words: list[Word], arrow: int, operation: Operation) -> Answer:
    """What stands behind the arrow at index `arrow`."""
    place = line.place(words[arrow].column - 1)
    rest = words[arrow + 1 :]
    if not rest:
        line.fail(len(line.text), f"expected {one_of(_answers(operation))} behind `->`")
    rest, times = _times(line, rest)
    after_ns, over_ns = times.get("after"), times.get("over")
    if not rest:
        rest = [Word("ok", words[arrow].column)]
    head, more = rest[0], rest[1:]
    name, _, value = head.text.partition("=")
    if head.text in OUTCOMES:
        nothing_more(line, rest, 1)
        return Answer(OUTCOMES[head.text], head.text, (), place, after_ns)
    if head.text == "HTTP":
        return _http_answer(line, rest, place, after_ns)
    if head.text == "Fault":
        if not more or (ASSIGNMENT.match(more[0].text) and not more[0].quoted):
            line.fail(head.column + 4, "expected a subcode behind `Fault`")
        subcode, more = more[0].text, more[1:]
        return Answer(Reply.FAULT, subcode, read_assignments(line, more), place, after_ns, over_ns)
    if name == "image" and "image" in operation.answers:
        if value and not is_drawable(value):
            line.fail(head.column - 1, unknown(value, drawable_formats(), "an image format"))
        return Answer(Reply.IMAGE, value, read_assignments(line, more), place, after_ns, over_ns)
    good = Reply.IMAGE if "image" in operation.answers else Reply.MESSAGE
    if ASSIGNMENT.match(head.text) and not head.quoted:
        head, more = Word("ok", head.column), rest
    if head.text not in (*operation.answers, "ok"):
        line.fail(head.column - 1, unknown(head.text, _answers(operation), "an answer"))
    word = "" if good is Reply.IMAGE else head.text
    return Answer(good, word, read_assignments(line, more), place, after_ns, over_ns)


def _times(line: Line, words: list[Word]) -> tuple[list[Word], dict[str, int]]:
    """Take `after TIME` and `over TIME` off the end of an answer."""
    times: dict[str, int] = {}
    while len(words) >= 2 and words[-2].text in ("after", "over") and not words[-2].quoted:
        time_ns = read_duration(words[-1].text)
        if time_ns is None or time_ns < 0:
            line.fail(
                words[-1].column - 1, f"expected a time such as 5s behind `{words[-2].text}`, found {words[-1].text!r}"
            )
        times[words[-2].text] = time_ns
        words = words[:-2]
    return words, times


def _http_answer(line: Line, words: list[Word], place: Place, after_ns: int | None) -> Answer:
    if len(words) < 2 or not re.fullmatch(r"[1-9]\d\d", words[1].text):
        line.fail(words[0].column + 3, "expected a status such as 500 behind `HTTP`")
    kind = words[2].text if len(words) > 2 else ""
    content = line.text[words[-1].column - 1 + len(words[-1].text) :].strip()
    return Answer(Reply.HTTP, kind, (), place, after_ns, status=int(words[1].text), content=content)


def _answers(operation: Operation) -> list[str]:
    words = [*dict.fromkeys((*operation.answers, "ok"))]
    return [*words, "Name=value", "Fault SUBCODE", "HTTP STATUS", *OUTCOMES]


def read_edit(line: Line, start: int) -> Edit:
    """What a line with `>` or `<` before index `start` changes."""
    words = split_words(line.text[: start + 1] + line.text[start + 1 :].replace('"', "\x00"), line.number, start)
    if not words:
        line.fail(len(line.text), f"expected {one_of([v.value for v in EditVerb])}")
    place = line.place(words[0].column - 1)
    two = " ".join(w.text for w in words[:2])
    verb = next((v for v in EditVerb if v.value in (two, words[0].text)), None)
    if verb is None:
        line.fail(words[0].column - 1, unknown(words[0].text, [v.value for v in EditVerb], "an edit"))
    taken = len(verb.value.split())
    end = words[taken - 1].column - 1 + len(words[taken - 1].text)
    count = WORDS_OF_EDIT.get(verb)
    if count is None:
        rest = line.text[end:].strip()
        if not rest:
            line.fail(len(line.text), f"expected something behind `{verb.value}`")
        name, _, after = rest.partition(" ")
        return Edit(verb, name, after.strip(), place) if verb is EditVerb.ADD else Edit(verb, rest, "", place)
    arguments = split_words(line.text, line.number, end, values=False)
    if len(arguments) != count:
        noun = "word" if count == 1 else "words"
        at = arguments[count].column - 1 if len(arguments) > count else len(line.text)
        line.fail(at, f"expected {count} {noun} behind `{verb.value}`, found {len(arguments)}; quote what has spaces")
    return Edit(verb, arguments[0].text, arguments[1].text if count == 2 else "", place)


def nothing_more(line: Line, words: list[Word], at: int) -> None:
    """Refuse words from index `at` on."""
    if len(words) > at:
        line.fail(words[at].column - 1, f"expected nothing behind {words[at - 1].text!r}, found {words[at].text!r}")


def one_of(words: Iterable[str]) -> str:
    """`a, b or c`"""
    listed = list(words)
    return listed[0] if len(listed) == 1 else ", ".join(listed[:-1]) + " or " + listed[-1]


def unknown(found: str, known: list[str], what: str) -> str:
    """What is wrong with a word that is none of the known ones; the nearest of them, or all."""
    near = difflib.get_close_matches(found, known, n=1, cutoff=0.6)
    if near:
        return f"expected {what}, found {found!r}; did you mean {near[0]}?"
    return f"expected {what} ({', '.join(known)}), found {found!r}"
