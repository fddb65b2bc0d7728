"""One part: its headers in MIME's words, its Content-ID, and which is the root."""

import pytest

from tests.http.talk import stamp
from wsdtrace.http import HttpAnomaly, root_part
from wsdtrace.http.parts import bare_id, judge_root, read_part_head
from wsdtrace.records import Content, Part, Probe


def part(index: int, content_id: str | None) -> Part:
    probe = Probe(0, b"", b"", None, 0)
    return Part(index, (), content_id, None, None, probe, None, True, index * 100, stamp(1), stamp(1))


def content(*content_ids: str | None, start: str | None = None) -> Content:
    parts = tuple(part(index, one) for index, one in enumerate(content_ids))
    parameters = (("start", start),) if start is not None else ()
    return Content(0, None, "multipart/related", parameters, parts=parts, is_multipart=True)


@pytest.mark.parametrize("value", ["<a@b>", " <a@b> ", "a@b", "<a@b >", "< a@b>"])
def test_a_content_id_is_bare(value: str) -> None:
    assert bare_id(value) == "a@b"


ROOTS = [
    pytest.param(("a", "b"), None, 0, id="no start: the first"),
    pytest.param(("a", "b"), "<b>", 1, id="start names it"),
    pytest.param(("a", "b"), "b", 1, id="start without angle brackets"),
    pytest.param(("a", "b"), "<c>", 0, id="start names none: the first"),
    pytest.param((None, "b"), "<b>", 1, id="part without Content-ID"),
]


@pytest.mark.parametrize(("content_ids", "start", "index"), ROOTS)
def test_the_root_part_is_found(content_ids: tuple[str | None, ...], start: str | None, index: int) -> None:
    root = root_part(content(*content_ids, start=start))
    assert root is not None
    assert root.index == index


def test_no_part_is_no_root() -> None:
    assert root_part(content()) is None


@pytest.mark.parametrize(
    ("content_ids", "start", "odd"),
    [
        pytest.param(("a", "b"), None, [], id="no start"),
        pytest.param(("a", "b"), "a", [], id="first"),
        pytest.param(("a", "b"), "b", [HttpAnomaly.ROOT_NOT_FIRST], id="not first"),
        pytest.param(("a", "b"), "c", [HttpAnomaly.ROOT_ABSENT], id="absent"),
        pytest.param((), "c", [], id="no parts"),
    ],
)
def test_the_place_of_the_root_is_judged(
    content_ids: tuple[str, ...], start: str | None, odd: list[HttpAnomaly]
) -> None:
    assert [one.kind for one in judge_root(content(*content_ids).parts, start)] == odd


def test_part_headers_are_read_in_the_words_of_mime() -> None:
    fields, odds = read_part_head(b"A: 1\n b\r\nnocolon\r\n\r\n", 100, 10)
    assert [(line.name, line.value) for line in fields] == [("A", "1 b"), ("nocolon", "")]
    assert [one.kind for one in odds] == [HttpAnomaly.MIME_LINE_ENDS, HttpAnomaly.PART_HEAD_LINE]


def test_part_headers_are_bounded() -> None:
    fields, odds = read_part_head(b"A: 1\r\n" * 20 + b"\r\n", 0, 5)
    assert len(fields) == 5
    assert [one.kind for one in odds] == [HttpAnomaly.LIMIT]
