"""The documentation as a site: its pictures are real, its pages are reachable, and it builds without a warning."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import REPOSITORY, load_script

DOCS = REPOSITORY / "docs"


SCRIPT = load_script(REPOSITORY / "docs" / "ladders.py")
CASES: tuple[str, ...] = SCRIPT.CASES


@pytest.mark.parametrize("case", CASES)
def test_ladders_are_drawn_from_the_captures(case: str) -> None:
    assert (DOCS / "ladders" / f"{case}.svg").read_text() == SCRIPT.drawn(case), "run `make docs`"


def test_every_page_of_the_navigation_is_there() -> None:
    named = re.findall(r": ([\w/-]+\.md)$", (REPOSITORY / "mkdocs.yml").read_text(), re.MULTILINE)
    assert named
    assert [name for name in named if not (DOCS / name).exists()] == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = (REPOSITORY / "mkdocs.yml").read_text()
    assert "font: false" in text
    assert "http" not in text


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="no mkdocs: pip install 'wsdtrace[docs]'")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # an advertisement of the theme, not about our pages
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 100
    for page in pages:
        loaded = re.findall(r"<(?:script|img|link)[^>]*(?:src|href)=\"(https?://[^\"]+)", page.read_text())
        assert [url for url in loaded if "canonical" not in url] == [], page.name
