"""The plan of an example: what it answers is what the readers answer."""

import pytest
from lxml import etree

from tests.soap.schema.shapes import URN, Whole
from wsdtrace.soap.schema import Element, decode_element, shape
from wsdtrace.soap.schema.plan import MEMO, Getter, Planner, Unplanned
from wsdtrace.soap.template import runs_of

TEXT = (
    f"<Whole xmlns='{URN}' Key='1'><Title>t</Title><Wrapped>Red</Wrapped><Container><Inner><Number>2</Number></Inner>"
    "</Container><Inner><Number>1</Number><Colour>Green</Colour></Inner><Inner><Number>3</Number></Inner>"
    "<Text>f</Text><Flag>true</Flag></Whole>"
)
RUNS = ["t", "Red", "2", "1", "Green", "3", "f", "true"]


def planned(text: str, texts: list[str]) -> tuple[Getter | None, set[int], Element]:
    root = etree.fromstring(text)
    runs = runs_of(root, texts)
    assert runs is not None
    value, _ = decode_element(shape(Whole), root)
    step = Planner(runs, "Whole").plan(shape(Whole), root, value)
    return (step.get, set(step.runs), value) if step is not None else (None, set(), value)


def test_the_example_is_answered_by_its_own_texts() -> None:
    getter, free, value = planned(TEXT, RUNS)
    assert getter is not None
    assert getter(RUNS) == value
    assert free == {0, 1, 2, 3, 4, 5, 7}  # the text in a language is not remembered


@pytest.mark.parametrize(
    ("run", "text"),
    [(0, "u"), (1, "Green"), (2, "3"), (4, "Red"), (5, "1")],
    ids=["string", "wrapped", "deep", "enum", "list"],
)
def test_other_texts_are_answered_as_the_reader_answers(run: int, text: str) -> None:
    planned(TEXT.replace(">t<", ">u<").replace(">Red<", ">Green<"), ["u", "Green", *RUNS[2:]])  # so that it is known
    getter, _, _ = planned(TEXT, RUNS)
    texts = [*RUNS[:run], text, *RUNS[run + 1 :]]
    parts = TEXT.split(">" + RUNS[run] + "<", 1) if run != 5 else TEXT.rsplit(">3<", 1)
    expected, _ = decode_element(shape(Whole), etree.fromstring(f">{text}<".join(parts)))
    assert getter is not None
    assert getter(texts) == expected


@pytest.mark.parametrize(("run", "text"), [(0, " u"), (0, "u "), (2, "x"), (2, "12"), (4, "Blue"), (7, "1")], ids=repr)
def test_what_is_not_known_is_not_answered(run: int, text: str) -> None:
    getter, _, _ = planned(TEXT, RUNS)
    assert getter is not None
    with pytest.raises(Unplanned):
        getter([*RUNS[:run], text, *RUNS[run + 1 :]])


def test_what_does_not_depend_on_texts_is_taken_from_the_example() -> None:
    text = f"<Whole xmlns='{URN}'><Container/><x:a xmlns:x='urn:x'>e</x:a><Title>t</Title></Whole>"
    getter, free, value = planned(text, ["e", "t"])
    assert getter is not None
    assert free == {1}
    changed = getter(["e", "u"])
    assert isinstance(changed, Whole)
    assert changed.title == "u"
    assert changed.extensions == value.extensions
    assert changed.wire is value.wire


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"<Whole xmlns='{URN}'><Title> t</Title></Whole>", id="text kept as it stood"),
        pytest.param(f"<Whole xmlns='{URN}'><Title a='1'> t</Title></Whole>", id="attribute"),
        pytest.param(f"<Whole xmlns='{URN}'><Names> t</Names></Whole>", id="name"),
        pytest.param(f"<Whole xmlns='{URN}'><New> t</New></Whole>", id="unknown"),
    ],
)
def test_a_text_that_is_odd_is_never_free(text: str) -> None:
    getter, free, _ = planned(text, [" t"])
    assert getter is None
    assert free == set()


def test_what_repeats_is_the_same_value_again_and_memories_are_bounded() -> None:
    text = f"<Whole xmlns='{URN}'><Inner><Number>1</Number><Colour>Red</Colour></Inner><Title>t</Title></Whole>"
    for number in range(10):
        planned(text.replace(">1<", f">{number}<"), [str(number), "Red", "t"])
    getter, _, _ = planned(text, ["1", "Red", "t"])
    assert getter is not None
    first, second = getter(["1", "Red", "a"]), getter(["1", "Red", "b"])
    assert first.inner[0] is second.inner[0]
    assert [getter([str(number), "Red", "a"]).inner[0].number for number in range(10)] == list(range(10))
    assert MEMO >= 100
