"""Records captures anew: a real driver, `scanimage` with sane-airscan, scans from the virtual scanner.

    python captures/record.py            record all, and say whether each tells what is expected of its case
    python captures/record.py --write    the same, and ship those that were recorded this way

The scanner writes down what it exchanges (`wsdtrace/capture/writer.py`). Witnesses are the driver's own trace, the
pages that it saved, and tshark, which reads the capture; they have to agree with each other, with `expected.json` of
the case, and with what wsdtrace says of the new capture. MessageIDs, ports and times differ from run to run, and so do
the octets.

Numbered rules:

1. `SHIPPED` are the cases whose capture is made here. The push scan among them has no foreign client: sane-airscan does
   not take pushes.
2. `RETOLD` are cases of the laboratory whose story the virtual scanner can tell. They are compared, and never written:
   what is derived from them counts their frames, and an emulator of another author is the better witness.
3. Cases about the network, or of a client that is not at hand, are not here.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import make_expected  # noqa: E402  # the repository must be on the path first

from tests import judgement  # noqa: E402
from tests.command import run  # noqa: E402
from tests.scanner.driver import scanimage  # noqa: E402
from wsdtrace.scanner.client import Client, Wish  # noqa: E402
from wsdtrace.scanner.clock import Clock  # noqa: E402
from wsdtrace.scanner.persona import Persona, persona, read_persona  # noqa: E402
from wsdtrace.scanner.recorder import Recorder  # noqa: E402
from wsdtrace.scanner.server import VirtualScanner  # noqa: E402
from wsdtrace.scanner.sink import EventSink  # noqa: E402
from wsdtrace.scanner.thread import ScannerThread  # noqa: E402
from wsdtrace.wsd import scan  # noqa: E402

EVENTS = ("ScanAvailableEvent", "JobStatusEvent", "JobEndStateEvent", "ScannerStatusSummaryEvent")
ANSWER_S = 10.0
"""Everything is on one machine: what takes longer will not come."""
FLAT = ("--resolution", "75", "--mode", "Gray")
FEED = ("--source", "ADF", *FLAT, "--batch")
DUPLEX = ("--source", "ADF Duplex", *FLAT, "--batch")
SCANS = "PROTO_OP_LOAD: submitting"
"""The line of the driver's log at which the scanner begins to scan a page."""
WAITS = "HTTP using timeout: none"
"""The line of the driver's log at which a page begins to come."""


@dataclass(frozen=True)
class Driven:
    """A story of sane-airscan and a scanner."""

    arguments: tuple[str, ...] = FLAT
    who: str = ""
    """The scanner: the name of a persona, or tables of one."""
    host: str = "127.0.0.1"
    interrupt_at: str | None = None
    """A line of the driver's log at which the user presses Ctrl-C."""

    @property
    def persona(self) -> Persona:
        """Who the scanner is."""
        is_name = self.who and "\n" not in self.who
        return persona(self.who) if is_name else read_persona(f"summary = 'x'\n{self.who}", "recorded", "record.py")

    def record(self, folder: Path) -> list[str]:
        """Play it; the capture and the driver's trace are in the folder then.

        Returns:
            SHA-256 of the pages that the driver saved in its trace.
        """
        with (folder / "capture.pcapng").open("wb") as file:
            scanner = VirtualScanner(self.persona, host=self.host, record=file)
            with ScannerThread(scanner) as running:
                scanimage(running.url, *self.arguments, interrupt_at=self.interrupt_at, trace=folder)
        (folder / "scanimage-x.log").rename(folder / "client.log")
        with tarfile.open(folder / "scanimage-x.tar") as saved:
            named = [each for each in saved if each.name.endswith(".jpeg")]
            pages = [part.read() for each in named if (part := saved.extractfile(each))]
        return [sha256(page).hexdigest() for page in pages]


async def pressed(file: BinaryIO) -> None:
    """The button is pressed, and our client, which had subscribed, scans."""
    clock = Clock()
    recorder = Recorder(file, clock)
    scanner = VirtualScanner(clock=clock, recorder=recorder)
    async with (
        scanner,
        EventSink(recorder=recorder) as sink,
        Client(scanner.addresses.service, clock=clock, recorder=recorder) as client,
    ):
        await client.metadata(scanner.addresses.device, scanner.device.endpoint)
        await client.elements()
        await client.subscribe(sink, {"desk": "Scan to my desk"}, EVENTS)
        scanner.device.panel.press("Scan to my desk")
        notice = await asyncio.wait_for(sink.next("ScanAvailableEvent"), ANSWER_S)
        assert isinstance(notice.value, scan.ScanAvailableEvent)
        await client.pushed(notice.value, Wish(dpi=75, color="Grayscale8", name="Pushed"))
        await asyncio.wait_for(scanner.notifier.idle(), ANSWER_S)


