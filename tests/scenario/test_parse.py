"""Texts into scenarios, and mistakes into a place and a sentence."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.errors import BadScenario
from wsdtrace.scenario.model import Cast, Close, EditVerb, End, Exchange, Wait
from wsdtrace.scenario.parse import parse


def only(text: str) -> Exchange:
    """The one exchange of a scenario."""
    (step,) = parse(text).steps
    assert isinstance(step, Exchange)
    return step


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        pytest.param("", 1, 1, "expected an exchange such as `GetScannerElements -> ok`, found nothing", id="nothing"),
        pytest.param("# only a comment", 1, 1, "found nothing", id="only a comment"),
        pytest.param("GetScanerElements -> ok", 1, 1, "did you mean GetScannerElements?", id="operation misspelt"),
        pytest.param("Foo -> ok", 1, 1, "expected an operation (CreateScanJob, ", id="operation unknown"),
        pytest.param("GetActiveJobs", 1, 14, "expected `-> none` or another answer", id="no answer"),
        pytest.param(
            "GetActiveJobs ->", 1, 17, "expected ok, none, Name=value, Fault SUBCODE", id="nothing behind arrow"
        ),
        pytest.param("GetActiveJobs -> okk", 1, 18, "did you mean ok?", id="answer misspelt"),
        pytest.param(
            "GetActiveJobs nix -> ok", 1, 15, "expected an assignment such as JobId=1 or `->`", id="no assignment"
        ),
        pytest.param("CreateScanJob InputSorce=ADF -> ok", 1, 15, "did you mean InputSource?", id="name misspelt"),
        pytest.param("CreateScanJob -> JobTokn=1", 1, 18, "did you mean JobToken?", id="name misspelt in the answer"),
        pytest.param("CreateScanJob Format@Must=1 -> ok", 1, 15, "did you mean MustHonor?", id="attribute misspelt"),
        pytest.param("CreateScanJob -> Fault", 1, 23, "expected a subcode behind `Fault`", id="fault without subcode"),
        pytest.param("CreateScanJob -> Fault x reasn=y", 1, 26, "did you mean reason?", id="fault says what it cannot"),
        pytest.param("CreateScanJob -> HTTP x", 1, 22, "expected a status such as 500 behind `HTTP`", id="no status"),
        pytest.param("Hello -> ok", 1, 7, "expected no answer: Hello is not answered", id="one-way is answered"),
        pytest.param("Hello\n  wait 1s", 2, 3, "Hello is not answered, so never open", id="inside of one-way"),
        pytest.param(
            "RetrieveImage -> image=gif", 1, 18, "expected an image format (jfif, exif, png", id="image unknown"
        ),
        pytest.param("GetActiveJobs -> nothing at all", 1, 26, "expected nothing behind 'nothing'", id="too much"),
        pytest.param(
            "GetActiveJobs -> ok after x", 1, 27, "expected a time such as 5s behind `after`", id="after no time"
        ),
        pytest.param("wait", 1, 5, "expected a time such as 61s, 200ms or 2min", id="wait for nothing"),
        pytest.param("wait 61", 1, 6, "expected a time such as 61s, 200ms or 2min, found '61'", id="wait without unit"),
        pytest.param("end\nwait 1s", 2, 1, "expected nothing behind `end` but lines about the file", id="behind end"),
        pytest.param("tcp: gap x\nGet -> ok", 1, 6, "behind `tcp:`, found 'gap x'", id="phrase unknown"),
        pytest.param("tcp: gap 5", 1, 1, "expected an exchange behind this line", id="about nothing"),
        pytest.param("tcp: gap 5\nwait 1s", 2, 1, "expected the exchange that line 1 is about", id="about a wait"),
        pytest.param(
            "file: cut", 1, 7, "expected `cut BYTES` or `lost FRAMES` behind `file:`", id="file cut by nothing"
        ),
        pytest.param("> drp a:b\nGet -> ok", 1, 3, "did you mean drop?", id="edit misspelt"),
        pytest.param(
            "> replace a\nGet -> ok", 1, 12, "expected 2 words behind `replace`, found 1", id="edit lacks a word"
        ),
        pytest.param("> replace a b c\nGet -> ok", 1, 15, "quote what has spaces", id="edit has one too many"),
        pytest.param("> line\nGet -> ok", 1, 7, "expected something behind `line`", id="edit without rest"),
        pytest.param("Get -> ok\n    wait 1s\n  wait 1s", 3, 3, "expected no indentation here", id="dedented half"),
        pytest.param("  Get -> ok\nGet -> ok", 2, 1, "expected an indentation of 2, found 0", id="dedented too far"),
        pytest.param(
            "wait 1s\n  Get -> ok", 2, 3, "only what happens during an exchange is indented", id="inside of wait"
        ),
        pytest.param("client: Get -> ok", 1, 1, "expected `client NAME`, `device NAME`", id="client without name"),
        pytest.param("client A, over IPX: Get -> ok", 1, 11, "found 'over IPX'", id="over what"),
        pytest.param("over HTTP: Hello", 1, 1, "expected Probe or Resolve behind `over HTTP`", id="directed what"),
        pytest.param('Get "a" -> ok', 1, 5, "expected an assignment", id="quoted word"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, line: int, column: int, problem: str) -> None:
    with pytest.raises(BadScenario) as caught:
        parse(text)
    assert problem in caught.value.problem
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"line {line}, column {column}: expected ")


@pytest.mark.parametrize(
    ("text", "cast"),
    [
        pytest.param("Get -> ok", Cast(), id="nobody named"),
        pytest.param("client B: Get -> ok", Cast(client="B"), id="client"),
        pytest.param("device 2: Get -> ok", Cast(device="2"), id="device"),
        pytest.param("client B, device 2, through P: Get -> ok", Cast("B", "2", "P"), id="all"),
        pytest.param("over IPv6: Get -> ok", Cast(ipv6=True), id="over IPv6"),
        pytest.param("over HTTP: Probe -> ProbeMatches", Cast(directed=True), id="over HTTP"),
    ],
)
def test_casts(text: str, cast: Cast) -> None:
    assert only(text).cast == cast


def test_what_is_said_before_an_exchange_is_about_that_one_alone() -> None:
    first, second = parse("tcp: gap 100\nhttp: chunked\n> drop wsa:To\nGet -> ok\nGet -> ok").steps
    assert isinstance(first, Exchange)
    assert isinstance(second, Exchange)
    assert (first.manner.tcp.gap, first.manner.http.chunk) == (100, 500)
    assert [edit.verb for edit in first.manner.request] == [EditVerb.DROP]
    assert second.manner == type(second.manner)()


def test_indented_lines_happen_during_the_exchange_above() -> None:
    outer = only("RetrieveImage -> image\n  wait 1s\n  CancelJob -> ok\n    wait 2s")
    wait, cancel = outer.during
    assert isinstance(wait, Wait)
    assert isinstance(cancel, Exchange)
    assert [type(step) for step in cancel.during] == [Wait]


def test_directives_and_the_file() -> None:
    scenario = parse("# a comment\nGet -> ok\n\nwait -5s\nclient B: close\nend\nfile: cut 20\nfile: lost 3")
    assert [type(step) for step in scenario.steps] == [Exchange, Wait, Close, End]
    assert (scenario.file_cut, scenario.file_lost) == (20, 3)


def test_exchanges_are_open_within_each_other_only_so_deep() -> None:
    text = "\n".join("  " * depth + "Get -> ok" for depth in range(10))
    with pytest.raises(BadScenario, match="expected at most 8 levels"):
        parse(text)


@given(st.text(alphabet='GetProbe->ok =:"\\\n <>#.@1a', max_size=80))
def test_any_text_is_a_scenario_or_a_named_mistake(text: str) -> None:
    with contextlib.suppress(BadScenario):
        parse(text)
