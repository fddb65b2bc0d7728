"""The fuzzer: its programs and mutations, and that the doors hold for the seeds and for some thousands of mutations."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz import doors
from fuzz.frames import FILE_CHANGES, FRAME_CHANGES, capture_of, played
from fuzz.mutate import mutate_markup, mutate_program
from fuzz.program import MOST_CHANGES, Change, Kind, Program, Record, read, write
from fuzz.seeds import seeds
from tests.shared import REPOSITORY
from wsdtrace.capture import open_capture_bytes

BYTE = st.integers(0, 255)
PROGRAMS = st.builds(
    Program,
    st.lists(st.builds(Change, BYTE, BYTE, BYTE, BYTE), max_size=MOST_CHANGES),
    st.lists(st.builds(Record, st.sampled_from(Kind), st.binary(max_size=60)), max_size=20),
)


@given(PROGRAMS)
def test_a_program_is_its_bytes(program: Program) -> None:
    assert read(write(program)) == program


@given(st.binary(max_size=300))
def test_every_string_of_bytes_is_a_program_with_a_capture(data: bytes) -> None:
    frames = played(read(data))
    assert all(frame.wire_len >= len(frame.data) for frame in frames)
    assert capture_of(read(data))


@pytest.mark.parametrize("operation", [*range(len(FRAME_CHANGES)), *FILE_CHANGES, 0xFF])
def test_every_change_gives_a_file_that_begins_like_a_capture(operation: int) -> None:
    records = [Record(Kind.CLIENT, b"POST / HTTP/1.1\r\n\r\n"), Record(Kind.SERVER, b"x" * 3000)]
    for a in (0, 100, 255):
        data = capture_of(Program([Change(operation, a, 200, 7)], records))
        if len(data) > 28:
            with open_capture_bytes(data, "made") as source:
                assert sum(len(batch) for batch in source.batches()) >= 0


def test_mutations_are_repeatable_and_do_something() -> None:
    program, document = seeds("stream")[0], seeds("envelope")[0]
    for mutate, data in ((mutate_program, program), (mutate_markup, document)):
        made = [mutate(data, 16_384, seed) for seed in range(50)]
        assert made == [mutate(data, 16_384, seed) for seed in range(50)]
        assert len(set(made)) > 25
        assert all(len(one) <= 16_384 for one in made)


@pytest.mark.parametrize("door", doors.DOORS)
def test_the_seeds_break_no_promise(door: str) -> None:
    found = seeds(door)
    assert len(found) > 50
    for data in found[:: len(found) // 12]:
        doors.DOORS[door](data)


@pytest.mark.parametrize("door", doors.DOORS)
def test_a_door_notices_a_broken_promise(door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "MOST_SECONDS", -1.0)
    with pytest.raises(doors.BrokenPromise, match="processor time"):
        doors.DOORS[door](seeds(door)[0])


@pytest.mark.fuzz
@pytest.mark.parametrize(("door", "count"), [("capture", 500), ("stream", 10_000), ("envelope", 10_000)])
def test_mutations_break_no_promise(door: str, count: int) -> None:
    rng = random.Random(20)
    found, mutate = seeds(door), mutate_markup if door == "envelope" else mutate_program
    for number in range(count):
        doors.DOORS[door](mutate(rng.choice(found), 16_384, number))


@pytest.mark.fuzz
def test_the_command_counts_what_it_did(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fuzz.run", "--blind", "--door", "envelope", "--inputs", "200", "--directory"]
    done = subprocess.run([*command, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert "200 inputs" in done.stdout
    assert "no promise broken" in done.stdout
