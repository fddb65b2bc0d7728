"""Parts of lines: answers, assignments, edits. Mistakes in them are in `test_parse`, with all others."""

import pytest

from wsdtrace.scenario.model import EditVerb, Exchange, Reply
from wsdtrace.scenario.parse import parse


def only(text: str) -> Exchange:
    """The one exchange of a scenario."""
    (step,) = parse(text).steps
    assert isinstance(step, Exchange)
    return step


@pytest.mark.parametrize(
    ("text", "reply", "word"),
    [
        pytest.param("CreateScanJob -> ok", Reply.MESSAGE, "ok", id="ok"),
        pytest.param("CreateScanJob -> JobId=1", Reply.MESSAGE, "ok", id="assignments alone"),
        pytest.param("GetActiveJobs -> none", Reply.MESSAGE, "none", id="none"),
        pytest.param("RetrieveImage -> image", Reply.IMAGE, "", id="image"),
        pytest.param("RetrieveImage -> image=png", Reply.IMAGE, "png", id="image of a format"),
        pytest.param("RetrieveImage -> ok", Reply.IMAGE, "", id="ok is an image"),
        pytest.param(
            "RetrieveImage -> Fault wsa:ActionNotSupported", Reply.FAULT, "wsa:ActionNotSupported", id="fault"
        ),
        pytest.param("Get -> HTTP 404", Reply.HTTP, "", id="bare status"),
        pytest.param("Get -> nothing", Reply.NOTHING, "nothing", id="nothing"),
        pytest.param("Get -> close", Reply.CLOSE, "close", id="close"),
        pytest.param("Get -> reset", Reply.RESET, "reset", id="reset"),
        pytest.param("Get -> refused", Reply.REFUSED, "refused", id="refused"),
        pytest.param("Get -> unreachable", Reply.UNREACHABLE, "unreachable", id="unreachable"),
        pytest.param("Probe -> ProbeMatches", Reply.MESSAGE, "ProbeMatches", id="named by its element"),
        pytest.param("JobEndStateEvent -> accepted", Reply.MESSAGE, "accepted", id="event"),
    ],
)
def test_answers(text: str, reply: Reply, word: str) -> None:
    answer = only(text).answer
    assert answer is not None
    assert (answer.reply, answer.word) == (reply, word)


def test_an_answer_may_come_late_and_last() -> None:
    answer = only("RetrieveImage -> image after 5s over 1min").answer
    assert answer is not None
    assert (answer.after_ns, answer.over_ns) == (5 * 10**9, 60 * 10**9)


def test_the_content_of_an_http_answer_stands_as_it_is() -> None:
    answer = only('Get -> HTTP 500 text/html <h1 class="a">No  way</h1>').answer
    assert answer is not None
    assert (answer.status, answer.word, answer.content) == (500, "text/html", '<h1 class="a">No  way</h1>')


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        pytest.param("CreateScanJob source=ADF -> ok", ["source=ADF"], id="short name"),
        pytest.param("CreateScanJob Resolution.Width=300 -> ok", ["Resolution.Width=300"], id="path"),
        pytest.param("CreateScanJob Format@MustHonor=true -> ok", ["Format@MustHonor=true"], id="attribute"),
        pytest.param('Hello XAddrs="a b"', ["XAddrs=a b"], id="with spaces"),
        pytest.param("Get MessageID=urn:uuid:1 -> ok", ["MessageID=urn:uuid:1"], id="header"),
        pytest.param("Get Action= -> ok", ["Action="], id="empty"),
        pytest.param(
            "Subscribe events=JobStatusEvent,JobEndStateEvent -> ok",
            [
                "Filter=http://schemas.microsoft.com/windows/2006/08/wdp/scan/JobStatusEvent "
                "http://schemas.microsoft.com/windows/2006/08/wdp/scan/JobEndStateEvent"
            ],
            id="events are a filter",
        ),
    ],
)
def test_assignments(text: str, paths: list[str]) -> None:
    assert [f"{a}={a.value}" for a in only(text).assignments] == paths


def test_jobs_are_a_list() -> None:
    answer = only("GetActiveJobs -> jobs=1:Processing,2:Pending").answer
    assert answer is not None
    assert [f"{a}={a.value}" for a in answer.assignments] == [
        "JobId=1",
        "JobState=Processing",
        "JobId=2",
        "JobState=Pending",
    ]


@pytest.mark.parametrize(
    ("line", "verb", "first", "second"),
    [
        pytest.param("> replace a b", EditVerb.REPLACE, "a", "b", id="replace"),
        pytest.param('> replace "a b" ""', EditVerb.REPLACE, "a b", "", id="replace with spaces"),
        pytest.param('> add wscn:JobId <a b="c d"/>', EditVerb.ADD, "wscn:JobId", '<a b="c d"/>', id="add"),
        pytest.param(
            '> prepend <!DOCTYPE a [<!ENTITY b "c">]>',
            EditVerb.PREPEND,
            '<!DOCTYPE a [<!ENTITY b "c">]>',
            "",
            id="rest",
        ),
        pytest.param("> no field Host", EditVerb.NO_FIELD, "Host", "", id="two words"),
        pytest.param("> line SOAPAction without colon", EditVerb.LINE, "SOAPAction without colon", "", id="line"),
        pytest.param(r"> raw \r\n", EditVerb.RAW, r"\r\n", "", id="escapes are kept for later"),
    ],
)
def test_edits(line: str, verb: EditVerb, first: str, second: str) -> None:
    (edit,) = only(f"{line}\nGet -> ok").manner.request
    assert (edit.verb, edit.first, edit.second) == (verb, first, second)
