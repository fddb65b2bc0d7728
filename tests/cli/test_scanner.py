"""`wsdtrace scanner`: lists its personas, serves until it is interrupted, and has a button."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import run
from wsdtrace.cli.scanner import place_of
from wsdtrace.errors import UsageError
from wsdtrace.scanner.persona import persona_names


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("127.0.0.1:5357", ("127.0.0.1", 5357), id="IPv4"),
        pytest.param("[::1]:80", ("::1", 80), id="IPv6"),
        pytest.param("[::1]", ("::1", 0), id="IPv6 without a port"),
        pytest.param("192.0.2.1", ("192.0.2.1", 0), id="no port"),
    ],
)
def test_a_place_is_an_address_and_a_port(text: str, place: tuple[str, int]) -> None:
    assert place_of(text) == place


@pytest.mark.parametrize("text", ["127.0.0.1:http", "x:99999"])
def test_what_is_no_place_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="expected HOST:PORT"):
        place_of(text)


def test_the_list_has_every_persona() -> None:
    done = run("scanner", "--list")
    assert done.code == 0
    for name in persona_names():
        assert re.search(rf"^{name} +\S", done.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        pytest.param(["--persona", "nobody-at-all"], "there is no persona", id="no such persona"),
        pytest.param(["--persona", "none.toml"], "cannot be read", id="no such file"),
        pytest.param(["--announce", "--listen", "0.0.0.0:0"], "needs an address", id="an address that is none"),
        pytest.param(["--listen", "203.0.113.1:0"], "cannot listen at 203.0.113.1", id="an address of somebody else"),
        pytest.param(["-w", "/nowhere/x.pcapng"], "cannot be written", id="a record that cannot be written"),
        pytest.param(["press", "--at", "127.0.0.1:1"], "no virtual scanner answers", id="no scanner to press"),
    ],
)
def test_what_cannot_be_is_told(arguments: list[str], problem: str) -> None:
    done = run("scanner", *arguments)
    assert done.code == 2
    assert problem in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_it_serves_until_it_is_interrupted_and_leaves_its_record(tmp_path: Path) -> None:
    record = tmp_path / "record.pcapng"
    command = [sys.executable, "-u", "-m", "wsdtrace", "scanner", "-w", str(record)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(6)]
        at = re.search(r"press --at (\S+)", "".join(said))
        assert at is not None, said
        pressed = run("scanner", "press", "--at", at[1])
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert pressed.code == 2
    assert "pressed, but nobody is on its display: no client" in pressed.err
    assert f"next: wsdtrace check {record}" in rest
    assert record.read_bytes()[:4] == b"\n\r\r\n"