@dataclass(frozen=True)
class Played:
    """A story of our own client and a scanner."""

    scene: Callable[[BinaryIO], Any]

    def record(self, folder: Path) -> list[str]:
        """Play it; the capture is in the folder then. No client of others saved pages."""
        with (folder / "capture.pcapng").open("wb") as file:
            asyncio.run(self.scene(file))
        return []


SHIPPED: dict[str, Driven | Played] = {
    "duplex-feeder": Driven(DUPLEX, "[device]\nsheets = 2\n"),
    "empty-feeder": Driven(FEED, "[device]\nsheets = 0\n"),
    "flatbed-ipv6": Driven(host="::1"),
    "interrupted-feed": Driven(FEED, "[device]\npage_s = 5\n", interrupt_at=SCANS),
    "png-is-jpeg": Driven(who="png-is-jpeg"),
    "button-press": Played(pressed),
}
"""Cases whose capture is made here (rule 1)."""


def answers(operation: str, answer: str, *lines: str) -> str:
    """A persona that answers an operation so."""
    return f"[[answers]]\non = {json.dumps(operation)}\nanswer = {json.dumps(answer)}\nwith = {json.dumps(lines)}\n"


CUT_SHORT = (
    '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><soap:Fault>'
    "<soap:Code><soap:Value>soap:Receiver</soap:Va"
)
"""A fault that stops in the middle of an end tag."""

RETOLD: dict[str, Driven] = {
    "clean-flatbed": Driven(),
    "adf-3-pages": Driven(FEED),
    "fault-not-accepting": Driven(
        who=answers("CreateScanJob", "Fault ServerErrorNotAcceptingJobs", "http: status 400"),
    ),
    "fault-http-200": Driven(who=answers("CreateScanJob", "Fault ClientErrorInvalidArgs", "http: status 200")),
    "fault-no-subcode": Driven(who=answers("CreateScanJob", "Fault OperationFailed", "< drop soap:Subcode")),
    "fault-cut-short": Driven(who=answers("RetrieveImage", "Fault OperationFailed", f"< content {CUT_SHORT!r}")),
    "error-page": Driven(
        who=answers("CreateScanJob", "HTTP 500 text/html <html><body><h1>Internal Server Error</body></html>")
    ),
    "relates-to-random": Driven(
        who=answers("CreateScanJob", "RelatesTo=urn:uuid:6e7a9c2f-0d0c-4b6e-9d1f-3d6a51c0a001")
        + answers("RetrieveImage", "image RelatesTo=urn:uuid:6e7a9c2f-0d0c-4b6e-9d1f-3d6a51c0a002")
    ),
    "mtom-lf": Driven(who="line-feeds"),
    "cancel-while-sending": Driven(who=answers("RetrieveImage", "image over 30s"), interrupt_at=WAITS),
}
"""Cases of the laboratory that are told again (rule 2)."""


# What tshark says


