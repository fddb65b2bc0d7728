"""The plan of a body; that it reads what the parser reads is held by `test_template`."""

import pytest

from tests.soap.corpus import enveloped
from wsdtrace.soap import read_envelope
from wsdtrace.soap.bodyplan import BodyPlan
from wsdtrace.soap.schema.plan import Unplanned
from wsdtrace.soap.template import cut
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.scan import CancelJobRequest, CancelJobResponse

DATA = enveloped("<wscn:CancelJobRequest><wscn:JobId>1</wscn:JobId></wscn:CancelJobRequest>", action="urn:a")


def plan_of(data: bytes) -> tuple[BodyPlan, list[str]]:
    envelope = read_envelope(data)
    runs = cut(data)
    assert runs is not None
    return BodyPlan(envelope, runs[1], decode_message(envelope).value), runs[1]


def test_texts_of_the_body_make_its_value() -> None:
    decode_message(read_envelope(DATA.replace(b">1<", b">2<")))  # so that the number is known
    plan, texts = plan_of(DATA)
    assert texts == ["urn:a", "urn:uuid:1", "1"]
    assert plan.read(["urn:b", "x", "2"]) == CancelJobRequest(job_id=2)


def test_a_text_that_nobody_read_before_is_not_answered() -> None:
    plan, texts = plan_of(DATA)
    with pytest.raises(Unplanned):
        plan.read([*texts[:2], "one"])


def test_a_body_without_texts_is_the_example() -> None:
    plan, texts = plan_of(enveloped("<wscn:CancelJobResponse/>", action="urn:a"))
    assert plan.read(texts) == CancelJobResponse()


@pytest.mark.parametrize("body", ["", "<x>1</x>"])
def test_what_is_not_typed_is_not_answered(body: str) -> None:
    plan, texts = plan_of(enveloped(body, action="urn:a"))
    with pytest.raises(Unplanned):
        plan.read(texts)
