"""A scenario → a pcapng capture, and → the verdict about it."""

from __future__ import annotations

import io
from typing import BinaryIO

from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_source
from wsdtrace.report.trace import Trace
from wsdtrace.scenario.model import Scenario
from wsdtrace.scenario.parse import parse
from wsdtrace.scenario.play import Player
from wsdtrace.scenario.wire import Recorder

NAME = "scenario.pcapng"
"""What reports call the input."""


def record(text: str | Scenario, file: BinaryIO) -> None:
    """Write the capture of a scenario.

    Args:
        text: the scenario.
        file: open for writing; neither opened nor closed here.

    Raises:
        BadScenario: it cannot be understood, or not be played.
    """
    file.write(capture(text))


def capture(text: str | Scenario) -> bytes:
    """The pcapng file of a scenario: the same bytes each time.

    Raises:
        BadScenario: it cannot be understood, or not be played.
    """
    scenario = parse(text) if isinstance(text, str) else text
    target = io.BytesIO()
    recorder = Recorder(target)
    player = Player(recorder)
    player.play(scenario)
    if scenario.file_lost:
        recorder.lost(player.now_ns, scenario.file_lost)
    data = target.getvalue()
    return data[: max(len(data) - scenario.file_cut, 0)] if scenario.file_cut else data


def check(text: str | Scenario, options: Options | None = None) -> Trace:
    """Judge a scenario by the whole pipeline, as a capture would be.

    Raises:
        BadScenario: it cannot be understood, or not be played.
        BadSelector: the options select a rule that is not there.
    """
    with open_capture_bytes(capture(text), NAME) as source:
        return check_source(source, options or Options())
