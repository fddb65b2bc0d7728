"""The page of limits is that of the source."""

from __future__ import annotations

import subprocess
import sys

from tests.shared import REPOSITORY


def test_the_page_of_limits_is_fresh() -> None:
    command = [sys.executable, str(REPOSITORY / "docs/limits.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0, "run `make docs`"


def test_the_bounds_that_findings_name_are_there() -> None:
    text = (REPOSITORY / "docs/limits.md").read_text()
    assert "NetLimits.direction_bytes" in text
    assert "HttpLimits.header_section" in text
