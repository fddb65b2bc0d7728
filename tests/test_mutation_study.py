"""The mutation study runs, and what has to be caught is caught by the code that has to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.shared import REPOSITORY


@pytest.mark.slow
def test_mutants_are_caught_and_nothing_else_is_accused() -> None:
    command = [sys.executable, str(REPOSITORY / "benchmarks/mutate.py"), "-n", "100", "--seed", "7", "--missed"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "False codes: 0 (none)" in done.stdout
