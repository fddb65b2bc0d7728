"""Makes `expected.json` of each case from its witnesses: what the device logged, what the client logged and saved.

The witnesses of a case are `device.jsonl` (the device's own log: one line per exchange) or `tshark.jsonl` (the same, as
tshark reads the capture), `client.log` (the client's own trace) and its row in `pages.json` (SHA-256 of the pages that
the client saved). A derived case names the cases whose
frames it holds. `case.toml` adds what no log can say: which findings have to be there, which may, and which would be
wrong, each with its reason. wsdtrace itself is never asked.

    python captures/make_expected.py            write every expected.json
    python captures/make_expected.py --check    say whether they are what this script makes

Numbered rules:

1. Where two witnesses speak of the same exchange, they have to agree, or this script stops.
2. An answer whose end is not in the capture has the status null, as if it had not come.
3. A JobId that the device denies makes no job.
4. Of datagrams the capture itself is the witness, by a plain search for their Action and MessageID.
"""

from __future__ import annotations

import json
import re
import struct
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

OPERATIONS = frozenset(
    (
        *("CreateScanJob", "RetrieveImage", "CancelJob", "ValidateScanTicket"),
        *("GetScannerElements", "GetJobElements", "GetActiveJobs", "GetJobHistory"),
        *("Subscribe", "Renew", "GetStatus", "Unsubscribe", "SubscriptionEnd", "Get"),
        *("ScanAvailableEvent", "JobStatusEvent", "JobEndStateEvent", "ScannerStatusSummaryEvent"),
    )
)
"""What a report calls by name; any other Action has the operation null."""

WITNESSES = ("device.jsonl", "tshark.jsonl")
"""Of what the device had to say, the better one first."""

MAY_OF_DEVICE: dict[str, dict[str, str]] = {
    "emulator": {
        "WSD207": "the device leaves ActiveConditions out of ScannerStatus",
        "WSD212": "the device's default ticket holds both children of a choice",
        "WSD707": "the device's final parameters leave out required children",
        "WSD715": "the device states BytesPerLine for JPEG",
    },
    "go-mfp": {},
    "virtual": {},
    "wsdd": {},
}
"""Schema faults of the devices themselves: true wherever they answer, and not what a case is about."""


@dataclass(slots=True)
class Exchange:
    """One exchange as a witness tells it."""

    operation: str | None
    http_status: int | None
    fault: str | None = None
    job: int | None = None
    image_bytes: int | None = None
    page: int | None = None
    case: str = ""

    @property
    def key(self) -> tuple[str, int, str]:
        """What both witnesses know of it, for comparison."""
        return self.operation or "", self.http_status or 0, self.fault or ""


@dataclass(slots=True)
class Job:
    """A scan job as the device's log tells it."""

    job_id: int
    source: str = ""
    announced: int = 0
    images: int = 0
    outcome: str = ""
    ended_by: set[str] = field(default_factory=set)


def device_log(case: str) -> list[dict[str, Any]]:
    """The exchanges of the device's log, or of what tshark saw, in order; none where neither is."""
    path = next((path for name in WITNESSES if (path := HERE / case / name).exists()), None)
    lines = map(json.loads, path.read_text().splitlines() if path is not None else ())
    return [line for line in lines if line["ev"] in ("xchg", "notify")]


def from_device(case: str, line: dict[str, Any]) -> Exchange:
    """One line of the device's log; an answer that it could not send to its end counts as none (rule 2)."""
    operation = line.get("op") or line["action"]
    sent = "senderr" not in line
    return Exchange(
        operation=operation if operation in OPERATIONS else None,
        http_status=line["status"] if sent else None,
        fault=line.get("fault"),
        job=line.get("job"),
        image_bytes=line.get("image") if sent else None,
        page=line.get("page"),
        case=case,
    )


def from_client(case: str) -> list[Exchange]:
    """The exchanges of the client's trace: an Action sent, a status received, a fault's subcode, a page saved."""
    exchanges: list[Exchange] = []
    for line in (HERE / case / "client.log").read_text().splitlines():
        if action := re.search(r"<\w+:Action>[^<]*/(\w+)</", line):
            name = action[1]
            if not name.endswith(("Response", "fault")):
                exchanges.append(Exchange(name if name in OPERATIONS else None, None, case=case))
        elif status := re.match(r"Status: (\d+)", line):
            exchanges[-1].http_status = int(status[1])
        elif subcode := re.search(r"<\w+:Value>\w+:((?:Client|Server)Error\w+)</", line):
            exchanges[-1].fault = subcode[1]
        elif saved := re.match(r"(\d+) bytes of data saved as \d+\.jpeg", line):
            exchanges[-1].image_bytes = int(saved[1])
            exchanges[-1].page = 1 + sum(e.page is not None for e in exchanges)
    return exchanges


def witnessed(case: str) -> list[Exchange]:
    """The exchanges of a recorded case, in the device's order; both witnesses agree on them (rule 1)."""
    device = [from_device(case, line) for line in device_log(case)]
    client = from_client(case) if (HERE / case / "client.log").exists() else []
    if device and client:
        asked = Counter(e.operation for e in device) == Counter(e.operation for e in client)
        heard = Counter(e.key for e in client if e.http_status)  # the client logs no answer that it could not read
        if not asked or heard - Counter(e.key for e in device):
            raise SystemExit(f"{case}: the device's log and the client's trace disagree:\n  {device}\n  {client}")
    return device or client


