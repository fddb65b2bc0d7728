"""The house: lengths of files, what must not be written into them, what the package says of itself."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

import wsdtrace
from tests.shared import REPOSITORY

LONGEST = 500  # lines; conventions 16: "look twice at 300, split at 500"

FOLDERS = ("wsdtrace", "tests", "captures", "benchmarks", "docs", "fuzz", "notebooks", ".ci")
TEXT = {"", ".py", ".md", ".toml", ".json", ".txt", ".cfg", ".yml", ".ipynb", ".lua", ".log", ".jsonl"}

MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|work|Users/\w+|home/[a-z]\w*)/")
"""Paths of somebody's machine."""

VAGUE_NAMES = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py"}


def sources(*suffixes: str) -> list[Path]:
    """The files of the repository, without what git ignores and the `.git` of a worktree."""
    found = [path for path in REPOSITORY.iterdir() if path.is_file() and path.name != ".git"]
    for folder in FOLDERS:
        found += [path for path in (REPOSITORY / folder).rglob("*") if path.is_file()]
    kept = [path for path in found if "__pycache__" not in path.parts and ".ipynb_checkpoints" not in path.parts]
    return sorted(path for path in kept if not suffixes or path.suffix in suffixes)


def name_of(path: Path) -> str:
    """A file's path inside the repository."""
    return str(path.relative_to(REPOSITORY))


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text())


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in sources(".py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_file_is_called_utils() -> None:
    assert [name_of(path) for path in sources(".py") if path.name in VAGUE_NAMES] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    guilty = []
    for path in sources(*TEXT):
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if MACHINE_PATHS.search(line):
                guilty.append(f"{name_of(path)}:{number}: {line.strip()[:80]}")
    assert guilty == []


def test_every_module_says_what_it_is() -> None:
    silent = []
    for path in sources(".py"):
        if path.parent.name == "notebooks":  # a notebook says it in its first cell
            continue
        text = path.read_text()
        if text.strip() and not text.lstrip().startswith(('"""', 'r"""', "#!")):
            silent.append(name_of(path))
    assert silent == []


def test_every_exception_from_mypy_has_a_reason() -> None:
    bare = re.compile(r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+#\s*\S)")
    guilty = []
    for path in sources(".py"):
        if path == Path(__file__):
            continue
        lines = enumerate(path.read_text().splitlines(), 1)
        guilty += [f"{name_of(path)}:{number}: {line.strip()}" for number, line in lines if bare.search(line)]
    assert guilty == []


def test_the_package_needs_little(project: dict[str, Any]) -> None:
    names = {re.split(r"[<>=\[; ]", requirement)[0] for requirement in project["project"]["dependencies"]}
    assert names == {"click", "lark", "lxml", "numpy", "Pillow", "rich"}


def test_the_extras_are_those_of_the_documentation(project: dict[str, Any]) -> None:
    extras = project["project"]["optional-dependencies"]
    assert set(extras) == {"live", "tshark", "zst", "notebook", "proxy", "docs", "fuzz", "dev", "all"}
    assert extras["all"] == ["wsdtrace[live,tshark,zst,notebook,proxy]"]


def test_the_package_is_typed_and_versioned(project: dict[str, Any]) -> None:
    assert project["project"]["requires-python"] == ">=3.11"
    assert (REPOSITORY / "wsdtrace" / "py.typed").exists()
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+)?", wsdtrace.__version__)


def test_make_alone_lists_every_verb() -> None:
    text = (REPOSITORY / "Makefile").read_text()
    verbs = {verb for line in text.splitlines() if line.startswith(".PHONY:") for verb in line.split()[1:]}
    listed = subprocess.run(["make", "-C", str(REPOSITORY)], capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in listed.splitlines() if line.startswith("  make ")} == verbs


def test_what_ci_runs_are_verbs_of_make() -> None:
    verbs = re.search(r"^for verb in (.+); do$", (REPOSITORY / ".ci" / "run").read_text(), re.MULTILINE)
    assert verbs is not None
    assert verbs[1].split() == ["lint", "demo", "slow", "test"]
