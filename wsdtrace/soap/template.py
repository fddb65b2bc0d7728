"""Messages that differ only in their texts: recognised by the bytes between the texts, and not parsed again.

Theory of operation:

1. A message is cut at its text runs (`cut`). What remains, the markup with every attribute, is the key. Two messages
   with one key are the same tree but for the texts, because a text run without `<`, `&` and `]]>` in well-formed
   markup can be exchanged for any other.
2. The second message of a key is parsed and leaves a `Template`; from the third on the headers come from the texts, and
   whoever types the body leaves a plan of his own beside it (`plans`).
3. A run is either read by a plan, which checks it, or must be what it was in the example.
4. What is not certain is not answered: the message is parsed as if there were no templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Protocol

from lxml import etree

from wsdtrace.soap.addressing import TEXT_HEADERS, MessageHeaders
from wsdtrace.soap.fault import Fault
from wsdtrace.soap.namespaces import family_tag
from wsdtrace.soap.vocabulary import qname_places
from wsdtrace.soap.xml import QName

MAX_KEY = 32 * 1024
"""Bytes of a message that is looked for among the templates: the bound of DPWS R0003 for an envelope."""
MAX_TEMPLATES = 256
"""Templates kept; when full they are forgotten together. The recordings of 33 scans make 60."""
MAX_SEEN = 8192
"""Keys remembered that were seen once."""

Check = Callable[[Sequence[str]], bool]
Runs = dict[etree._Element, int]
"""Element → the number of its text among all text runs of the document."""

_RUN = re.compile(r">([^<]+)<")
_RUN_OF_OCTETS = re.compile(rb">([^<]+)<")
_templates: dict[str, Template] = {}
_seen: set[int] = set()


class Template:
    """What messages of one key have in common."""

    __slots__ = ("_fixed", "_headers", "_read", "body_name", "fault", "free", "plans")

    def __init__(self, texts: list[str], read: set[int], free: list[tuple[int, int]], example: Ordinary) -> None:
        """Take the example.

        Args:
            texts: its text runs.
            read: runs that plans take values from; the others must be as in the example.
            free: (place in the headers, run) of the headers that are texts.
            example: what was read of it.
        """
        self._fixed = unchanged(texts, read)
        self._read = itemgetter(*read) if read else _none
        self._headers = list(example.headers)
        self.free = free
        """Which headers are texts, and of which runs."""
        self.body_name = example.body_name
        self.fault = example.fault
        """All of whose texts are as in the example."""
        self.plans: dict[str, Any] = {}
        """What other rooms made of an example, by their own key."""

    def read(self, texts: Sequence[str]) -> MessageHeaders | None:
        """The headers of a message of this key; None where it must be parsed. From then on all texts are printable."""
        # What is printable is allowed in XML and stays as it is: no control character, no line end, no noncharacter.
        read = "".join(self._read(texts))
        if not self._fixed(texts) or not read.isprintable() or "]]>" in read:
            return None
        values = self._headers.copy()
        for place, run in self.free:
            values[place] = text = texts[run]
            if text[0] == " " or text[-1] == " ":
                return None
        return MessageHeaders._make(values)


def _none(_texts: Sequence[str]) -> tuple[str, ...]:
    return ()


def cut(data: bytes) -> tuple[str, list[str]] | None:
    """Key and text runs of a message; None for one that cannot be cut."""
    # `!` alone is looked for first: it is rare, and `<` is not (0.1 µs against 1.4).
    # NUL, which XML has not, is what joins the parts of a key: `<a\0b>` would have the key of `<a>text<b>`.
    if len(data) > MAX_KEY or b"&" in data or b"\0" in data or (b"!" in data and b"<!" in data):
        return None
    try:
        parts = _RUN.split(data.decode())
    except UnicodeDecodeError:
        return None
    return "\0".join(parts[::2]), parts[1::2]


def spans_of(data: bytes) -> list[tuple[int, int]]:
    """Where the text runs of a message that can be cut are: the offsets at which each starts and ends."""
    return [run.span(1) for run in _RUN_OF_OCTETS.finditer(data)]


def find(key: str) -> Template | None:
    """The template of a key."""
    return _templates.get(key)


def is_second(key: str) -> bool:
    """This key was seen before; from now on it was."""
    mark = hash(key)
    if mark in _seen:
        return True
    if len(_seen) >= MAX_SEEN:
        _seen.clear()
    _seen.add(mark)
    return False


class Ordinary(Protocol):
    """What is asked of an envelope about which nothing is odd."""

    @property
    def root(self) -> etree._Element | None: ...
    @property
    def headers(self) -> MessageHeaders: ...
    @property
    def body_name(self) -> QName | None: ...
    @property
    def fault(self) -> Fault | None: ...


def learn(key: str, texts: list[str], example: Ordinary) -> None:
    """Make the template of an ordinary message, if its texts can be told apart."""
    root, headers = example.root, example.headers
    runs = runs_of(root, texts) if root is not None else None
    if root is None or runs is None or headers.reference_parameters:
        return
    free: list[tuple[int, int]] = []
    names = qname_places()
    read: set[int] = set()
    for element, run in runs.items():
        tag = family_tag(str(element.tag))
        place = TEXT_HEADERS.get(tag)
        parent = element.getparent()
        if place is not None and parent is not None and parent is root[0] and headers[place] == element.text:
            free.append((place, run))
            read.add(run)
        elif example.fault is None and tag not in names and not _in_header(element, root):
            read.add(run)  # a text of the body: whoever types it has to look at it
    if len(_templates) >= MAX_TEMPLATES:
        _templates.clear()
    _templates[key] = Template(texts, read, free, example)


def _in_header(element: etree._Element, root: etree._Element) -> bool:
    return any(ancestor is root[0] for ancestor in element.iterancestors()) and len(root) > 1


def unchanged(texts: Sequence[str], free: Iterable[int]) -> Check:
    """A check that all runs but the `free` ones are as in `texts`."""
    fixed = sorted(set(range(len(texts))) - set(free))
    if not fixed:
        return lambda _texts: True
    take = itemgetter(*fixed)
    wanted = take(texts)
    return lambda other: bool(take(other) == wanted)


def runs_of(root: etree._Element, texts: Sequence[str]) -> Runs | None:
    """Which text run is the text of which leaf element; None where runs and tree do not agree.

    Runs between elements are in no row.
    """
    runs: Runs = {}
    number = 1 if texts and texts[0].isspace() and root.text != texts[0] else 0  # between declaration and root
    for event, element in etree.iterwalk(root, events=("start", "end")):
        text = element.text if event == "start" else element.tail
        if not text:
            continue
        if number >= len(texts) or texts[number] != text:
            return None
        if event == "start" and len(element) == 0:
            runs[element] = number
        number += 1
    return runs if number == len(texts) else None
