"""What tshark sees in a scenario: the oracle of these tests, because it shares no code with the player."""

import shutil
import subprocess
import tempfile

import pytest

from wsdtrace import scenario

needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")


def dissect(text: str, *fields: str, only: str = "") -> list[list[str]]:
    """The frames of a scenario, as tshark dissects them.

    Args:
        text: the scenario.
        fields: names of Wireshark's fields.
        only: display filter.
    """
    with tempfile.NamedTemporaryFile(suffix=".pcapng") as file:
        file.write(scenario.capture(text))
        file.flush()
        command = ["tshark", "-n", "-r", file.name, "-T", "fields", "-E", "separator=\t", "-E", "occurrence=a"]
        command += ["-o", "tcp.reassemble_out_of_order:TRUE", "-o", "http.tls.port:"]
        for field in fields:
            command += ["-e", field]
        if only:
            command += ["-Y", only]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def column(text: str, field: str, only: str = "") -> list[str]:
    """One field of all frames that have it."""
    return [row[0] for row in dissect(text, field, only=only) if row and row[0]]
