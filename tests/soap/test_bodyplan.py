"""The plan of a body; that it reads what the parser reads is held by `test_template`."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.soap.corpus import enveloped
from wsdtrace.soap import Envelope, read_envelope
from wsdtrace.soap.bodyplan import BodyPlan
from wsdtrace.soap.schema import DateTime
from wsdtrace.soap.schema.plan import Unplanned
from wsdtrace.soap.template import cut
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.scan import CancelJobRequest, CancelJobResponse

DATA = enveloped("<wscn:CancelJobRequest><wscn:JobId>1</wscn:JobId></wscn:CancelJobRequest>", action="urn:a")


def _parsed(data: bytes) -> Envelope:
    """An envelope that has no template: behind white space none is looked for."""
    return read_envelope(b"\n" + data)


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


@pytest.mark.parametrize("text", ["one", "+1", "007", "2147483648", "1 "])
def test_a_text_that_is_no_value_or_written_otherwise_is_not_answered(text: str) -> None:
    plan, texts = plan_of(DATA)
    with pytest.raises(Unplanned):
        plan.read([*texts[:2], text])


@given(clock=st.datetimes(timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=-3, minutes=-30))])))
def test_a_clock_that_goes_on_is_read_as_the_parser_reads_it(clock: datetime) -> None:
    def told(text: str) -> bytes:
        body = (
            "<wscn:GetScannerElementsResponse><wscn:ScannerElements><wscn:ElementData Name='wscn:ScannerStatus' "
            f"Valid='true'><wscn:ScannerStatus><wscn:ScannerCurrentTime>{text}</wscn:ScannerCurrentTime>"
            "<wscn:ScannerState>Idle</wscn:ScannerState></wscn:ScannerStatus></wscn:ElementData>"
            "</wscn:ScannerElements></wscn:GetScannerElementsResponse>"
        )
        return enveloped(body, action="urn:a")

    plan, texts = plan_of(told("2025-10-09T08:53:20Z"))
    written = DateTime().write(clock)
    expected = decode_message(_parsed(told(written))).value
    assert plan.read([written if text.startswith("2025") else text for text in texts]) == expected


def test_a_body_without_texts_is_the_example() -> None:
    plan, texts = plan_of(enveloped("<wscn:CancelJobResponse/>", action="urn:a"))
    assert plan.read(texts) == CancelJobResponse()


@pytest.mark.parametrize("body", ["", "<x>1</x>"])
def test_what_is_not_typed_is_not_answered(body: str) -> None:
    plan, texts = plan_of(enveloped(body, action="urn:a"))
    with pytest.raises(Unplanned):
        plan.read(texts)
