"""wsdtrace.toml and [tool.wsdtrace]: understood, or refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import run
from tests.shared import CAPTURES
from wsdtrace.cli.configuration import find_configuration
from wsdtrace.errors import BadConfiguration

ORPHANED = str(CAPTURES / "orphaned-job/capture.pcapng")
WHOLE = """\
select = ["WSD6", "WSD2"]
ignore = ["WSD209"]
fail-on = "warning"

filter = "wsd.job == 1"

[timeout]
RetrieveImage = 120

[[device]]
address = "192.0.2.*"
ignore = ["WSD207"]
reason = "an emulator"
"""


def test_every_key_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wsdtrace.toml").write_text(WHOLE)
    monkeypatch.chdir(tmp_path)
    found = find_configuration(None)
    assert (found.select, found.ignore, found.fail_on) == (("WSD6", "WSD2"), ("WSD209",), "warning")
    assert found.chosen is not None
    assert found.chosen.text == "wsd.job == 1"
    assert found.timeouts == {"RetrieveImage": 120.0}
    assert [(w.match, w.reason) for w in found.waivers] == [((("address", "192.0.2.*"),), "an emulator")]


@pytest.mark.parametrize(
    "table",
    [
        '[tool.wsdtrace]\nignore = ["WSD6"]',
        '  [ "tool" . "wsdtrace" ]\nignore = ["WSD6"]',
        '[tool]\nwsdtrace = { ignore = ["WSD6"] }',
        '[tool]\nwsdtrace.ignore = ["WSD6"]',
    ],
)
def test_a_pyproject_has_it_in_its_tool_table(table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "x"\n{table}\n')
    monkeypatch.chdir(tmp_path)
    assert find_configuration(None).ignore == ("WSD6",)


def test_the_table_may_stand_in_a_line_of_the_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text('tool.wsdtrace.ignore = ["WSD6"]\n')
    monkeypatch.chdir(tmp_path)
    assert find_configuration(None).ignore == ("WSD6",)


def test_a_pyproject_of_others_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "wsdtrace-friend"\n[tool.ruff]\nselect = 1 2\n')
    monkeypatch.chdir(tmp_path)
    assert find_configuration(None).ignore == ()


def test_without_a_file_everything_is_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_configuration(None).select == ()


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param("select = 1 2", 1, "Expected newline", id="no TOML"),
        pytest.param("x = 1\nselect = [\n", 2, "end of document", id="TOML that breaks off"),
        pytest.param("\ncolour = 1", 2, "unknown key 'colour'", id="unknown key"),
        pytest.param('ignore = ["WSD6O1"]', 1, "did you mean WSD601", id="unknown code"),
        pytest.param("ignore = 3", 1, "list of codes", id="no list"),
        pytest.param('fail-on = "x"', 1, "expected one of", id="unknown severity"),
        pytest.param("[timeout]\nRetrieveImage = -1", 2, "expected seconds", id="negative time"),
        pytest.param('[[device]]\naddress = "x"\nignore = ["WSD207"]', 1, "reason", id="no reason"),
        pytest.param('[[device]]\nignore = ["WSD207"]\nreason = "x"', 1, "names the device", id="no device"),
        pytest.param('\nfilter = "wsd.opp"', 2, "filter, column 1: no field 'wsd.opp'", id="filter"),
        pytest.param("filter = 3", 1, "expected filter words", id="no filter"),
        pytest.param('[[device]]\nwhere = "wsd.op >"\nignore = ["WSD2"]\nreason = "x"', 2, "column 9", id="where"),
        pytest.param('[[device]]\naddress = "x"\nreason = "x"', 1, "codes to ignore", id="no codes"),
        pytest.param('[[device]]\nmac = "x"', 2, "unknown key 'mac'", id="a device is not known by its MAC"),
    ],
)
def test_a_mistake_names_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    file = tmp_path / "wsdtrace.toml"
    file.write_text(text)
    with pytest.raises(BadConfiguration, match=says) as raised:
        find_configuration(str(file))
    assert raised.value.line == line
    assert raised.value.file == str(file)


def test_a_broken_configuration_ends_with_2(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text("x = 1 2")
    done = run("check", "--config", str(file), ORPHANED)
    assert done.code == 2
    assert "bad.toml, line 1" in done.err


def test_a_missing_configuration_ends_with_2(tmp_path: Path) -> None:
    assert run("check", "--config", str(tmp_path / "no.toml"), ORPHANED).code == 2


def test_a_configuration_is_obeyed_and_the_command_line_goes_before(tmp_path: Path) -> None:
    file = tmp_path / "wsdtrace.toml"
    file.write_text(WHOLE)
    codes = {f["code"] for f in run("check", "--format", "json", "--config", str(file), ORPHANED).report()["findings"]}
    assert {code[:4] for code in codes} <= {"WSD2", "WSD6"}
    done = run("check", "--format", "json", "--config", str(file), "--select", "WSD1", ORPHANED)
    assert {f["code"][:4] for f in done.report()["findings"]} <= {"WSD1"}


@pytest.mark.parametrize("value", ["RetrieveImage", "RetrieveImage=x", "RetrieveImage=0", "Retrieve=3"])
def test_a_bad_time_limit_ends_with_2(value: str) -> None:
    assert run("check", "--timeout", value, ORPHANED).code == 2


def test_a_time_limit_makes_an_answer_slow() -> None:
    done = run("check", "--format", "json", "--timeout", "RetrieveImage=0.0001", ORPHANED)
    assert "WSD107" in {f["code"] for f in done.report()["findings"]}


def test_a_baseline_of_itself_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    assert run("check", "--format", "json", "-o", str(file), ORPHANED).code == 1
    assert run("check", "--baseline", str(file), ORPHANED).code == 0
    assert run("check", "--baseline", str(tmp_path / "none.json"), ORPHANED).code == 2


def test_a_device_table_may_name_findings_by_filter_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = '[[device]]\nwhere = "wsd.op == {}"\nignore = ["WSD601"]\nreason = "known"\n'
    codes = {}
    for operation in ("RetrieveImage", "Probe"):
        (tmp_path / "wsdtrace.toml").write_text(table.format(operation))
        codes[operation] = run("check", "--select", "WSD601", ORPHANED).code
    assert codes == {"RetrieveImage": 0, "Probe": 1}


def test_the_filter_of_the_configuration_is_that_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wsdtrace.toml").write_text('filter = "wsd.finding == WSD202"')
    done = run("check", ORPHANED)
    assert "WSD202" in done.out
    assert "WSD601" not in done.out
    assert "WSD601" in run("check", ORPHANED, "-Y", "wsd.finding == WSD601").out
