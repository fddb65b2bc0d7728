"""The case captures: what a report says of each, against what its witnesses say."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import judgement
from tests.command import Done, run
from tests.shared import CAPTURES

CASES = sorted(path.parent for path in CAPTURES.glob("*/capture.pcap*"))
ENDED_AS_AGREED = {0, 1, 4, 5}

pytestmark = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)

_DONE: dict[Path, Done] = {}


def capture_of(case: Path) -> Path:
    """The one capture of a case."""
    return next(case.glob("capture.pcap*"))


def report_of(case: Path) -> dict[str, Any]:
    """The report about a case, made once."""
    if case not in _DONE:
        _DONE[case] = run("check", "--format", "json", "--allow-gaps", "--allow-empty", capture_of(case))
    assert _DONE[case].code in ENDED_AS_AGREED, _DONE[case].err
    return _DONE[case].report()


def expected(case: Path) -> dict[str, Any]:
    """What the witnesses say."""
    facts: dict[str, Any] = json.loads((case / "expected.json").read_text())
    return facts


def test_exchanges_are_those_that_client_and_device_had(case: Path) -> None:
    wanted = [(row["operation"], row["http_status"], row["fault"]) for row in expected(case)["exchanges"]]
    assert judgement.exchanges(report_of(case), wanted) == []


def test_datagrams_are_those_that_were_sent(case: Path) -> None:
    wanted = [(operation, message_id) for operation, message_id in expected(case)["datagrams"]]
    assert judgement.datagrams(report_of(case), wanted) == []


def test_jobs_ended_as_the_device_says(case: Path) -> None:
    report, wanted = report_of(case), expected(case)["jobs"]
    whole = {image["id"] for image in report["images"] if image["complete"]}
    got = [(job["job_id"], job["outcome"], len(whole & set(job["images"]))) for job in report["jobs"]]
    want = [(job["job_id"], job["outcome"], job["images"]) for job in wanted]
    assert [(a, c) for a, _, c in got] == [(a, c) for a, _, c in want]
    assert [pair for pair in zip(got, want, strict=True) if pair[1][1] not in (None, pair[0][1])] == []


def test_images_are_octet_by_octet_what_the_client_saved(case: Path) -> None:
    whole = [image for image in report_of(case)["images"] if image["complete"]]
    wanted = expected(case)["images"]
    assert sorted(image["bytes"] for image in whole) == sorted(image["bytes"] for image in wanted)
    saved = {image["sha256"] for image in wanted} - {None}
    assert saved <= {image["sha256"] for image in whole}


def test_findings_are_those_that_are_true(case: Path) -> None:
    wanted = expected(case)["findings"]
    may = [row["code"] for row in wanted["may"]]
    assert judgement.findings(report_of(case), wanted["expected"], may, wanted["never"]) == []


def test_findings_point_at_frames(case: Path) -> None:
    assert judgement.locators(report_of(case)) == []


def test_text_is_printed_and_ends_with_a_verdict(case: Path) -> None:
    done = run("check", capture_of(case))
    assert done.code in ENDED_AS_AGREED, done.err
    assert expected(case)["exit_code"] in (None, done.code)
    assert case.name in done.out.splitlines()[0]
