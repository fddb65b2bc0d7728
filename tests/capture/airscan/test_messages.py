"""Queries of a log become recorded messages: what is in the archive, in the log, or nowhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.airscan import BOUNDARY, PAGE, answer, archive, dump, envelope, multipart, page_answer
from wsdtrace.capture.airscan.log import Query, read_log
from wsdtrace.capture.airscan.messages import Log, is_saved, missing_files, request_of, response_of
from wsdtrace.capture.airscan.tar import members_of
from wsdtrace.records import ConnectionId, Gap, LocatorKind, MessageEnd, RecordedMessage

ROOT = envelope("RetrieveImageResponse", "    <sca:RetrieveImageResponse/>\n")
ONE = ConnectionId(1)


def query_and_log(text: str, folder: Path, files: list[tuple[str, bytes]]) -> tuple[Query, Log]:
    data = text.encode()
    lines = data.split(b"\n")
    path = folder / "x.tar"
    path.write_bytes(archive(files))
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)], dtype=np.int64)
    [query] = read_log(lines)
    assert isinstance(query, Query)
    return query, Log("x.log", 101, len(lines), 5000, starts, members_of(str(path)))


def content_of(message: RecordedMessage) -> tuple[bytes, int]:
    """The bytes, and how many are missing; the pieces follow one another."""
    data, missing, at = b"", 0, len(message.head.data)
    for piece in message.content():
        assert piece.offset == at
        if isinstance(piece, Gap):
            missing += piece.length
            at += piece.length
        else:
            data += bytes(piece.data)
            at += len(piece.data)
    return data, missing


def test_a_request_has_its_target_and_its_lines(tmp_path: Path) -> None:
    query, log = query_and_log(dump(ROOT, answer(ROOT)), tmp_path, [])
    message = request_of(query, log, ONE, b"/scan", 7)
    assert bytes(message.head.data).split(b"\r\n")[:2] == [
        b"POST /scan HTTP/1.1", b"Content-Type: application/soap+xml",
    ]  # fmt: skip
    assert bytes(message.head.data).endswith(b"\r\n\r\n")
    stamp = message.head.index.stamp(0)
    assert (stamp.number, stamp.time_ns, stamp.kind) == (102, 7, LocatorKind.LOG_LINE)
    assert (message.exact, message.ended, message.announced) == (False, MessageEnd.LENGTH, 300)
    assert content_of(message) == (ROOT.encode(), 0)


def test_a_response_in_the_archive_is_exact(tmp_path: Path) -> None:
    data = multipart(ROOT)
    query, log = query_and_log(dump(ROOT, page_answer(ROOT, len(data))), tmp_path, [("00000000.dat", data)])
    message = response_of(query, log, ONE, 0)
    assert message is not None
    assert bytes(message.head.data).startswith(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/related;")
    assert (message.exact, content_of(message)) == (True, (data, 0))
    assert content_of(message) == (data, 0)  # and again
    assert is_saved(query)
    assert missing_files(query, log) == 1  # the page alone, which nobody needs


@pytest.mark.parametrize("there", [0, 1, 2000])
def test_a_file_that_is_cut_lacks_its_rest(tmp_path: Path, there: int) -> None:
    data = multipart(ROOT)
    text = dump(ROOT, page_answer(ROOT, len(data)))
    path = tmp_path / "x.tar"
    query, log = query_and_log(text, tmp_path, [("00000000.dat", data)])
    path.write_bytes(archive([("00000000.dat", data)])[: 512 + there])
    log = Log("x.log", 1, log.lines, 0, log.starts, members_of(str(path)))
    message = response_of(query, log, ONE, 0)
    assert message is not None
    assert content_of(message) == (data[:there], len(data) - there)


def test_without_the_archive_the_parts_stand_for_the_whole(tmp_path: Path) -> None:
    query, log = query_and_log(dump(ROOT, page_answer(ROOT, 4000)), tmp_path, [])
    message = response_of(query, log, ONE, 0)
    assert message is not None
    data, missing = content_of(message)
    assert (data.count(b"--" + BOUNDARY.encode()), ROOT.encode() in data, missing) == (3, True, len(PAGE))
    assert not message.exact


def test_the_page_alone_is_taken_from_the_archive(tmp_path: Path) -> None:
    query, log = query_and_log(dump(ROOT, page_answer(ROOT, 4000)), tmp_path, [("00000001.jpeg", PAGE)])
    message = response_of(query, log, ONE, 0)
    assert message is not None
    data, missing = content_of(message)
    assert (PAGE in data, missing) == (True, 0)


@pytest.mark.parametrize(
    ("response", "missing", "ended"),
    [
        pytest.param(answer("", length=660), 660, MessageEnd.CUT_RECORD, id="XML that could not be parsed"),
        pytest.param(answer("", length=None), 1, MessageEnd.CUT_RECORD, id="of unknown length"),
        pytest.param("Status: 204 No\n\n", 0, MessageEnd.NO_CONTENT, id="no content"),
        pytest.param(answer('<p:a xmlns:p="u">\n  <b/>\n</p:a>\n'), 0, MessageEnd.CUT_RECORD, id="lost namespaces"),
        pytest.param(answer(ROOT), 0, MessageEnd.LENGTH, id="whole"),
    ],
)
def test_what_is_lost_is_told(tmp_path: Path, response: str, missing: int, ended: MessageEnd) -> None:
    query, log = query_and_log(dump(ROOT, response) + "00:00:00.001: x: y\n", tmp_path, [])
    message = response_of(query, log, ONE, 0)
    assert message is not None
    assert (content_of(message)[1], message.ended) == (missing, ended)
    assert not is_saved(query)


def test_a_query_that_failed_has_no_response(tmp_path: Path) -> None:
    query, log = query_and_log(dump(ROOT, "Error: timeout\n"), tmp_path, [])
    assert response_of(query, log, ONE, 0) is None
    assert missing_files(query, log) == 0


def test_a_line_end_cannot_get_into_a_header_section(tmp_path: Path) -> None:
    query, log = query_and_log(dump(ROOT, answer(ROOT)).replace("Test/1", "Test\rX: y"), tmp_path, [])
    message = response_of(query, log, ONE, 0)
    assert message is not None
    assert b"Server: Test X: y\r\n" in bytes(message.head.data)
