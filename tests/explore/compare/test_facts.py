"""What is compared, and what is left out."""

from tests.explore.conftest import opened
from tests.report.traces import Story
from wsdtrace.explore.compare.facts import firsts, leaves_of, objections, paces, spoken
from wsdtrace.state.model import Toward
from wsdtrace.wsd.scan import RetrieveImageRequest
from wsdtrace.wsd.ticket import DocumentParameters, JobDescription, Requested, Resolution, ScanTicket


def test_ids_tokens_and_names_are_left_out() -> None:
    assert leaves_of(RetrieveImageRequest(job_id=1, job_token="secret")) == {}
    ticket = ScanTicket(job_description=JobDescription(job_name="mine", job_originating_user_name="me"))
    assert leaves_of(ticket) == {}
    assert leaves_of(None) == {}


def test_values_have_their_units_and_meanings() -> None:
    found = leaves_of(ScanTicket(document_parameters=DocumentParameters(images_to_transfer=Requested(value=3))))
    assert found == {"DocumentParameters/ImagesToTransfer": "3 images"}
    assert found.meanings == {"DocumentParameters/ImagesToTransfer": "images wanted; 0 for all there are"}
    assert leaves_of(Resolution(width=300)) == {"Width": "300 dpi"}


def test_copies_are_spoken_once_and_events_are_marked() -> None:
    story = Story()
    outer = story.exchange("CreateScanJob", (1.0, 1), (2.0, 2))
    story.exchange("CreateScanJob", (1.1, 3), (1.9, 4)).copy_of = outer
    story.exchange("ScanAvailableEvent", (3.0, 5), (3.1, 6), toward=Toward.CLIENT)
    assert spoken(story.trace) == ["CreateScanJob", "← ScanAvailableEvent"]
    assert firsts(story.trace)["CreateScanJob"] is outer


def timed(*seconds: float) -> Story:
    story = Story()
    for number, took in enumerate(seconds):
        story.exchange("RetrieveImage", (100.0 * number, 2 * number + 1), (100.0 * number + took, 2 * number + 2))
    return story


def test_only_another_pace_is_told() -> None:
    slow, fast, same = timed(4.0, 5.0, 6.0), timed(1.0), timed(4.8)
    assert paces(slow.trace, fast.trace) == (
        {"RetrieveImage": "5.0 s (median of 3)"}, {"RetrieveImage": "1.0 s"},
    )  # fmt: skip
    assert paces(slow.trace, same.trace) == ({}, {})
    assert paces(timed(0.001).trace, timed(0.004).trace) == ({}, {}), "four times as long, and nobody notices"
    assert paces(slow.trace, Story().trace) == ({}, {})


def test_findings_are_counted_by_rule_and_operation() -> None:
    counted, said = objections(opened("adf-3-pages")._facts)
    assert counted["WSD209 element-order, RetrieveImage"] == "4 times"
    assert counted["WSD715 bytes-per-line, CreateScanJob"] == "once"
    assert said["WSD715 bytes-per-line, CreateScanJob"].startswith("CreateScanJob: MediaFrontImageInfo")
