"""Which commands there are, and what stands for which."""

import subprocess
import sys

import pytest

from tests.cli.conftest import Captures, Run
from tests.report.traces import orphaned_job
from wsdtrace import __version__
from wsdtrace.cli.group import COMMANDS, CommandRow, group


def test_help_lists_every_command_by_section(wsdtrace: Run) -> None:
    ran = wsdtrace("--help")
    assert ran.code == 0
    assert ran.err == ""
    for row in COMMANDS:
        assert f"  {row.name} " in ran.out
        assert row.summary in ran.out


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_command_says_the_same_of_itself(row: CommandRow) -> None:
    command = group.get_command(None, row.name)  # type: ignore[arg-type]  # click's context is not used
    assert command is not None
    assert command.short_help == row.summary


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_has_help(wsdtrace: Run, row: CommandRow, flag: str) -> None:
    ran = wsdtrace(row.name, flag)
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: wsdtrace {row.name} ")
    assert max(len(line) for line in ran.out.splitlines()) <= 80


@pytest.mark.parametrize("args", [(), ("-h",)])
def test_without_arguments_the_help_is_shown(wsdtrace: Run, args: tuple[str, ...]) -> None:
    ran = wsdtrace(*args)
    assert "Look at a capture:" in ran.out + ran.err


def test_the_version(wsdtrace: Run) -> None:
    assert wsdtrace("--version").out == f"wsdtrace {__version__}\n"


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["check", "./x.pcap"], id="in full"),
        pytest.param(["./x.pcap"], id="a path"),
        pytest.param(["-q", "./x.pcap"], id="an option of check first"),
        pytest.param(["--format", "json", "./x.pcap"], id="an option with a value first"),
    ],
)
def test_a_file_alone_is_checked(wsdtrace: Run, captures: Captures, args: list[str]) -> None:
    captures["./x.pcap"] = orphaned_job()
    ran = wsdtrace(*args)
    assert ran.code == 1
    assert "WSD601" in ran.out


def test_standard_input_alone_is_checked(wsdtrace: Run, captures: Captures) -> None:
    captures["-"] = orphaned_job()
    assert "WSD601" in wsdtrace("-").out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(["chekc"], "There is no command and no file 'chekc'. Did you mean 'check'?", id="a slip"),
        pytest.param(["zzz"], "There is no command and no file 'zzz'.", id="nothing like it"),
        pytest.param(["check"], "Missing argument 'FILE…'", id="no file"),
        pytest.param(["check", "--frobnicate", "x"], "No such option '--frobnicate'", id="no such option"),
        pytest.param(["check", "--fail-on", "info", "x"], "'info' is not one of", id="no such choice"),
    ],
)
def test_usage_errors_exit_with_2(wsdtrace: Run, args: list[str], told: str) -> None:
    ran = wsdtrace(*args)
    assert ran.code == 2
    assert ran.out == ""
    assert told in ran.err


def test_help_loads_no_command() -> None:
    program = (
        "import sys\nfrom wsdtrace.cli.entry import run\nrun(['--help'])\n"
        "print([m for m in sys.modules if m.startswith(('rich', 'numpy', 'lxml')) or m == 'wsdtrace.cli.check'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
