"""Filter words are understood, or refused with the column."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsdtrace.errors import BadFilter
from wsdtrace.filters.fields import FIELDS
from wsdtrace.filters.grammar import All, Compare, Node, Not, Present, Some, parse


def said(node: Node) -> str:
    """The tree as one would write it with every parenthesis."""
    match node:
        case Some() | All():
            word = " or " if isinstance(node, Some) else " and "
            return f"({word.join(map(said, node.claims))})"
        case Not():
            return f"not {said(node.claim)}"
        case Present():
            return node.field.name
        case Compare():
            return f"{node.field.name} {node.op} {', '.join(map(repr, node.values))}"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        pytest.param('wsd.op == "RetrieveImage"', "wsd.op == 'RetrieveImage'", id="text"),
        pytest.param("wsd.op == 'RetrieveImage'", "wsd.op == 'RetrieveImage'", id="single quotes"),
        pytest.param("wsd.op==RetrieveImage", "wsd.op == 'RetrieveImage'", id="a bare word, no blanks"),
        pytest.param("wsd.mid == urn:uuid:0-1", "wsd.mid == 'urn:uuid:0-1'", id="a bare URI"),
        pytest.param("wsd.device == 192.0.2.20", "wsd.device == '192.0.2.20'", id="a bare address"),
        pytest.param("wsd.device == 1", "wsd.device == 1.0", id="an id"),
        pytest.param('wsd.device == "1"', "wsd.device == '1'", id="a text that looks like one"),
        pytest.param("wsd.op == 5", "wsd.op == '5'", id="a text field takes a number as a text"),
        pytest.param("wsd.time > 5e-1", "wsd.time > 0.5", id="number"),
        pytest.param("wsd.bytes >= -3.", "wsd.bytes >= -3.0", id="signed number"),
        pytest.param("wsd.fault", "wsd.fault", id="presence"),
        pytest.param("not wsd.fault", "not wsd.fault", id="not"),
        pytest.param("!wsd.fault && !!wsd.job", "(not wsd.fault and not not wsd.job)", id="signs"),
        pytest.param("wsd.op in {a, 'b', }", "wsd.op in 'a', 'b'", id="set"),
        pytest.param("wsd.job in (1,2)", "wsd.job in 1.0, 2.0", id="set of numbers"),
        pytest.param("wsd.op in [in]", "wsd.op in 'in'", id="a word of the grammar as a value"),
        pytest.param("wsd.op contains Image", "wsd.op contains 'Image'", id="contains"),
        pytest.param(r'wsd.op matches "^(Get|\"x\")\d"', r"""wsd.op matches '^(Get|"x")\\d'""", id="matches, escapes"),
        pytest.param(
            "wsd.fault or wsd.job == 1 and not wsd.page == 2 || wsd.op",
            "(wsd.fault or (wsd.job == 1.0 and not wsd.page == 2.0) or wsd.op)",
            id="precedence",
        ),
        pytest.param("(wsd.fault or wsd.op) and wsd.job", "((wsd.fault or wsd.op) and wsd.job)", id="parentheses"),
        pytest.param("\n  wsd.fault\n", "wsd.fault", id="blanks around"),
    ],
)
def test_a_filter_is_understood(text: str, tree: str) -> None:
    assert said(parse(text)) == tree


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        pytest.param("", 1, "nothing to filter by", id="empty"),
        pytest.param("wsd.op = x", 8, "expected an operator (==, !=, ", id="one equals sign"),
        pytest.param("wsd.op = x", 8, "equality is ==", id="one equals sign, with a hint"),
        pytest.param(
            "wsd.job == 1 and wsd.opp == x", 18, "no field 'wsd.opp'; did you mean wsd.op?", id="unknown field"
        ),
        pytest.param("op == x", 1, "did you mean wsd.op?", id="without its family"),
        pytest.param(
            "frame.number == 1", 1, "no field 'frame.number'; there are wsd.op, wsd.action", id="another family"
        ),
        pytest.param("wsd.op > 5", 10, "wsd.op is a text", id="text in an order"),
        pytest.param("wsd.time > fast", 12, "wsd.time is a number of seconds, found 'fast'", id="no number"),
        pytest.param("wsd.time contains 5", 19, "wsd.time is a number", id="number searched"),
        pytest.param("wsd.job in {1, x}", 16, "wsd.job is a number, found 'x'", id="no number in a set"),
        pytest.param('wsd.op == "Retr', 11, "its closing quote is missing", id="open quote"),
        pytest.param("wsd.op == ", 10, "expected a value, found the end", id="no value"),
        pytest.param('wsd.op matches "("', 16, "'(' is no regular expression", id="bad pattern"),
        pytest.param("wsd.op == a wsd.op", 13, "expected and, or or the end, found 'wsd'", id="no joining word"),
        pytest.param("(wsd.op == a", 13, "expected ), found the end", id="open parenthesis"),
        pytest.param("wsd.op == a)", 12, "found ')'", id="closing parenthesis"),
        pytest.param("wsd.op in x", 11, "expected {, found 'x'", id="no set"),
        pytest.param("5 > wsd.time", 1, "expected a field (wsd.op …), found '5'", id="value first"),
        pytest.param("wsd.op == x and", 16, "expected a field (wsd.op …), found the end", id="nothing behind and"),
        pytest.param("(" * 101 + "wsd.op", 101, "more than 100 parentheses", id="too deep"),
        pytest.param("not " * 101 + "wsd.op", 401, "more than 100 parentheses or nots", id="too many nots"),
        pytest.param("x" * 10_001, 1, "a filter of 10,001 characters", id="too long"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_column(text: str, column: int, says: str) -> None:
    with pytest.raises(BadFilter) as told:
        parse(text)
    assert told.value.column == column, told.value
    assert says in told.value.problem
    assert told.value.summary.startswith(f"filter, column {column}: ")


def test_a_mark_stands_below_the_column() -> None:
    with pytest.raises(BadFilter) as told:
        parse("wsd.op = x")
    assert str(told.value).splitlines()[1:] == ["  wsd.op = x", "         ^"]


PIECES = ["wsd.op", "==", "(", ")", "not", "and", "in", "{", "1", '"']


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_no_text_raises_anything_else(text: str) -> None:
    column = 1
    try:
        parse(text)
    except BadFilter as error:
        column = error.column
    assert 1 <= column <= len(text) + 1


WORDS = "op action mid relates job fault status time bytes device client finding page"


def test_every_field_has_a_meaning() -> None:
    assert all(field.meaning and field.name.startswith("wsd.") for field in FIELDS.values())
    assert list(FIELDS) == [f"wsd.{word}" for word in WORDS.split()]
