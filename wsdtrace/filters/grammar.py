"""A text → the tree of its comparisons; what cannot be understood is told with its column.

Theory of operation: the grammar is lark's, read by LALR(1) with a lexer that knows which words may stand where. The
tree is of three kinds of nodes: `Any_`, `All_` and `Not` join, `Compare` and `Present` ask one field. Whether a field
exists, and whether its values can be compared like that, is asked while the tree is built, because only here it is
known in which column a word stands.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadFilter
from wsdtrace.filters.fields import FIELDS, Field, Holds

if TYPE_CHECKING:
    from lark import Lark, Token
    from lark.exceptions import UnexpectedInput

GRAMMAR = r"""
?start: either
?either: both (("or" | "||") both)*       -> either
?both: claim (("and" | "&&") claim)*      -> both
?claim: ("not" | "!") claim               -> negation
      | "(" either ")"
      | comparison
comparison: FIELD                         -> present
          | FIELD OP value                -> compared
          | FIELD "in" "{" values "}"     -> member
          | FIELD "in" "(" values ")"     -> member
          | FIELD "in" "[" values "]"     -> member
          | FIELD "contains" value        -> contains
          | FIELD "matches" value         -> matches
values: value ("," value)* ","?
value: STRING | NUMBER | WORD

FIELD: /[A-Za-z_]\w*(\.\w+)*/
OP: "==" | "!=" | "<=" | ">=" | "<" | ">"
STRING: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/
NUMBER: /[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?(?![\w:.\/-])/
WORD: /[^\s"'(){}\[\],=!<>&|]+/
%ignore /\s+/
"""

MAX_FILTER = 10_000
"""Characters of a filter; what a person types has less than 500."""

MAX_DEPTH = 100
"""Parentheses and `not` within one another; evaluation goes as deep."""

_OPERATOR = "an operator (==, !=, <, <=, >, >=, in, contains, matches)"

_EXPECTED = (
    ("FIELD", "a field (wsd.op …)"), ("OP", _OPERATOR), ("STRING", "a value"), ("LBRACE", "{"), ("COMMA", ","),
    ("RBRACE", "}"), ("AND", "and"), ("OR", "or"), ("$END", "the end"),
)  # fmt: skip
"""Names of what the parser can take, and what a person calls it; other spellings of these are not told."""


@dataclass(frozen=True, slots=True)
class Compare:
    """One of a field's values compares so."""

    field: Field
    op: str
    """`==`, `!=`, `<`, `>`, `<=`, `>=`, `in`, `contains` or `matches`."""
    values: tuple[str | float, ...]
    """One, but for `in`."""
    pattern: re.Pattern[str] | None = None
    """Of `matches`."""


@dataclass(frozen=True, slots=True)
class Present:
    """A field has a value."""

    field: Field


@dataclass(frozen=True, slots=True)
class Not:
    """The claim does not hold."""

    claim: Node


@dataclass(frozen=True, slots=True)
class All:
    """Every claim holds."""

    claims: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one claim holds."""

    claims: tuple[Node, ...]


Node = Compare | Present | Not | All | Some


def parse(text: str) -> Node:
    """The tree of a filter.

    Raises:
        BadFilter: it cannot be understood; names the column.
    """
    from lark.exceptions import UnexpectedInput  # noqa: PLC0415 - 90 ms, only for those who filter

    if len(text) > MAX_FILTER:
        raise BadFilter(text[:80], 1, f"a filter of {len(text):,} characters; at most {MAX_FILTER:,} are read")
    if not text.strip():
        raise BadFilter(text, 1, 'nothing to filter by; expected a comparison such as wsd.op == "RetrieveImage"')
    _check_depth(text)
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _told(text, error) from None
    return _Builder(text).node(tree)


@cache
def _parser() -> Lark:
    from lark import Lark  # noqa: PLC0415 - see `parse`

    return Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _check_depth(text: str) -> None:
    depth = 0
    for found in re.finditer(r"""["'](?:\\.|[^"'\\])*["']|[()]|\bnot\b|!(?!=)""", text):
        depth += {"(": 1, ")": -1}.get(found.group(), 0 if found.group()[0] in "\"'" else 1)
        if depth > MAX_DEPTH:
            raise BadFilter(text, found.start() + 1, f"more than {MAX_DEPTH} parentheses or nots within one another")


def _told(text: str, error: UnexpectedInput) -> BadFilter:
    """What was expected, and what stands there."""
    parser = getattr(error, "interactive_parser", None)
    # What the state lists may be more than the parser can take: states are merged.
    expected = parser.accepts() if parser is not None else getattr(error, "allowed", None) or set()
    words = [word for name, word in _EXPECTED if name in expected]
    if _OPERATOR in words:
        words = [_OPERATOR]
    token: Any = getattr(error, "token", None)
    at_end = token is not None and token.type == "$END"
    column = len(text.rstrip()) + 1 if at_end else (error.pos_in_stream or 0) + 1
    if "RPAR" in expected and text[: column - 1].count("(") > text[: column - 1].count(")"):
        words.append(")")
    found = "the end" if at_end else repr(_word_at(text, column - 1))
    hint = ""
    if not at_end and text[column - 1 : column] == "=" and "OP" in expected:
        hint = "; equality is =="
    elif not at_end and text[column - 1 : column] in "\"'":
        hint = "; its closing quote is missing"
    return BadFilter(text, column, f"expected {_listed(words)}, found {found}{hint}")


def _listed(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "something else"


def _word_at(text: str, at: int) -> str:
    found = re.compile(r"\w+|\S").match(text, at)
    return found.group() if found else text[at : at + 1]


class _Builder:
    """Makes nodes of lark's tree, and checks each comparison."""

    def __init__(self, text: str) -> None:
        self._text = text

    def node(self, tree: Any) -> Node:
        kind = str(tree.data)
        if kind in ("either", "both"):
            claims = tuple(self.node(child) for child in tree.children)
            if len(claims) == 1:
                return claims[0]
            return Some(claims) if kind == "either" else All(claims)
        if kind == "negation":
            return Not(self.node(tree.children[0]))
        field = self._field(tree.children[0])
        if kind == "present":
            return Present(field)
        if kind == "compared":
            op, value = tree.children[1], tree.children[2].children[0]
            if op in ("<", ">", "<=", ">="):
                return Compare(field, str(op), (self._number(field, value),))
            return Compare(field, str(op), (self._value(field, value),))
        if kind == "member":
            return Compare(field, "in", tuple(self._value(field, v.children[0]) for v in tree.children[1].children))
        return self._search(field, kind, tree.children[1].children[0])

    def _search(self, field: Field, kind: str, token: Token) -> Compare:
        if field.holds is Holds.NUMBERS:
            raise self._bad(token, f"{field.name} is a number: compare it with ==, != <, >, <=, >= or in")
        text = _plain(token)
        if kind == "contains":
            return Compare(field, kind, (text,))
        try:
            return Compare(field, kind, (text,), re.compile(text, re.IGNORECASE))
        except re.error as error:
            raise self._bad(token, f"{text!r} is no regular expression: {error}") from None

    def _field(self, token: Token) -> Field:
        known = FIELDS.get(str(token))
        if known is not None:
            return known
        near = difflib.get_close_matches(str(token), FIELDS, n=1, cutoff=0.5)
        near = near or difflib.get_close_matches(f"wsd.{token}", FIELDS, n=1, cutoff=0.7)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(FIELDS)}"
        raise self._bad(token, f"no field {str(token)!r}{hint}")

    def _value(self, field: Field, token: Token) -> str | float:
        if field.holds is Holds.NUMBERS:
            return self._number(field, token)
        if field.holds is Holds.BOTH and token.type == "NUMBER":
            return float(token)
        return _plain(token)

    def _number(self, field: Field, token: Token) -> float:
        if field.holds is Holds.TEXTS:
            raise self._bad(token, f'{field.name} is a text: compare it with == "…", !=, in, contains or matches')
        try:
            return float(_plain(token))
        except ValueError:
            raise self._bad(token, f"{field.name} is a number{field.unit_words}, found {_plain(token)!r}") from None

    def _bad(self, token: Token, problem: str) -> BadFilter:
        return BadFilter(self._text, (token.start_pos or 0) + 1, problem)


def _plain(token: Token) -> str:
    """The text that a value means: without quotes; a backslash takes its meaning from a quote or a backslash."""
    text = str(token)
    return re.sub(r"\\([\"'\\])", r"\1", text[1:-1]) if token.type == "STRING" else text