def tshark(folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The exchanges of a capture as tshark sees them, in the form of a device's log; and SHA-256 of their pages."""
    command = ["tshark", "-r", str(folder / "capture.pcapng"), "-Y", "http", "-T", "json", "-x", "-j", "frame http"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    lines: dict[str, dict[str, Any]] = {}
    pages: list[str] = []
    for each in json.loads(done.stdout):
        layers = each["_source"]["layers"]
        http = layers["http"]
        content = bytes.fromhex(http["http.file_data_raw"][0]) if "http.file_data_raw" in http else b""
        if "http.request_in" not in http:
            lines[layers["frame"]["frame.number"]] = asked(content)
            continue
        line = lines[http["http.request_in"]]
        line["status"] = next(int(key.split()[1]) for key in http if key.startswith("HTTP/1."))
        answered(line, content, pages)
    return list(lines.values()), pages


def said(content: bytes, pattern: str) -> str | None:
    """The text of the first element of a name, or what else is in the group of the pattern."""
    found = re.search(pattern.encode(), content)
    return found[1].decode() if found else None


def asked(content: bytes) -> dict[str, Any]:
    """A request, and that nobody answered it yet."""
    line: dict[str, Any] = {"ev": "xchg", "status": None, "action": said(content, r"Action[^>]*>([^<]+)<") or ""}
    line["op"] = line["action"].rpartition("/")[2]
    job = said(content, r"JobId>(\d+)<")
    return line | ({"job": int(job)} if job else {})


def answered(line: dict[str, Any], content: bytes, pages: list[str]) -> None:
    """What the answer tells of the exchange."""
    fault = said(content, r"Subcode>\s*<\w+:Value>\w+:(\w+)<")
    if fault:
        line["fault"] = fault
    if line["op"] == "CreateScanJob" and not fault and (job := said(content, r"JobId>(\d+)<")):
        line["job"] = int(job)
        line["source"] = said(content, r"InputSource[^>]*>(\w+)<")
        line["images"] = int(said(content, r"ImagesToTransfer[^>]*>(\d+)<") or 0)
    if line["op"] == "RetrieveImage" and content.startswith(b"--"):
        boundary = content.split(b"\n", 1)[0].rstrip(b"\r")
        part = content.split(boundary)[2]
        image = re.split(rb"\r?\n\r?\n", part, maxsplit=1)[1]
        image = image[: -2 if image.endswith(b"\r\n") else -1]
        pages.append(sha256(image).hexdigest())
        line |= {"image": len(image), "page": len(pages)}


# Whether it is what was expected


def differences(case: str, folder: Path, pages: list[str]) -> list[str]:
    """What the new recording tells otherwise than the case's `expected.json`; empty where nothing."""
    wanted = json.loads((HERE / case / "expected.json").read_text())
    shutil.copy(HERE / case / "case.toml", folder)
    made = make_expected.expected(str(folder), {str(folder): pages} if pages else {})
    told = [Counter(json.dumps(row) for row in each["exchanges"]) for each in (made, wanted)]
    out = [f"exchange {row}" for row in ((told[0] - told[1]) + (told[1] - told[0])).elements()]
    out += [f"{made[key]} for {wanted[key]}" for key in ("jobs",) if made[key] != wanted[key]]
    report = run("check", "--format", "json", "--allow-gaps", "--allow-empty", folder / "capture.pcapng").report()
    rows = [(row["operation"], row["http_status"], row["fault"]) for row in made["exchanges"]]
    findings = wanted["findings"]
    may = [row["code"] for row in findings["may"]]
    return [
        *out,
        *judgement.exchanges(report, rows),
        *judgement.findings(report, findings["expected"], may, findings["never"]),
        *(
            f"page {image['sha256']} is not in the report"
            for image in made["images"]
            if image["sha256"] not in shown(report)
        ),
    ]


def shown(report: judgement.Report) -> set[str | None]:
    """SHA-256 of the pages of a report, and None."""
    return {None} | {image["sha256"] for image in report["images"]}


def main(arguments: list[str]) -> int:
    """Record all; 1 when one tells something else than its case expects."""
    for program in ("scanimage", "tshark"):
        if shutil.which(program) is None:
            print(f"  no {program}: nothing is recorded")
            return 0
    differing = 0
    saved = json.loads((HERE / "pages.json").read_text())
    for case, story in {**SHIPPED, **RETOLD}.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            pages = story.record(folder)
            lines, seen = tshark(folder)
            (folder / "tshark.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
            if pages not in ([], seen):
                raise SystemExit(f"{case}: tshark sees pages {seen}, and the driver saved {pages}")
            if "--write" in arguments and case in SHIPPED:
                for part in ("capture.pcapng", "client.log", "tshark.jsonl"):
                    if (folder / part).exists():
                        shutil.copyfile(folder / part, HERE / case / part)
                saved |= {case: seen} if seen else {}
                made = make_expected.expected(case, saved)
                (HERE / case / "expected.json").write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n")
            told = differences(case, folder, seen)
        print(f"  {'DIFFERS     ' if told else 'told the same'}  {case}", *told, sep="\n      ")
        differing += bool(told)
    if "--write" in arguments:
        (HERE / "pages.json").write_text(json.dumps(saved, indent=1, sort_keys=True) + "\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
