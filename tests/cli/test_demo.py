"""`wsdtrace demo`: the story, the findings as they come up, the capture that is kept, and an exit code of 0."""

import re
from pathlib import Path

import pytest

from tests.command import run
from wsdtrace.cli import demo


def test_the_demo_tells_its_story_and_keeps_its_capture(tmp_path: Path) -> None:
    path = tmp_path / "demo.pcapng"
    done = run("demo", "--headless", "--check", "-w", path)
    assert (done.code, done.err) == (0, "")
    assert re.findall(r"^scan (\d): ", done.out, re.MULTILINE) == list("12345")
    assert done.out.count("nothing wrong with it") == 3
    assert re.findall(r"✖ (WSD\d+)", done.out) == ["WSD601", "WSD202"]
    assert f"$ wsdtrace check {path}" in done.out
    assert f"next: wsdtrace show {path}" in done.out
    assert run("check", path).code == 1


def test_a_checker_that_says_something_else_fails_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_compared", lambda *_: ["scan 1: not so"])
    done = run("demo", "--headless", "--check", "-w", tmp_path / "demo.pcapng")
    assert done.code == 1
    assert "The checker did not say what the story did: scan 1: not so; scan 1: not so" in done.err


def test_a_place_that_cannot_be_written_is_told() -> None:
    done = run("demo", "-w", "/nowhere/demo.pcapng")
    assert done.code == 2
    assert "cannot be written" in done.err
