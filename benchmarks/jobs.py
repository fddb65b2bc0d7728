"""What is measured: jobs on generated captures, for wsdtrace and for the programs that people use today."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from runs import Command

HERE = Path(__file__).resolve().parent
FINDINGS = (0, 1)
"""`check` ends with 1 when it found something, which is no failure here."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """A generated capture, made when it is not there yet."""

    kind: str
    megabytes: int
    pcapng: bool = False

    @property
    def name(self) -> str:
        """File name: it says all that the generator is told."""
        return f"{self.kind}-{self.megabytes}.{'pcapng' if self.pcapng else 'pcap'}"

    def path(self, data: Path) -> Path:
        """The file, made if need be; the truth that is written last tells that it is whole.

        Another process makes it: the memory of this one would count as that of the commands that it starts.
        """
        path = data / self.name
        if not path.with_name(path.name + ".truth.json").exists():
            print(f"    making {self.name}", flush=True)
            more = ["--pcapng"] if self.pcapng else []
            words = [sys.executable, str(HERE / "traffic.py"), self.kind, str(self.megabytes), "-o", str(path), *more]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        return path


@dataclass(frozen=True, slots=True)
class Rival:
    """Something that wsdtrace is held against in a job; times are compared by byte of the file that each one read."""

    command: str
    """Name in `COMMANDS`."""
    traffic: Traffic
    at_least: float | None = None
    """Times faster that wsdtrace has to be."""
    at_most: float | None = None
    """Times slower that wsdtrace may be."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do, and who does it."""

    title: str
    command: str
    traffic: Traffic
    rivals: tuple[Rival, ...]
    peak_mb: int | None = None
    """MB that wsdtrace may use at most."""


def wsdtrace(*words: str) -> tuple[str, ...]:
    """Command line of this project."""
    return (sys.executable, "-m", "wsdtrace", *words)


def script(name: str) -> tuple[str, ...]:
    """Command line of one of `opponents`."""
    return (sys.executable, str(HERE / "opponents.py"), name, "FILE", "{}")


FIELDS = ("frame.number", "tcp.stream", "http.request.method", "http.request.uri", "http.response.code")
COMMANDS = {
    "check": Command("wsdtrace check", wsdtrace("check", "FILE"), "lines", FINDINGS),
    "check json": Command(
        "wsdtrace check --format json", wsdtrace("check", "--format", "json", "FILE"), "lines", FINDINGS
    ),
    "show": Command("wsdtrace show exchanges", wsdtrace("show", "exchanges", "FILE"), "lines"),
    "images": Command("wsdtrace images", wsdtrace("images", "FILE", "-o", "{}/pages"), "files"),
    "cat": Command("cat > /dev/null", ("cat", "FILE"), "nothing"),
    "tcpflow": Command("tcpflow, raw flows", ("tcpflow", "-q", "-r", "FILE", "-o", "{}"), "files"),
    "tshark objects": Command(
        "tshark --export-objects", ("tshark", "-r", "FILE", "-q", "--export-objects", "http,{}"), "files"
    ),
    "tshark fields": Command(
        "tshark -Y http -T fields",
        ("tshark", "-r", "FILE", "-Y", "http", "-T", "fields", *(word for name in FIELDS for word in ("-e", name))),
        "lines",
    ),
    "dpkt": Command("dpkt, a loop", script("dpkt-images"), "files"),
    "scapy": Command("scapy TCPSession", script("scapy-images"), "files"),
    "pyshark": Command("pyshark FileCapture", script("pyshark-list"), "lines"),
}  # fmt: skip
NEEDS = {"tshark objects": "tshark", "tshark fields": "tshark", "tcpflow": "tcpflow", "cat": "cat"}
MODULES = {"dpkt": "dpkt", "scapy": "scapy", "pyshark": "pyshark"}


def missing() -> dict[str, str]:
    """Commands that cannot run here, and why."""
    from importlib.util import find_spec  # noqa: PLC0415  # where it is used, like the rest of what is looked for

    lacking = {name: f"{program} is not installed" for name, program in NEEDS.items() if which(program) is None}
    lacking |= {name: f"{module} is not installed" for name, module in MODULES.items() if find_spec(module) is None}
    if "pyshark" not in lacking and which("tshark") is None:
        lacking["pyshark"] = "it needs tshark, which is not installed"
    return lacking


def jobs(scale: float = 1.0) -> list[Job]:
    """All jobs; with a scale below 1 on smaller files, which only shows that everything runs."""

    def size(megabytes: int) -> int:
        return max(1, round(megabytes * scale))

    whole, mixed = Traffic("images", size(1000)), Traffic("mixed", size(1000))
    small, tiny = Traffic("small", size(300)), Traffic("small", size(3))
    few, half = Traffic("images", 1), Traffic("mixed", size(200))
    pcapng, huge = Traffic("images", size(1000), pcapng=True), Traffic("images", size(10_000))
    return [
        Job(
            "check, text, images with Content-Length", "check", whole,
            (
                Rival("tshark objects", whole, at_least=10),
                Rival("tcpflow", whole, at_least=1),
                Rival("cat", whole, at_most=12),
            ),
            peak_mb=250,
        ),
        Job(
            "check, text, half of the images chunked", "check", mixed,
            (Rival("tshark objects", half, at_least=50), Rival("tcpflow", mixed, at_least=1)),
            peak_mb=250,
        ),
        Job(
            "check as json, with the digests of all images", "check json", whole,
            (Rival("tcpflow", whole, at_least=0.5),),
        ),
        Job(
            "list the exchanges of small messages", "show", small,
            (Rival("tshark fields", small, at_least=12), Rival("pyshark", tiny)),
        ),
        Job(
            "check small messages, each typed and judged", "check", small,
            (Rival("tshark fields", small, at_least=4),),
        ),
        Job(
            "save the images", "images", whole,
            (Rival("dpkt", whole, at_least=6), Rival("scapy", few, at_least=80)),
        ),
        Job("check, pcapng against pcap", "check", pcapng, (Rival("check", whole, at_most=1.4),)),
        Job(
            "check, ten times the bytes", "check", huge, (Rival("check", whole, at_most=1.1),),
            peak_mb=250,
        ),
    ]  # fmt: skip
