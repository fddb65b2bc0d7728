"""Rules from outside: the documented example runs; broken ones name file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import run
from tests.shared import CAPTURES, REPOSITORY
from wsdtrace.check.rule import all_rules, withdraw
from wsdtrace.cli.plugins import _may_have_plugins

ORPHANED = str(CAPTURES / "orphaned-job/capture.pcapng")


@pytest.fixture(autouse=True)
def _only_our_rules() -> Iterator[None]:
    ours = {rule.code for rule in all_rules()}
    yield
    withdraw([rule.code for rule in all_rules() if rule.code not in ours])


def documented() -> str:
    text = (REPOSITORY / "docs/plugins.md").read_text()
    found = re.search(r"```python\n(.*?)```", text, re.S)
    assert found is not None
    return found.group(1)


def test_the_documented_example_runs(tmp_path: Path) -> None:
    file = tmp_path / "acme.py"
    file.write_text(documented())
    done = run("check", "--format", "json", "--plugin", str(file), ORPHANED)
    assert "ACME001" in {f["code"] for f in done.report()["findings"]}
    assert "ACME001" in done.report()["ledger"]


def test_a_plugin_of_an_installed_package_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_rules.py").write_text(documented())
    (tmp_path / "acme-1.0.dist-info").mkdir()
    (tmp_path / "acme-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (tmp_path / "acme-1.0.dist-info" / "entry_points.txt").write_text("[wsdtrace.rules]\nacme = acme_rules\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "ACME001" in run("check", "--format", "json", ORPHANED).report()["ledger"]


def test_what_no_folder_is_may_hold_plugins(tmp_path: Path) -> None:
    archive = tmp_path / "packages.zip"
    archive.write_bytes(b"PK")
    assert _may_have_plugins(str(archive))
    assert not _may_have_plugins(str(tmp_path))
    assert not _may_have_plugins(str(tmp_path / "missing"))


def test_the_documented_example_is_short() -> None:
    code = [line for line in documented().splitlines() if line.strip() and not line.startswith(("from", "import"))]
    assert len(code) <= 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("x = 1\n1/0\n", "line 2: ZeroDivisionError", id="raises"),
        pytest.param("def f(:\n", "line 1: SyntaxError", id="no Python"),
        pytest.param(None, "expected a Python file", id="missing"),
    ],
)
def test_a_broken_plugin_ends_with_2(tmp_path: Path, text: str | None, says: str) -> None:
    file = tmp_path / "broken.py"
    if text is not None:
        file.write_text(text)
    done = run("check", "--plugin", str(file), ORPHANED)
    assert done.code == 2
    assert says in done.err
    assert "broken.py" in done.err


def test_the_line_is_named_of_a_plugin_beside_us_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.py").write_text("x = 1\nimport nothing_of_this_name\n")
    monkeypatch.chdir(tmp_path)
    assert "broken.py, line 2: ModuleNotFoundError" in run("check", "--plugin", "broken.py", ORPHANED).err


@pytest.mark.parametrize("code", ["WSD999", "WSD601"])
def test_our_codes_are_taken(tmp_path: Path, code: str) -> None:
    file = tmp_path / "thief.py"
    file.write_text(documented().replace("ACME001", code))
    assert run("check", "--plugin", str(file), ORPHANED).code == 2
    assert "WSD999" not in {rule.code for rule in all_rules()}


def test_a_rule_of_a_plugin_that_raises_is_an_internal_error_and_the_rest_stands(tmp_path: Path) -> None:
    file = tmp_path / "acme.py"
    file.write_text(re.sub(r"\n    if .*", "\n    yield from (1 / 0,)\n", documented(), flags=re.S))
    done = run("check", "--plugin", str(file), ORPHANED)
    assert done.code == 70
    assert "WSD601" in done.out
    assert "ACME001" in done.err
