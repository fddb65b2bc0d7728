"""The table of what can be said about how an exchange travels."""

import dataclasses

import pytest

from wsdtrace.scenario.model import Manner
from wsdtrace.scenario.phrases import PHRASES, TEXT_ARGUMENTS, Channel, Phrase, forms_of, match_phrase
from wsdtrace.scenario.words import split_words


def example(form: str) -> str:
    """The form with an argument in every place."""
    return " ".join(("x" if word in TEXT_ARGUMENTS else "7") if word.isupper() else word for word in form.split())


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: f"{phrase.channel}: {phrase.form}")
def test_every_form_is_understood_as_itself(phrase: Phrase) -> None:
    found = match_phrase(phrase.channel, split_words(example(phrase.form), 1))
    assert found is not None
    assert tuple(found) == phrase.fields


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: f"{phrase.channel}: {phrase.form}")
def test_every_form_changes_a_field_of_its_channel(phrase: Phrase) -> None:
    part = getattr(Manner(), phrase.channel.value)
    found = phrase.match(split_words(example(phrase.form), 1))
    assert found is not None
    assert dataclasses.replace(part, **found) != part


@pytest.mark.parametrize("channel", Channel)
def test_every_field_of_a_channel_can_be_said(channel: Channel) -> None:
    said = {field for phrase in PHRASES if phrase.channel is channel for field in phrase.fields}
    assert said == {field.name for field in dataclasses.fields(getattr(Manner(), channel.value))}


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        pytest.param(Channel.TCP, "gap", id="argument missing"),
        pytest.param(Channel.TCP, "gap many", id="no number"),
        pytest.param(Channel.TCP, "gap -1", id="negative"),
        pytest.param(Channel.TCP, "gap 1 2", id="one too many"),
        pytest.param(Channel.TCP, "chunked", id="of another channel"),
        pytest.param(Channel.TCP, "", id="nothing"),
    ],
)
def test_what_is_no_form_is_not_understood(channel: Channel, text: str) -> None:
    assert match_phrase(channel, split_words(text, 1)) is None


def test_a_type_takes_the_rest_of_the_line() -> None:
    words = split_words("type text/html; charset=utf-8", 1)
    assert match_phrase(Channel.HTTP, words) == {"type": "text/html; charset=utf-8"}


def test_no_form_is_twice_in_the_table() -> None:
    forms = [(channel, form) for channel in Channel for form in forms_of(channel)]
    assert len(forms) == len(set(forms)) == len(PHRASES)
