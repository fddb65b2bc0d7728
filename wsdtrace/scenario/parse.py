"""Text → `Scenario`. Every mistake is named with its line and column, what was expected there and what was found.

Theory of operation: lines are read one by one with their indentation; a line that is indented further than an exchange
belongs to it. Lines about how something travels (`tcp: …`, `> …`) are collected until the exchange they are for. Names
of elements are not looked up here but in `fields`, which knows the declared messages.
"""

from __future__ import annotations

import dataclasses
import re

from wsdtrace.errors import BadScenario
from wsdtrace.scenario.clauses import (
    HTTP_ANSWER,
    Line,
    nothing_more,
    one_of,
    read_answer,
    read_assignments,
    read_edit,
    unknown,
)
from wsdtrace.scenario.fields import check_assignments
from wsdtrace.scenario.model import (
    Cast,
    Close,
    End,
    Exchange,
    Manner,
    Scenario,
    Step,
    Wait,
)
from wsdtrace.scenario.operations import OPERATIONS, Operation, Toward
from wsdtrace.scenario.phrases import Channel, forms_of, match_phrase
from wsdtrace.scenario.words import Word, read_duration, split_words

MAX_DEPTH = 8
"""Exchanges that may be open within each other; two are enough for everything that was seen."""

MAX_LOST = 2**63
"""Frames that a scenario can call lost: what a statistic can hold."""

CAST_WORDS = ("client", "device", "through", "over")
CAST = re.compile(rf"(?:{'|'.join(CAST_WORDS)})\b[^:]*:(?=\s|$)")
CHANNEL = re.compile(r"(tcp|http|mime|image|udp):")


def parse(text: str) -> Scenario:
    """Understand a scenario.

    Raises:
        BadScenario: it cannot be understood; names line, column, what was expected and what was found.
    """
    return _Parser(text).scenario()