def datagrams(case: str) -> list[list[str]]:
    """Operation and MessageID of every distinct one-way message or request on UDP port 3702 (rule 4)."""
    found = set()
    path = HERE / case / "capture.pcap"
    raw = path.read_bytes() if path.exists() else b""
    offset = 24
    while offset + 16 <= len(raw):
        captured = struct.unpack_from("<I", raw, offset + 8)[0]
        frame = raw[offset + 16 : offset + 16 + captured]
        offset += 16 + captured
        kind = frame[12:14]
        is_udp = (kind == b"\x08\x00" and frame[23] == 17) or (kind == b"\x86\xdd" and frame[20] == 17)
        action = re.search(rb"Action[^>]*>[^<]*/discovery/[\d/]*(Hello|Bye|Probe|Resolve)<", frame) if is_udp else None
        if action:
            message_id = re.search(rb"MessageID[^>]*>\s*([^<\s]+)\s*<", frame)
            found.add((action[1].decode(), message_id[1].decode() if message_id else ""))
    return [list(row) for row in sorted(found)]


def http_gets(case: str) -> list[Exchange]:
    """Metadata requests of a case without logs, by a plain search in the capture (rule 4)."""
    raw = (HERE / case / "capture.pcap").read_bytes()
    asked = len(re.findall(rb"Action[^>]*>[^<]*/transfer/Get<", raw))
    statuses = [int(s) for s in re.findall(rb"HTTP/1\.[01] (\d{3}) ", raw)]
    if asked != len(statuses):
        raise SystemExit(f"{case}: {asked} requests and {len(statuses)} responses in the capture")
    return [Exchange("Get", status, case=case) for status in statuses]


def jobs_of(exchanges: list[Exchange], case: str, outcomes: dict[str, str]) -> list[Job]:
    """The jobs of a case: created, or seen alive (rule 3), with how each ended."""
    created = {
        line["job"]: line
        for witness in {e.case for e in exchanges}
        for line in device_log(witness)
        if line.get("op") == "CreateScanJob" and "job" in line
    }
    jobs: dict[int, Job] = {}
    for e in exchanges:
        is_alive = e.operation == "CreateScanJob" or e.image_bytes is not None or e.http_status is None
        if e.job is None or e.fault or not is_alive:
            continue
        line = created.get(e.job, {})
        jobs.setdefault(e.job, Job(e.job, line.get("source", ""), int(line.get("images") or 0)))
    for e in exchanges:
        job = jobs.get(e.job or 0)
        if job is None:
            continue
        job.images += e.image_bytes is not None
        if e.operation == "CancelJob" and e.http_status == 200:
            job.ended_by.add("canceled")
        is_last = job.source == "Platen" or (job.announced and job.images >= job.announced)
        if e.fault == "ClientErrorNoImagesAvailable" or (e.image_bytes is not None and is_last):
            job.ended_by.add("completed")
    for job in jobs.values():
        told = outcomes.get(str(job.job_id))
        if told is None and len(job.ended_by) != 1:
            raise SystemExit(f"{case}: how job {job.job_id} ended does not follow from the log: {job.ended_by}")
        job.outcome = told if told is not None else job.ended_by.pop()
    return list(jobs.values())


def select(case: str, facts: dict[str, Any]) -> list[Exchange]:
    """The exchanges that the capture of a case holds."""
    exchanges: list[Exchange] = []
    if facts.get("encrypted"):
        return exchanges
    for witness in facts.get("witness", [{"case": case}]):
        source = witness["case"]
        told = witnessed(source) or http_gets(source)
        for number in witness.get("exchanges", range(1, len(told) + 1)):
            exchange = told[number - 1]
            if number in witness.get("incomplete", ()):
                exchange.http_status = exchange.image_bytes = None
            exchanges.append(exchange)
    return exchanges


def expected(case: str, pages: dict[str, list[str]]) -> dict[str, Any]:
    """What a report about the capture of `case` has to say."""
    facts = tomllib.loads((HERE / case / "case.toml").read_text())
    exchanges = select(case, facts)
    jobs = jobs_of(exchanges, case, facts.get("outcome", {}))
    if not any(device_log(witness) for witness in {e.case for e in exchanges}):  # a client's trace alone
        jobs = [Job(int(number), outcome=how) for number, how in facts.get("outcome", {}).items()]
        for job in jobs:
            job.images = sum(e.image_bytes is not None for e in exchanges)
    images = []
    for e in exchanges:
        if e.image_bytes is not None and e.page is not None:
            saved = pages.get(e.case)
            images.append({"bytes": e.image_bytes, "sha256": saved[e.page - 1] if saved else None})
    may = [{"code": code, "because": why} for code, why in MAY_OF_DEVICE[facts["device"]].items()]
    never = {row["code"] for row in facts.get("never", [])}
    return {
        "title": facts["title"],
        "exit_code": facts.get("exit_code"),
        "exchanges": [
            {"operation": e.operation, "http_status": e.http_status, "fault": e.fault if e.http_status else None}
            for e in exchanges
        ],
        "datagrams": datagrams(case),
        "jobs": [{"job_id": j.job_id, "outcome": j.outcome or None, "images": j.images} for j in jobs],
        "images": images,
        "findings": {
            "expected": facts.get("expected", []),
            "may": [row for row in may if row["code"] not in never] + facts.get("may", []),
            "never": facts.get("never", []),
        },
    }


def main(arguments: list[str]) -> int:
    """Write every `expected.json`, or with `--check` compare them; 1 when one differs."""
    pages = json.loads((HERE / "pages.json").read_text())
    differing = 0
    for path in sorted(HERE.glob("*/case.toml")):
        made = json.dumps(expected(path.parent.name, pages), indent=2, ensure_ascii=False) + "\n"
        target = path.with_name("expected.json")
        if "--check" in arguments:
            same = target.exists() and target.read_text() == made
            print(f"  {'as witnessed' if same else 'DIFFERS     '}  {path.parent.name}/expected.json")
            differing += not same
        else:
            target.write_text(made)
            print(f"  {path.parent.name}/expected.json")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
