"""Notes are frames that Wireshark shows as text, and that a program reads back."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from wsdtrace.capture import Interface, PcapngWriter, open_capture_bytes
from wsdtrace.capture.notes import NOTE_LINK, Note, notes_of, read_note, write_note


def written(note: Note) -> bytes:
    out = io.BytesIO()
    write_note(PcapngWriter(out, ["eth0", Interface("notes", NOTE_LINK)]), 10**18, note, interface=1)
    return out.getvalue()


def frame_of(data: bytes) -> bytes:
    with open_capture_bytes(data, "note") as source:
        (batch,) = source.batches()
        start = int(batch.offset[0])
        return bytes(batch.buffer[start : start + int(batch.captured_len[0])])


def test_the_notes_of_a_batch_are_found() -> None:
    with open_capture_bytes(written(Note("end", "x")), "note") as source:
        assert [note["note"] for batch in source.batches() for note in notes_of(batch)] == ["end"]


def test_a_note_is_read_back() -> None:
    found = read_note(frame_of(written(Note("injected", "a\x1bb\nc", {"x": "ü"}))))
    assert found == {"wsdtrace": 1, "note": "injected", "x": "ü"}


@pytest.mark.parametrize("frame", [b"", b"\0" * 60, frame_of(written(Note("end", "x")))[:-12]])
def test_what_is_no_whole_note_is_none(frame: bytes) -> None:
    assert read_note(frame) is None


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_wireshark_shows_the_line_as_text_and_as_comment(tmp_path: Path) -> None:
    path = tmp_path / "note.pcapng"
    path.write_bytes(written(Note("end", "end of the record")))
    shown = subprocess.run(["tshark", "-r", str(path), "-V"], capture_output=True, text=True, check=True).stdout
    assert "Line-based text data" in shown
    assert "end of the record" in shown
    comment = ["tshark", "-r", str(path), "-T", "fields", "-e", "frame.comment", "-e", "_ws.col.Protocol"]
    assert subprocess.run(comment, capture_output=True, text=True, check=True).stdout == "end of the record\twsdtrace\n"
