"""The formats of `check --format`, by name. A new one is a class and a line in `FORMATS`.

A `Format` gets the traces of a run one after another and may write between and after them, so that a format with one
document for the whole run (JUnit, SARIF) fits as well as one with a piece for each input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    # Only for the signatures: rich is loaded by those formats that need it.
    from wsdtrace.report.page import Look
    from wsdtrace.report.trace import Trace


class Format(Protocol):
    """Renders the traces of one run."""

    needs_digests: ClassVar[bool]
    """It shows the sha256 of images, so they have to be computed."""

    def trace(self, trace: Trace) -> str:
        """What to write for the next input."""
        ...

    def close(self) -> str:
        """What to write at the end."""
        ...


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a format may want to know before the first trace."""

    look: Look
    several: bool
    """The run has, or could have, several inputs."""


class TextFormat:
    """For people."""

    needs_digests: ClassVar[bool] = False

    def __init__(self, run: RunInfo) -> None:
        self._run = run
        self._ends: list[str] = []

    def trace(self, trace: Trace) -> str:
        """The report of one capture, a blank line between two."""
        from wsdtrace.report.text import render_check  # noqa: PLC0415  # rich is loaded only where it is used
        from wsdtrace.report.verdict import end_of  # noqa: PLC0415  # as above

        gap = "\n" if self._ends else ""
        self._ends.append(end_of(trace))
        return f"{gap}{render_check(trace, self._run.look)}"

    def close(self) -> str:
        """Of several captures, how many ended how."""
        if len(self._ends) < 2:
            return ""
        told = ", ".join(f"{count:,} {end}" for end, count in Counter(self._ends).most_common())
        return f"\n{len(self._ends):,} captures: {told}.\n"


class JsonFormat:
    """One object; with several inputs JSON Lines."""

    needs_digests: ClassVar[bool] = True

    def __init__(self, run: RunInfo) -> None:
        self._run = run

    def trace(self, trace: Trace) -> str:
        """The object of one capture."""
        from wsdtrace.report.json import render_json  # noqa: PLC0415  # as above

        return render_json(trace, show_secrets=self._run.look.show_secrets, one_line=self._run.several)

    def close(self) -> str:
        return ""


FORMATS: dict[str, Callable[[RunInfo], Format]] = {"text": TextFormat, "json": JsonFormat}
