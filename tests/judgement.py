"""Compares a JSON report with what witnesses say, and words what differs.

Every function takes the report as `check --format json` printed it and returns complaints; an empty list is agreement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

Report = dict[str, Any]
Row = tuple[str | None, int | None, str | None]
"""Operation, HTTP status (None without a complete response), local name of the fault's subcode."""


def local_name(subcode: str | None) -> str | None:
    """`wscn:Name` or `{namespace}Name` → `Name`."""
    return (subcode or "").split(":")[-1].split("}")[-1] or None


def rows(report: Report) -> list[Row]:
    """The HTTP exchanges of a report, without a proxy's second copies."""
    out: list[Row] = []
    for exchange in report["exchanges"]:
        if exchange["transport"] != "http" or exchange.get("copy_of"):
            continue
        response = exchange["response"] or {}
        status = response.get("http_status") if response.get("complete") else None
        out.append((exchange["operation"], status, local_name((exchange["fault"] or {}).get("subcode"))))
    return out


def exchanges(report: Report, wanted: Iterable[Row]) -> list[str]:
    """Every exchange is there, as often as it was, and no other."""
    got, want = Counter(rows(report)), Counter(wanted)
    extra, missing = list((got - want).elements()), list((want - got).elements())
    return [f"exchange that nobody had: {row}" for row in extra] + [f"exchange not found: {row}" for row in missing]


def datagrams(report: Report, wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Every one-way message or request over UDP is there, by operation and MessageID."""
    got = {(e["operation"], e["message_id"]) for e in report["exchanges"] if e["transport"] == "udp"}
    want = set(wanted)
    extra, missing = sorted(got - want, key=repr), sorted(want - got)
    return [f"datagram that nobody sent: {row}" for row in extra] + [f"datagram not found: {row}" for row in missing]


def findings(
    report: Report, must: Iterable[dict[str, str]], may: Iterable[str], never: Iterable[dict[str, str]]
) -> list[str]:
    """What has to be found is found, and no error or warning stands there without a reason.

    A row of `must` or `never` names a code and, where it matters, the operation of one of the finding's exchanges and
    whose fault it is. A row about a rule that does not exist yet (no entry in the ledger) asks for nothing.
    """
    operations = {e["id"]: e["operation"] for e in report["exchanges"]}
    found = report["findings"]
    must = list(must)
    never = list(never)

    def fits(finding: Report, row: dict[str, str]) -> bool:
        touched = [operations.get(number) for number in finding["exchanges"]]
        return (
            finding["code"] == row["code"]
            and row.get("operation") in (None, *touched)
            and row.get("fault_of", finding["fault_of"]) == finding["fault_of"]
        )

    out = [
        f"not found: {row} (found: {sorted({f['code'] for f in found})})"
        for row in must
        if row["code"] in report["ledger"] and not any(fits(f, row) for f in found)
    ]
    allowed = {row["code"] for row in must} | set(may)
    for finding in found:
        is_forbidden = any(fits(finding, row) for row in never)
        is_loud = finding["severity"] in ("error", "warning") and not finding["caused_by"]
        if is_forbidden or (is_loud and finding["code"] not in allowed):
            out.append(f"wrong: {finding['severity']} {finding['code']}: {finding['message']}")
    return out


def locators(report: Report) -> list[str]:
    """Every finding points at frames of the capture."""
    last = report["input"]["frames"]
    out = []
    for finding in report["findings"]:
        inside = all(1 <= number <= last for number in finding["frames"])
        if not finding["locators"] or not finding["frames"] or not inside:
            out.append(f"{finding['code']} points at frames {finding['frames']} of {last}")
    return out
