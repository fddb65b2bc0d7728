"""Conversations made of everything that can be said: they are played and judged, or refused with a sentence."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsdtrace import scenario
from wsdtrace.errors import BadScenario
from wsdtrace.scenario.model import Reply
from wsdtrace.scenario.operations import OPERATIONS, Operation
from wsdtrace.scenario.phrases import PHRASES, TEXT_ARGUMENTS, Phrase
from wsdtrace.wsd.faults import FAULTS

EDITS = (
    "replace wsa: x:",
    "replace </soap:Body> </soap:Bod",
    "replace 1 99999999999",
    "drop wsa:MessageID",
    "drop wsa:Action",
    "drop soap:Body",
    "drop soap:Header",
    "content <a/>",
    "content no XML at all",
    "prepend <!DOCTYPE a>",
    "encode utf-16",
    "field Content-Length: 5",
    "field Content-Length: 99999",
    "field Transfer-Encoding: chunked",
    "no field Content-Type",
    "no field Content-Length",
    "line nonsense",
    "start HTTP/1.1 999",
    r"raw \r\n\r\n",
    r"raw <5000 x \x00>",
    r"raw HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12",
)


@st.composite
def manners(draw: st.DrawFn) -> str:
    """A line before an exchange."""
    phrase: Phrase = draw(st.sampled_from(PHRASES))
    words = [
        word if not word.isupper() else "192.0.2.7" if word in TEXT_ARGUMENTS else str(draw(st.integers(1, 3000)))
        for word in phrase.form.split()
    ]
    return f"{phrase.channel.value}: {' '.join(words)}"


@st.composite
def exchanges(draw: st.DrawFn, indent: str = "", depth: int = 0) -> str:
    """An exchange with what is said about it, and what happens during it."""
    operation: Operation = draw(st.sampled_from(sorted(OPERATIONS.values(), key=lambda o: o.name)))
    before = draw(st.lists(manners(), max_size=2))
    before += [f"{draw(st.sampled_from('<>'))} {edit}" for edit in draw(st.lists(st.sampled_from(EDITS), max_size=1))]
    cast = draw(st.sampled_from(["", "", "client B: ", "device 2: ", "through P: ", "over IPv6: "]))
    if operation.one_way:
        return "\n".join(indent + line for line in [*before, f"{cast}{operation.name}"])
    silent = [r.value for r in (Reply.NOTHING, Reply.CLOSE, Reply.RESET, Reply.REFUSED, Reply.UNREACHABLE)]
    fault = f"Fault {draw(st.sampled_from([info.subcode for info in FAULTS]))}"
    answer = draw(st.sampled_from([*operation.answers] * 4 + [*silent, fault, "HTTP 500 text/html <p>", "ok over 3s"]))
    lines = [*before, f"{cast}{operation.name} -> {answer}"]
    text = "\n".join(indent + line for line in lines)
    inner = draw(st.lists(exchanges(indent + "  ", depth + 1), max_size=1)) if depth < 2 else []
    return "\n".join([text, *inner])


@st.composite
def scenarios(draw: st.DrawFn) -> str:
    """A whole conversation."""
    steps = draw(
        st.lists(exchanges() | st.sampled_from(["wait 30s", "wait 61s", "wait -3s", "close"]), min_size=1, max_size=8)
    )
    return "\n".join(steps + draw(st.sampled_from([[], ["end"], ["file: cut 33"], ["file: lost 2"]])))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(scenarios())
def test_every_conversation_is_judged_or_refused_with_a_sentence(text: str) -> None:
    try:
        trace = scenario.check(text)
    except BadScenario as error:
        told = str(error)
        assert told.startswith("line ")  # either way of ending is right, and this one has a form
        return
    assert trace.internal_errors == []
