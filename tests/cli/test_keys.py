"""`--tls-keylog` with every command that reads captures, and what is said without it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.capture.test_tshark import CAPTURE, KEYLOG, needs_tshark
from tests.cli.conftest import Run
from tests.shared import needs_shared

pytestmark = [needs_shared, needs_tshark]


def test_without_keys_it_is_one_finding(wsdtrace: Run) -> None:
    ran = wsdtrace("check", "--format", "json", CAPTURE)
    [finding] = json.loads(ran.out)["findings"]
    assert (ran.code, finding["code"]) == (5, "WSD006")
    assert "--tls-keylog FILE" in finding["expected"]
    assert "pip install 'wsdtrace[tshark]'" in finding["expected"]


def test_keys_of_something_else_open_nothing(wsdtrace: Run, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("CLIENT_RANDOM 00 00\n")
    ran = wsdtrace("check", CAPTURE, "--tls-keylog", str(tmp_path / "keys"))
    assert ran.code == 5
    assert "TLS, which these keys do not open" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("show", "exchanges"), id="show"),
        pytest.param(("check", "-v"), id="check"),
        pytest.param(("check", "--format", "json"), id="json"),
    ],
)
def test_commands_take_the_key_log(wsdtrace: Run, arguments: tuple[str, ...]) -> None:
    ran = wsdtrace(*arguments, "--tls-keylog", KEYLOG, CAPTURE)
    assert ran.code == 0
    assert "RetrieveImage" in ran.out


def test_images_takes_the_key_log(wsdtrace: Run, tmp_path: Path) -> None:
    ran = wsdtrace("images", "--tls-keylog", KEYLOG, CAPTURE, "-o", str(tmp_path))
    assert ran.code == 0
    digest = hashlib.sha256((tmp_path / "job-1-page-1.jpg").read_bytes()).hexdigest()
    assert digest == "d40cac3b77fe4429b7e6de2be7f12442fa640e1bc02b3468e5bedd61caf87e0e"


def test_what_is_missing_is_told_before_anything_is_read(wsdtrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = wsdtrace("check", CAPTURE, "--tls-keylog", "no such file")
    assert (ran.code, ran.out) == (2, "")
    monkeypatch.setenv("PATH", "")
    ran = wsdtrace("check", CAPTURE, "--tls-keylog", KEYLOG)
    assert (ran.code, ran.out) == (2, "")
    assert "apt install tshark" in ran.err
