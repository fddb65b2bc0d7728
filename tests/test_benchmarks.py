"""The benchmarks run: a claim about speed that nobody can repeat is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_the_smoke_run_of_the_benchmarks_reads_what_was_generated(tmp_path: Path) -> None:
    command = [sys.executable, str(REPOSITORY / "benchmarks/bench.py"), "--smoke", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = done.stdout.count("==> ") - 1
    assert jobs == 8
    assert "wsdtrace images" in done.stdout
    assert "5 files" in done.stdout
