"""SIGTERM removes what a command has begun, and ends the process all the same."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.shared import REPOSITORY
from wsdtrace.cli.terminated import tidy_when_terminated

PROGRAM = """
import os, signal, sys
from wsdtrace.cli.copies import LEAST_BYTES, Copies
from wsdtrace.cli.terminated import tidy_when_terminated
with tidy_when_terminated(), Copies(sys.argv[1]) as copies:
    taker = copies.tap(0, 0, 0, 1)
    taker.take(bytes(LEAST_BYTES), 0, LEAST_BYTES)
    print(len(os.listdir(sys.argv[1])), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    print("went on", flush=True)
"""


def test_a_command_that_is_terminated_leaves_nothing(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (-signal.SIGTERM, b"1\n", b"")
    assert os.listdir(tmp_path) == []


def test_the_handler_is_there_as_long_as_the_block() -> None:
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    with tidy_when_terminated():
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_handler_that_is_there_stays() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with tidy_when_terminated():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def test_a_thread_changes_nothing() -> None:
    seen: list[object] = []

    def enter() -> None:
        with tidy_when_terminated():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL]
