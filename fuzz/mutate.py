"""Changes that know what they change: conversations, HTTP, MIME, XML. All by a seed, so that a run can be repeated."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

from fuzz.program import Change, Kind, Program, Record, read, write

HTTP_WORDS = (
    b"\r\n", b"\n", b"\r", b"\0", b":", b" ", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\n\r\n", b"0\r\n\r\n", b"ffffffffffffffff\r\n", b"Content-Length: 0\r\n",
    b"Content-Length: 18446744073709551616\r\n", b"Content-Length: -1\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n", b"Connection: close\r\n", b"Expect: 100-continue\r\n", b"\x16\x03\x01\x02\x00",
    b"Content-Type: multipart/related; boundary=\"\"\r\n", b"Content-Type: image/jpeg\r\n",
    b" folded\r\n", b"--", b";=\"",
)  # fmt: skip
XML_WORDS = (
    b"<", b">", b"/>", b"&", b"&amp;", b"&#0;", b"&#xD800;", b"<!--", b"<![CDATA[", b"]]>", b"<?xml version='1.1'?>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>&b;", b" xmlns=''", b" xmlns:wscn='x'", b" soap:mustUnderstand='1'",
    b"\xff", b"\x1b[2J",
    b"\xef\xbb\xbf", b"\xed\xa0\x80", b"<wscn:JobId>-1</wscn:JobId>", b"<wscn:JobId>99999999999999999999</wscn:JobId>",
    b"=HYPERLINK(1)", b"`|<script>", b"../../x", b"\xe2\x80\xae",
)  # fmt: skip
TAG = re.compile(rb"<(/?)([\w.:-]+)([^<>]{0,300})>")
DELIMITER = re.compile(rb"--[\w=.-]{4,60}\r?\n")


def mutate_program(data: bytes, most: int, seed: int) -> bytes:
    """Another program like this one, of at most `most` bytes."""
    rng = random.Random(seed)
    program = read(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        rng.choice(_WAYS)(program, rng)
    return write(program)[:most]


def mutate_markup(data: bytes, most: int, seed: int) -> bytes:
    """Another document like this one, of at most `most` bytes."""
    rng = random.Random(seed)
    for _ in range(rng.choice((1, 1, 2, 4))):
        data = change_text(data, rng)
    return data[:most]


def change_text(data: bytes, rng: random.Random) -> bytes:
    """Change one thing of a message: a byte, a word, a tag, a part."""
    return rng.choice(_TEXT_WAYS)(data, rng)


def _span(data: bytes, rng: random.Random, longest: int = 60) -> tuple[int, int]:
    at = rng.randint(0, len(data))
    return at, min(len(data), at + rng.randint(0, longest))


def _flip(data: bytes, rng: random.Random) -> bytes:
    at = rng.randint(0, max(len(data) - 1, 0))
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def _remove(data: bytes, rng: random.Random) -> bytes:
    at, end = _span(data, rng)
    return data[:at] + data[end:]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    at, end = _span(data, rng)
    return data[:end] + data[at:end] * rng.choice((1, 1, 3, 40)) + data[end:]


def _word(data: bytes, rng: random.Random) -> bytes:
    at, end = _span(data, rng, 8)
    return data[:at] + rng.choice(HTTP_WORDS + XML_WORDS) + data[rng.choice((at, end)) :]


def _number(data: bytes, rng: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", data))
    if not found:
        return data
    chosen = rng.choice(found)
    value = rng.choice((b"0", b"-1", b"1", b"65536", b"4294967296", b"18446744073709551615", b"1e9", b"00001", b"NaN"))
    return data[: chosen.start()] + value + data[chosen.end() :]


def _tag(data: bytes, rng: random.Random) -> bytes:
    """Remove, repeat, rename or nest a tag."""
    found = list(TAG.finditer(data))
    if not found:
        return data
    one = rng.choice(found)
    other = rng.choice(found)
    made = rng.choice(
        (
            b"",
            one[0] * 2,
            other[0],
            b"<" + one[1] + other[2] + one[3] + b">",
            b"<" + one[1] + one[2].rpartition(b":")[2] + one[3] + b">",
            (b"<" + one[2] + b">") * rng.choice((3, 300)),
        )
    )
    return data[: one.start()] + made + data[one.end() :]


def _element(data: bytes, rng: random.Random) -> bytes:
    """Move or remove everything between two tags."""
    found = list(TAG.finditer(data))
    if len(found) < 2:
        return data
    low, high = sorted(rng.sample(range(len(found)), 2))
    start, end = found[low].start(), found[high].end()
    where = rng.choice((start, rng.choice(found).start()))
    piece = data[start:end]
    if rng.random() < 0.5:
        return data[:start] + data[end:]
    return data[:where] + piece + data[where:]


def _part(data: bytes, rng: random.Random) -> bytes:
    """Put a delimiter somewhere, or take one away."""
    found = DELIMITER.findall(data)
    if not found:
        return data
    delimiter: bytes = rng.choice(found)
    if rng.random() < 0.3:
        return data.replace(delimiter, b"", 1)
    at = rng.randint(0, len(data))
    return data[:at] + b"\r\n" + delimiter + data[at:]


_TEXT_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _remove, _repeat, _word, _number, _tag, _element, _part,
)  # fmt: skip


def _say(program: Program, rng: random.Random) -> None:
    if program.records:
        at = rng.randrange(len(program.records))
        record = program.records[at]
        program.records[at] = replace(record, data=change_text(record.data, rng))


def _split(program: Program, rng: random.Random) -> None:
    """The same bytes in two records, with something between."""
    if program.records:
        at = rng.randrange(len(program.records))
        record = program.records[at]
        cut = rng.randint(0, len(record.data))
        between = [Record(rng.choice(list(Kind)), record.data[: rng.choice((0, 3, 10))])]
        first, rest = replace(record, data=record.data[:cut]), replace(record, data=record.data[cut:])
        program.records[at : at + 1] = [first, *(between if rng.random() < 0.7 else []), rest]


def _shuffle(program: Program, rng: random.Random) -> None:
    if len(program.records) > 1:
        one, other = rng.sample(range(len(program.records)), 2)
        program.records[one], program.records[other] = program.records[other], program.records[one]


def _again(program: Program, rng: random.Random) -> None:
    if program.records:
        at = rng.randrange(len(program.records))
        end = min(len(program.records), at + rng.randint(1, 4))
        program.records[end:end] = program.records[at:end]


def _without(program: Program, rng: random.Random) -> None:
    if program.records:
        del program.records[rng.randrange(len(program.records))]


def _kind(program: Program, rng: random.Random) -> None:
    if program.records:
        at = rng.randrange(len(program.records))
        program.records[at] = replace(program.records[at], kind=rng.choice(list(Kind)))


def _happen(program: Program, rng: random.Random) -> None:
    operation = rng.choice((rng.randrange(0xFC), rng.randrange(0xFC, 0x100)))
    program.changes.append(Change(operation, rng.randrange(256), rng.randrange(256), rng.randrange(256)))


def _happen_not(program: Program, rng: random.Random) -> None:
    if program.changes:
        del program.changes[rng.randrange(len(program.changes))]


_WAYS: tuple[Callable[[Program, random.Random], None], ...] = (
    _say, _say, _say, _say, _say, _split, _split, _shuffle, _again, _without, _kind, _happen, _happen, _happen,
    _happen_not,
)  # fmt: skip
