"""Captures of the seeded generator (`benchmarks/traffic.py`), and the truth that it writes beside them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

GENERATOR = Path(__file__).resolve().parent.parent / "benchmarks/traffic.py"


class Generated(NamedTuple):
    """A capture and its truth."""

    path: Path
    frames: int
    exchanges: int
    jobs: int
    images: list[str]
    """sha256 of each."""
    missing: list[int]
    """Bytes of each that the capture lacks."""


def generate(folder: Path, kind: str, megabytes: float, *options: str) -> Generated:
    """Have a capture made."""
    path = folder / "generated.pcap"
    command = [sys.executable, str(GENERATOR), kind, str(megabytes), "-o", str(path), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return Generated(path, **json.loads(path.with_name("generated.pcap.truth.json").read_text()))
