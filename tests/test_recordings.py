"""The recordings beside the repository: exchanges, jobs, images and findings against what client and device say."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests import judgement
from tests.command import run
from tests.shared import SHARED, needs_shared, shared_path

pytestmark = needs_shared

EXPECTED: dict[str, Any] = (
    json.loads(shared_path("data/expected.json").read_text()) if (SHARED / "data" / "expected.json").exists() else {}
)
NAMES = sorted(EXPECTED)
ENDED_AS_AGREED = {0, 1, 4, 5}

_REPORTS: dict[str, dict[str, Any]] = {}


def report_of(name: str) -> dict[str, Any]:
    """The report about a recording, made once."""
    if name not in _REPORTS:
        path = shared_path(f"data/captures/{name}")
        done = run("check", "--format", "json", "--allow-gaps", "--allow-empty", path)
        assert done.code in ENDED_AS_AGREED, done.err
        _REPORTS[name] = done.report()
    return _REPORTS[name]


def saved_pages(stem: str) -> list[str]:
    """SHA-256 of every page in the client's own trace of a recording."""
    digests = []
    for folder in sorted(shared_path("data/captures").iterdir()):
        if folder.suffix != ".trace" or not (folder.stem == stem or folder.name.startswith(f"{stem}-")):
            continue
        for path in sorted(folder.glob("*.tar")):
            if "zeroconf" not in path.name:
                digests += pages_in(path)
    return digests


def pages_in(path: Path) -> list[str]:
    """SHA-256 of every page in one tar file; an unfinished tar file has none."""
    try:
        with tarfile.open(path) as tar:
            files = [(m, tar.extractfile(m)) for m in tar if m.name.endswith((".jpeg", ".jpg", ".png", ".tiff"))]
            return [hashlib.sha256(file.read()).hexdigest() for _, file in files if file is not None]
    except tarfile.ReadError:
        return []


@pytest.mark.parametrize("name", NAMES)
def test_exchanges_are_those_that_client_and_device_had(name: str) -> None:
    wanted = EXPECTED[name]["exchanges"]
    if wanted is None:
        pytest.skip("encrypted")
    if EXPECTED[name].get("both_legs"):
        wanted = wanted[::2]
    assert judgement.exchanges(report_of(name), [tuple(row) for row in wanted]) == []


@pytest.mark.parametrize("name", NAMES)
def test_jobs_and_whole_images_are_as_many_as_there_were(name: str) -> None:
    report, wanted = report_of(name), EXPECTED[name]
    images = sum(image["complete"] for image in report["images"])
    assert (len(report["jobs"]), images) == (wanted["jobs"], wanted["images"])


@pytest.mark.parametrize("name", NAMES)
def test_images_are_octet_by_octet_what_the_client_saved(name: str) -> None:
    saved = saved_pages(name.rpartition(".")[0])
    if not saved or len(saved) != EXPECTED[name]["images"]:
        pytest.skip("the client saved no page of this recording, or not all of them")
    assert sorted(i["sha256"] for i in report_of(name)["images"] if i["complete"]) == sorted(saved)


@pytest.mark.parametrize("name", NAMES)
def test_findings_are_those_that_are_true(name: str) -> None:
    wanted = EXPECTED[name]
    never = [{"code": code} for code in wanted["never"]]
    assert judgement.findings(report_of(name), wanted["must"], wanted["may"], never) == []


@pytest.mark.parametrize("name", NAMES)
def test_findings_point_at_frames(name: str) -> None:
    assert judgement.locators(report_of(name)) == []


def comparable(name: str) -> list[tuple[Any, ...]]:
    """What has to be equal in two forms of one capture; frame numbers are."""
    report = report_of(name)
    keys = ("code", "severity", "fault_of", "message", "job", "exchanges", "frames", "expected")
    return [tuple(json.dumps(finding[key]) for key in keys) for finding in report["findings"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("flatbed_for_snaplen.pcap", "flatbed_for_snaplen.pcapng", id="pcap and pcapng"),
        pytest.param("flatbed_color.pcap", "flatbed_color_nsec.pcap", id="microseconds and nanoseconds"),
    ],
)
def test_findings_do_not_depend_on_the_form_of_the_file(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)
