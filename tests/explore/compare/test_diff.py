"""What two captures do differently."""

from pathlib import Path

import pytest

import wsdtrace
from tests.explore.conftest import opened
from tests.shared import CAPTURES, needs_shared, shared_path
from wsdtrace import Trace
from wsdtrace.errors import CaptureError

CASES = sorted(path for path in CAPTURES.glob("*/capture.*"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_a_capture_does_not_differ_from_itself(path: Path) -> None:
    found = wsdtrace.diff(path, path)
    assert list(found) == []
    assert not found
    assert repr(found).endswith("They do nothing differently.")


def test_both_sides_are_named_and_the_other_way_round(adf: Trace) -> None:
    with opened("clean-flatbed") as flatbed:
        there, back = wsdtrace.diff(adf, flatbed), wsdtrace.diff(flatbed, adf)
    assert there
    assert {(d.section, d.subject, d.a, d.b) for d in there if d.section != "order"} == {
        (d.section, d.subject, d.b, d.a) for d in back if d.section != "order"
    }
    (source,) = [d for d in there.section("tickets") if d.subject.endswith("InputSource")]
    assert (source.a, source.b, source.kind) == ("ADF", "Platen", "changed")
    pages = next(d for d in there.section("jobs") if d.subject == "job 1: pages")
    assert pages.a == "3× jfif 637×876"


def test_the_order_of_operations_is_told_by_runs(adf: Trace) -> None:
    with opened("clean-flatbed") as flatbed:
        told = [(d.subject, d.a, d.b) for d in wsdtrace.diff(adf, flatbed).section("order")]
    assert told
    assert all(subject.startswith("operations, after ") or "at the start" in subject for subject, _, _ in told)
    assert any(a is not None and "RetrieveImage ×" in a for _, a, _ in told)


def test_what_one_side_lacks_is_one_difference(adf: Trace) -> None:
    with opened("tls-without-key") as empty:
        found = wsdtrace.diff(adf, empty)
    assert [(d.subject, d.kind) for d in found.section("jobs")] == [("job 1", "only in A")]
    assert {d.kind for d in found if d.section != "findings"} == {"only in A"}


def test_a_capture_that_cannot_be_read_is_told(adf: Trace) -> None:
    with pytest.raises(CaptureError, match="no such file"):
        wsdtrace.diff(adf, "absent.pcap")


def test_a_table_has_a_row_for_each(adf: Trace) -> None:
    with opened("clean-flatbed") as flatbed:
        found = wsdtrace.diff(adf, flatbed)
    frame = found.to_df()
    assert list(frame.columns) == ["section", "subject", "kind", "a", "b", "meaning"]
    assert len(frame) == len(found)
    assert found[0] == found[:1][0]
    assert wsdtrace.diff(adf, adf).to_df().empty


def test_no_secret_of_either_side_is_told(push: Trace, adf: Trace) -> None:
    found = wsdtrace.diff(push, adf)
    secrets = {job.token for trace in (push, adf) for job in trace._facts.jobs if job.token and len(job.token) > 3}
    secrets |= {d.token for s in push._facts.subscriptions for d in s.destinations if d.token}
    assert secrets
    for text in (repr(found), found.to_json(), found.to_html()):
        assert [secret for secret in secrets if secret in text] == []


@needs_shared
def test_two_versions_of_sane_airscan_against_one_device() -> None:
    old, new = (shared_path(f"data/captures/{name}.pcap") for name in ("flatbed_color", "head_flatbed"))
    found = wsdtrace.diff(old, new)
    told = {d.subject: (d.a, d.b) for d in found}
    assert told["job 1: DocumentParameters/ImagesToTransfer"] == ("0 images", "1 images")
    asked = told["GetScannerElements: RequestedElements/Name"]
    assert asked == (
        "wscn:ScannerConfiguration",
        "wscn:ScannerConfiguration, wscn:ScannerDescription, wscn:DefaultScanTicket, wscn:ScannerStatus",
    )
    assert told["WSD708 images-to-transfer-platen, CreateScanJob"] == ("once", None)
    assert found.section("order") == []
