"""The formats of `check --format`, by name. A new one is a class and a line in `FORMATS`.

A `Format` gets the traces of a run one after another and may write between and after them, so that a format with one
document for the whole run (JUnit, SARIF) fits as well as one with a piece for each input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, Protocol

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import UsageError

if TYPE_CHECKING:
    # Only for the signatures: a format is loaded when it is asked for.
    from lxml.etree import _Element

    from wsdtrace.check.finding import Severity
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
        from wsdtrace.report.text import render_check  # noqa: PLC0415  # one of many formats
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


class LinesFormat:
    """Findings in one line each; which lines is the subclass's."""

    needs_digests: ClassVar[bool] = False

    def __init__(self, run: RunInfo) -> None:
        self._look = run.look

    def trace(self, trace: Trace) -> str:
        """The lines about one capture."""
        return "".join(f"{line}\n" for line in self._lines(trace))

    def close(self) -> str:
        return ""

    def _least(self) -> Severity:
        """Infos are told with -v, warnings not with -q, as in text."""
        from wsdtrace.check.finding import Severity  # noqa: PLC0415  # as above

        wanted = {-1: Severity.ERROR, 0: Severity.WARNING}
        return wanted.get(max(int(self._look.verbosity), -1), Severity.INFO)

    def _lines(self, trace: Trace) -> Iterable[str]:
        raise NotImplementedError


class ConciseFormat(LinesFormat):
    """For editors and grep."""

    def _lines(self, trace: Trace) -> Iterable[str]:
        from wsdtrace.report.lines import concise  # noqa: PLC0415  # as above

        return concise(trace, show_secrets=self._look.show_secrets, least=self._least())


class GithubFormat(LinesFormat):
    """For annotations of a workflow."""

    def _lines(self, trace: Trace) -> Iterable[str]:
        from wsdtrace.report.lines import github  # noqa: PLC0415  # as above

        return github(trace, show_secrets=self._look.show_secrets, least=self._least())


class MarkdownFormat(LinesFormat):
    """For an issue tracker."""

    def _lines(self, trace: Trace) -> Iterable[str]:
        from wsdtrace.report.markdown import section  # noqa: PLC0415  # as above

        return section(trace, show_secrets=self._look.show_secrets, least=self._least())


class JsonlFormat(LinesFormat):
    """For programs that read line by line."""

    needs_digests: ClassVar[bool] = True

    def _lines(self, trace: Trace) -> Iterable[str]:
        from wsdtrace.report.jsonl import rows  # noqa: PLC0415  # as above

        return rows(trace, show_secrets=self._look.show_secrets)


class JunitFormat:
    """For the test reports of CI systems."""

    needs_digests: ClassVar[bool] = False

    def __init__(self, run: RunInfo) -> None:
        self._look = run.look
        self._suites: list[_Element] = []

    def trace(self, trace: Trace) -> str:
        """Nothing yet: the document has one root."""
        from wsdtrace.report.junit import suite  # noqa: PLC0415  # as above

        self._suites.append(suite(trace, show_secrets=self._look.show_secrets))
        return ""

    def close(self) -> str:
        """The whole document."""
        from wsdtrace.report.junit import document  # noqa: PLC0415  # as above

        return document(self._suites)


class SarifFormat:
    """For code scanning."""

    needs_digests: ClassVar[bool] = False

    def __init__(self, run: RunInfo) -> None:
        self._look = run.look
        self._traces: list[Trace] = []

    def trace(self, trace: Trace) -> str:
        """Nothing yet: there is one log for the run. What the log does not show is dropped."""
        trace.exchanges = []
        self._traces.append(trace)
        return ""

    def close(self) -> str:
        """The whole log."""
        from wsdtrace.report.sarif import document  # noqa: PLC0415  # as above

        return document(self._traces, show_secrets=self._look.show_secrets)


class HtmlFormat:
    """A page to look at, as `wsdtrace report` writes it, without pictures of the pages."""

    needs_digests: ClassVar[bool] = True

    def __init__(self, run: RunInfo) -> None:
        """Refuse a run over several inputs.

        Raises:
            UsageError: a page is about one capture.
        """
        if run.several:
            raise UsageError(
                "--format html is a page about one capture: name one file (or run wsdtrace report for each)"
            )
        self._look = run.look

    def trace(self, trace: Trace) -> str:
        """The whole page."""
        from wsdtrace.report.htmlreport import ReportOptions, render_html  # noqa: PLC0415  # as above

        return render_html(trace, ReportOptions(show_secrets=self._look.show_secrets))

    def close(self) -> str:
        return ""


FORMATS: dict[str, Callable[[RunInfo], Format]] = {
    "text": TextFormat,
    "concise": ConciseFormat,
    "json": JsonFormat,
    "jsonl": JsonlFormat,
    "github": GithubFormat,
    "junit": JunitFormat,
    "sarif": SarifFormat,
    "markdown": MarkdownFormat,
    "html": HtmlFormat,
}