class _Parser:
    """One pass over the lines of a scenario."""

    def __init__(self, text: str) -> None:
        self._lines = [
            Line(number, line.rstrip(), len(line) - len(line.lstrip()))
            for number, line in enumerate(text.expandtabs(4).splitlines(), start=1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
        self._at = 0
        self._ended = False
        self._file_cut = 0
        self._file_lost = 0

    def scenario(self) -> Scenario:
        if not self._lines:
            raise BadScenario(1, 1, "expected an exchange such as `GetScannerElements -> ok`, found nothing")
        base = self._lines[0].indent
        steps = self._block(base, 0)
        if self._at < len(self._lines):
            line = self._lines[self._at]
            line.fail(line.indent, f"expected an indentation of {base}, found {line.indent}")
        return Scenario(steps, self._file_cut, self._file_lost)

    def _block(self, indent: int, depth: int) -> tuple[Step, ...]:
        """Steps at one indentation, until a line that stands further left."""
        steps: list[Step] = []
        manner = Manner()
        said: Line | None = None
        while self._at < len(self._lines) and self._lines[self._at].indent >= indent:
            line = self._lines[self._at]
            if line.indent > indent:
                line.fail(line.indent, "expected no indentation here: only what happens during an exchange is indented")
            self._at += 1
            if self._file(line):
                continue
            changed = self._manner(line, manner)
            if changed is not None:
                manner, said = changed, line
                continue
            step = self._step(line, manner)
            if said is not None and not isinstance(step, Exchange):
                line.fail(line.indent, f"expected the exchange that line {said.number} is about")
            if isinstance(step, Exchange):
                step = self._with_inner(step, indent, depth)
                manner, said = Manner(), None
            steps.append(step)
            self._ended = self._ended or isinstance(step, End)
        if said is not None:
            said.fail(said.indent, "expected an exchange behind this line")
        return tuple(steps)

    def _with_inner(self, exchange: Exchange, indent: int, depth: int) -> Exchange:
        """The exchange with the indented lines that follow it."""
        if self._at >= len(self._lines) or self._lines[self._at].indent <= indent:
            return exchange
        inner = self._lines[self._at]
        if exchange.answer is None:
            inner.fail(
                inner.indent, f"expected no indentation: {exchange.operation.name} is not answered, so never open"
            )
        if depth == MAX_DEPTH:
            inner.fail(inner.indent, f"expected at most {MAX_DEPTH} levels of indentation")
        return dataclasses.replace(exchange, during=self._block(inner.indent, depth + 1))

    # -- how the next exchange travels --------------------------------------------------------

    def _manner(self, line: Line, manner: Manner) -> Manner | None:
        """The manner with what this line says, or None when the line is a step."""
        text = line.text
        start = line.indent
        if text[start] in "<>" and (len(text) == start + 1 or text[start + 1].isspace()):
            edit = read_edit(line, start + 1)
            if text[start] == ">":
                return dataclasses.replace(manner, request=(*manner.request, edit))
            return dataclasses.replace(manner, response=(*manner.response, edit))
        found = CHANNEL.match(text, start)
        if found is None:
            return None
        words = split_words(text, line.number, found.end())
        channel = Channel(found[1])
        fields = match_phrase(channel, words)
        if fields is None:
            said = " ".join(w.text for w in words)
            line.fail(
                words[0].column - 1 if words else found.end(),
                f"expected {one_of(forms_of(channel))} behind `{channel}:`, found {said!r}",
            )
        part = dataclasses.replace(getattr(manner, channel.value), **fields)
        return dataclasses.replace(manner, **{channel.value: part})

    def _file(self, line: Line) -> bool:
        """Read a line about the file as a whole; False when it is none."""
        if not line.text.startswith("file:", line.indent):
            return False
        words = split_words(line.text, line.number, line.indent + len("file:"))
        if len(words) != 2 or words[0].text not in ("cut", "lost") or not words[1].text.isdecimal():
            line.fail(
                words[0].column - 1 if words else len(line.text), "expected `cut BYTES` or `lost FRAMES` behind `file:`"
            )
        if words[0].text == "cut":
            self._file_cut = int(words[1].text)
        else:
            self._file_lost = min(int(words[1].text), MAX_LOST)
        return True

    # -- steps --------------------------------------------------------------------------------

    def _step(self, line: Line, manner: Manner) -> Step:
        """The step that a line says."""
        if self._ended:
            line.fail(line.indent, "expected nothing behind `end` but lines about the file")
        cast, start = _cast(line)
        http = HTTP_ANSWER.search(line.text, start)
        words = split_words(line.text[: http.end()] if http is not None else line.text, line.number, start)
        if not words:
            line.fail(len(line.text), f"expected {one_of([*OPERATIONS, 'close'])}")
        first, place = words[0], line.place(words[0].column - 1)
        if first.text == "wait":
            return Wait(place, self._duration(line, words, 1))
        if first.text == "end":
            nothing_more(line, words, 1)
            return End(place)
        if first.text == "close":
            nothing_more(line, words, 1)
            return Close(place, cast)
        operation = OPERATIONS.get(first.text)
        if operation is None:
            line.fail(first.column - 1, unknown(first.text, [*OPERATIONS, "wait", "close", "end"], "an operation"))
        return self._exchange(line, words, operation, cast, manner)

    def _duration(self, line: Line, words: list[Word], at: int) -> int:
        if at >= len(words):
            line.fail(len(line.text), "expected a time such as 61s, 200ms or 2min")
        time_ns = read_duration(words[at].text)
        if time_ns is None:
            line.fail(words[at].column - 1, f"expected a time such as 61s, 200ms or 2min, found {words[at].text!r}")
        nothing_more(line, words, at + 1)
        return time_ns

    def _exchange(self, line: Line, words: list[Word], operation: Operation, cast: Cast, manner: Manner) -> Exchange:
        arrow = next((i for i, word in enumerate(words) if word.text == "->" and not word.quoted), None)
        request = read_assignments(line, words[1:arrow])
        place = line.place(words[0].column - 1)
        if cast.directed and (operation.toward is not Toward.MULTICAST or operation.one_way):
            line.fail(line.indent, f"expected Probe or Resolve behind `over HTTP`, found {operation.name}")
        if operation.one_way:
            if arrow is not None:
                line.fail(words[arrow].column - 1, f"expected no answer: {operation.name} is not answered")
            answer = None
        elif arrow is None:
            line.fail(len(line.text), f"expected `-> {operation.answers[-1]}` or another answer")
        else:
            answer = read_answer(line, words, arrow, operation)
        check_assignments(operation, request, answer)
        return Exchange(place, cast, operation, request, answer, manner)


def _cast(line: Line) -> tuple[Cast, int]:
    """Who takes part, and the index behind that."""
    found = CAST.match(line.text, line.indent)
    if found is None:
        return Cast(), line.indent
    cast = Cast()
    at = line.indent
    for part in found[0][:-1].split(","):
        words = part.split()
        match words:
            case ["client", name]:
                cast = dataclasses.replace(cast, client=name)
            case ["device", name]:
                cast = dataclasses.replace(cast, device=name)
            case ["through", name]:
                cast = dataclasses.replace(cast, proxy=name)
            case ["over", "IPv6"]:
                cast = dataclasses.replace(cast, ipv6=True)
            case ["over", "HTTP"]:
                cast = dataclasses.replace(cast, directed=True)
            case _:
                line.fail(
                    at + len(part) - len(part.lstrip()),
                    "expected `client NAME`, `device NAME`, `through NAME`, `over IPv6` or `over HTTP`, "
                    f"found {part.strip()!r}",
                )
        at += len(part) + 1
    return cast, found.end()
