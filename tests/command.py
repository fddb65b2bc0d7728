"""Runs the command as its user does, in this process: arguments in; exit code, output and complaints out."""

from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import wsdtrace.cli.entry


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def report(self) -> dict[str, Any]:
        """The one JSON object that it printed."""
        parsed: dict[str, Any] = json.loads(self.out)
        return parsed


def run(*arguments: str | Path) -> Done:
    """Run `wsdtrace ARGUMENTS`; its output is no terminal."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    plain = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "CLICOLOR_FORCE")}
    with mock.patch.dict(os.environ, plain, clear=True), redirect_stdout(out), redirect_stderr(err):
        code = wsdtrace.cli.entry.run([str(argument) for argument in arguments])
    texts = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        texts.append(stream.read())
    return Done(code, *texts)
