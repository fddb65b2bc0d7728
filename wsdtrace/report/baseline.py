"""`--baseline FILE`: which findings were there before, which are new, which are fixed.

A baseline is a report of `check --format json` (one object, or a line for each of several captures). Findings are the
same when their fingerprints are: rule, operation and ordinal, never frames or times. Of a baseline with one capture
every input is compared with it; of one with several, each input with the capture of the same file name.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import PurePath

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadConfiguration
from wsdtrace.report.trace import Trace

KNOWN = "known in the baseline"


@dataclass(frozen=True, slots=True)
class Known:
    """A finding of the baseline."""

    fingerprint: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """Findings of earlier captures, by file name."""

    file: str
    by_name: dict[str, tuple[Known, ...]]

    def of(self, path: str) -> tuple[Known, ...]:
        """What was known of a capture."""
        if len(self.by_name) == 1:
            return next(iter(self.by_name.values()))
        return self.by_name.get(PurePath(path).name, ())


def read_baseline(file: str, text: str) -> Baseline:
    """Understand the text of a baseline.

    Raises:
        BadConfiguration: it is no report of `check --format json`; names file and line.
    """
    try:
        objects = [json.loads(text)]
    except json.JSONDecodeError as error:
        objects = []
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    objects.append(json.loads(line))
                except json.JSONDecodeError:
                    where = error.lineno if not objects else number
                    raise BadConfiguration(file, "expected a report of `check --format json`", where) from error
    if not objects:
        raise BadConfiguration(file, "expected a report of `check --format json`, found nothing")
    try:
        found = {
            PurePath(o["input"]["path"]).name: tuple(
                Known(f["fingerprint"], f["code"], f["name"]) for f in o["findings"] if f["caused_by"] is None
            )
            for o in objects
        }
    except (KeyError, TypeError, AttributeError) as error:
        problem = f"expected a report of `check --format json`, it lacks {error}"
        raise BadConfiguration(file, problem) from error
    return Baseline(file, found)


def compare(trace: Trace, baseline: Baseline) -> None:
    """Set aside what is known, and note what is fixed."""
    known = baseline.of(trace.input.path)
    left = Counter(k.fingerprint for k in known)
    aside = 0
    for finding in trace.findings:
        if finding.is_cause and left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
            finding.waived = KNOWN
            aside += 1
    fixed = [k for k in known if left[k.fingerprint] > 0]
    if aside:
        trace.notes.append(f"{_findings(aside)} known from {baseline.file}, not counted")
    if fixed:
        names = ", ".join(dict.fromkeys(f"{k.code} {k.name}" for k in fixed))
        trace.notes.append(f"{_findings(len(fixed))} of {baseline.file} fixed: {names}")


def _findings(count: int) -> str:
    return f"{count} finding{'s' if count != 1 else ''}"
