"""`.ci/venv`, by which `make` sets itself up: what it says and does where Python is old or cannot make environments.

Python, `apt-get` and `id` are replaced by scripts, so nothing is installed and nobody needs to be root.
"""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

NEW, OLD = "3.11", "3.9"


@dataclass
class Machine:
    """A machine with one Python, which makes environments of the same kind."""

    root: Path
    version: str = NEW
    has_ensurepip: bool = True
    user: int = 1000
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.root / "log"
        self.log.touch()
        self.script("id", f"echo {self.user}")
        self.script("apt-get", f'echo "apt-get $*" >> {self.log}; touch {self.root}/ensurepip')
        if self.has_ensurepip:
            (self.root / "ensurepip").touch()
        old = 1 if self.version == OLD else 0
        self.script(
            "python3",
            f"""case "$*" in
            --version) echo "Python {self.version}.2";;
            *version_info*) exit {old};;
            "-c import ensurepip"*) test -e {self.root}/ensurepip;;
            *"-m venv"*) echo "venv" >> {self.log}; mkdir -p {self.root}/venv/bin; cp "$0" {self.root}/venv/bin/python;;
            *"-m pip"*) echo "pip $*" >> {self.log};;
            esac""",
        )

    def script(self, name: str, text: str) -> None:
        """Put a command on this machine."""
        path = self.root / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def set_up(self) -> subprocess.CompletedProcess[str]:
        """What `make test` calls first."""
        python = str(self.root / "bin" / "python3")
        return subprocess.run(
            [REPOSITORY / ".ci" / "venv", self.root / "venv", ".[dev]"],
            env={"PATH": f"{self.root}/bin:{os.defpath}", "PYTHON": python},
            capture_output=True,
            text=True,
            check=False,
        )

    def did(self) -> list[str]:
        """First words of what was done, in order."""
        return [line.split()[0] for line in self.log.read_text().splitlines()]


def test_an_environment_is_made_and_filled(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    done = machine.set_up()
    assert done.returncode == 0, done.stderr
    assert machine.did() == ["venv", "pip"]
    assert "==> making" in done.stdout
    assert "==> installing" in done.stdout


def test_a_second_time_makes_no_second_environment(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.set_up()
    machine.set_up()
    assert machine.did() == ["venv", "pip", "pip"]


def test_an_old_python_is_named_with_what_is_needed(tmp_path: Path) -> None:
    machine = Machine(tmp_path, version=OLD)
    done = machine.set_up()
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr
    assert machine.did() == []


def test_without_ensurepip_a_user_is_told_the_command(tmp_path: Path) -> None:
    machine = Machine(tmp_path, has_ensurepip=False)
    done = machine.set_up()
    assert done.returncode != 0
    assert "sudo apt install python3-venv" in done.stderr
    assert machine.did() == []


def test_without_ensurepip_root_installs_it(tmp_path: Path) -> None:
    machine = Machine(tmp_path, has_ensurepip=False, user=0)
    done = machine.set_up()
    assert done.returncode == 0, done.stderr
    assert machine.did() == ["apt-get", "apt-get", "venv", "pip"]
    assert "apt-get install python3-venv" in done.stdout


@pytest.mark.parametrize("stamp", [".installed", ".installed-dev"])
def test_make_installs_again_only_when_the_project_file_changed(stamp: str) -> None:
    rule = f"$(VENV)/{stamp}: pyproject.toml\n"
    assert rule in (REPOSITORY / "Makefile").read_text()
