"""Values and their spellings."""

from enum import StrEnum

import pytest

from wsdtrace.soap.schema.declare import enumeration
from wsdtrace.wsd.eventing import EndStatus
from wsdtrace.wsd.values import (
    FINAL_STATES,
    MULTI_IMAGE_FORMATS,
    SINGLE_IMAGE_FORMATS,
    UNCOMPRESSED_FORMATS,
    ColorEntry,
    ConditionName,
    Format,
    JobState,
    JobStateReason,
    ScannerState,
)


@pytest.mark.parametrize(
    ("kind", "text", "member", "problem"),
    [
        pytest.param(JobState, "Pending-Held", JobState.PENDING_HELD, None, id="schema"),
        pytest.param(JobState, "Held", JobState.HELD, None, id="documentation"),
        pytest.param(JobState, "Cancelled", JobState.CANCELED, "value_alias", id="two l"),
        pytest.param(JobStateReason, "JobTransfering", JobStateReason.JOB_TRANSFERRING, None, id="one r"),
        pytest.param(
            JobStateReason,
            "JobScanningAndTransfering",
            JobStateReason.JOB_SCANNING_AND_TRANSFERRING,
            None,
            id="one r too",
        ),
        pytest.param(ConditionName, "LampWarning", ConditionName.LAMP_WARMING, None, id="warning for warming"),
        pytest.param(ColorEntry, "GrayScale8", ColorEntry.GRAYSCALE_8, "value_alias", id="capital S"),
        pytest.param(EndStatus, "SourceCanceling", EndStatus.SOURCE_CANCELING, None, id="without namespace"),
        pytest.param(ScannerState, "acme:Dreaming", "acme:Dreaming", None, id="vendor"),
        pytest.param(ScannerState, "Dreaming", "Dreaming", "value_unknown", id="unknown"),
        pytest.param(Format, "jpeg", "jpeg", "value_unknown", id="unknown format"),
    ],
)
def test_spellings(kind: type[StrEnum], text: str, member: str, problem: str | None) -> None:
    reading = enumeration(kind).read(text)
    assert (reading.value, reading.problem) == (member, problem)
    assert reading.canonical is (text == str(member))


def test_formats_are_of_one_image_or_of_several() -> None:
    assert set(Format) == SINGLE_IMAGE_FORMATS | MULTI_IMAGE_FORMATS
    assert not SINGLE_IMAGE_FORMATS & MULTI_IMAGE_FORMATS
    assert {str(f) for f in UNCOMPRESSED_FORMATS} == {"dib", "tiff-single-uncompressed", "tiff-multi-uncompressed"}


def test_final_states_are_three() -> None:
    assert {str(state) for state in FINAL_STATES} == {"Aborted", "Canceled", "Completed"}
