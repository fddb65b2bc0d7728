"""Door 1: the columns of a batch."""

import pytest

from tests.shared import CAPTURES
from wsdtrace.capture import open_capture
from wsdtrace.records import FrameBatch

COLUMNS = {
    "offset": "int64",
    "file_offset": "int64",
    "captured_len": "uint32",
    "wire_len": "uint32",
    "time_ns": "int64",
    "interface": "uint16",
    "link_type": "uint16",
}


def batches(case: str) -> list[FrameBatch]:
    """The batches of a case; their buffers are gone, their columns are not."""
    with open_capture(str(next(CAPTURES.joinpath(case).glob("capture.pcap*")))) as source:
        return list(source.batches())


@pytest.mark.parametrize("case", ["clean-flatbed", "snap-length", "file-cut"])
def test_every_column_has_one_row_for_each_frame(case: str) -> None:
    for batch in batches(case):
        assert {name: str(getattr(batch, name).dtype) for name in COLUMNS} == COLUMNS
        assert {len(getattr(batch, name)) for name in COLUMNS} == {len(batch)}


def test_a_frame_is_at_most_as_long_as_it_was_on_the_wire() -> None:
    (batch, *_) = batches("snap-length")
    assert (batch.captured_len <= batch.wire_len).all()
    assert batch.captured_len.max() == 1514
    assert batch.wire_len.max() > 1514


def test_frames_are_numbered_from_one() -> None:
    numbered = [range(batch.first_number, batch.first_number + len(batch)) for batch in batches("clean-flatbed")]
    assert [number for numbers in numbered for number in numbers] == list(range(1, 110))


def test_rows_keep_their_numbers_and_leave_the_anomalies_to_the_window() -> None:
    (batch, *_) = [batch for batch in batches("file-cut") if batch.anomalies]
    cut = batch.rows(2, 5)
    assert (len(cut), cut.first_number, cut.anomalies) == (3, batch.first_number + 2, ())
    assert all((getattr(cut, name) == getattr(batch, name)[2:5]).all() for name in COLUMNS)
