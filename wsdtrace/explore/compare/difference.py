"""One difference, and the two ways in which sets of facts differ: by key, and by order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from wsdtrace.dataclass import dataclass

SECTIONS = {
    "peers": "who takes part",
    "capabilities": "what the devices say they can do",
    "order": "order of operations",
    "requests": "what the clients send",
    "tickets": "what the clients ask for",
    "final": "what the devices will do",
    "jobs": "what became of the jobs",
    "timing": "how long it took",
    "findings": "what the rules object to",
}
"""Sections of a comparison, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the two captures do differently."""

    section: str
    """A key of `SECTIONS`."""
    subject: str
    """What differs: an element's path, an operation, a rule …"""
    a: str | None
    """What stands in A; None where A lacks it."""
    b: str | None
    meaning: str = ""
    """What the subject is, where its name does not say it."""

    @property
    def kind(self) -> str:
        """`only in A`, `only in B` or `changed`."""
        return "only in A" if self.b is None else "only in B" if self.a is None else "changed"


def by_key(
    section: str, a: Mapping[str, str], b: Mapping[str, str], meanings: Mapping[str, str]
) -> Iterator[Difference]:
    """Keys that one side lacks or that have other values, in A's order, then B's."""
    for key in dict.fromkeys([*a, *b]):
        if a.get(key) != b.get(key):
            yield Difference(section, key, a.get(key), b.get(key), meanings.get(key, ""))


def by_order(section: str, subject: str, a: Sequence[str], b: Sequence[str]) -> Iterator[Difference]:
    """Runs that are elsewhere or missing; each names what precedes it."""
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    for tag, i, k, j, m in matcher.get_opcodes():
        if tag != "equal":
            after = f"after {a[i - 1]}" if i else "at the start"
            yield Difference(section, f"{subject}, {after}", told(a[i:k]), told(b[j:m]))


def told(words: Sequence[str]) -> str | None:
    """`GetScannerElements ×2, CreateScanJob`; None for nothing."""
    runs: list[tuple[str, int]] = []
    for word in words:
        if runs and runs[-1][0] == word:
            runs[-1] = word, runs[-1][1] + 1
        else:
            runs.append((word, 1))
    return ", ".join(word if count == 1 else f"{word} ×{count}" for word, count in runs) or None
