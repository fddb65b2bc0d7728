"""Envelopes → operations and typed bodies."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.shared import needs_shared
from tests.soap.corpus import cases, enveloped, recordings
from tests.wsd.strategies import value_of
from wsdtrace.soap import Fault, read_envelope, redactions, span_at
from wsdtrace.soap.namespaces import DISCOVERY_11, FAMILIES, PRINT, SCAN
from wsdtrace.soap.schema import Element, Shape, declared, decode_element, encode_element, shape
from wsdtrace.wsd import MESSAGES, Role, decode_message, lookup_action, operation_of
from wsdtrace.wsd.discovery import Hello
from wsdtrace.wsd.jobs import ActiveJobs, JobSummary
from wsdtrace.wsd.scan import CancelJobRequest, GetActiveJobsResponse, GetJobElementsRequest
from wsdtrace.wsd.values import JobState

CANCEL = "<wscn:CancelJobRequest><wscn:JobId>1</wscn:JobId></wscn:CancelJobRequest>"


def test_a_message_is_typed() -> None:
    data = enveloped(
        "<wscn:GetActiveJobsResponse><wscn:ActiveJobs><wscn:JobSummary><wscn:JobId>3</wscn:JobId>"
        "<wscn:JobName>n</wscn:JobName><wscn:JobOriginatingUserName>u</wscn:JobOriginatingUserName>"
        "<wscn:JobState>Processing</wscn:JobState><wscn:ScansCompleted>0</wscn:ScansCompleted>"
        "</wscn:JobSummary></wscn:ActiveJobs></wscn:GetActiveJobsResponse>"
    )
    decoded = decode_message(read_envelope(data))
    assert decoded.violations == ()
    summary = JobSummary(
        job_id=3, job_name="n", job_originating_user_name="u", job_state=JobState.PROCESSING, scans_completed=0
    )
    assert decoded.value == GetActiveJobsResponse(active_jobs=ActiveJobs(job_summary=(summary,)))
    assert decoded.message is not None
    assert (decoded.message.operation, decoded.message.role) == ("GetActiveJobs", Role.RESPONSE)


@pytest.mark.parametrize(
    ("body", "action", "operation"),
    [
        pytest.param(CANCEL, f"{SCAN}/CancelJob", "CancelJob", id="action and body"),
        pytest.param(CANCEL, None, "CancelJob", id="body alone"),
        pytest.param("", f"{SCAN}/CancelJob", "CancelJob", id="action alone"),
        pytest.param(CANCEL, f"{SCAN}/RetrieveImage", "RetrieveImage", id="the action counts"),
        pytest.param(CANCEL, "urn:x", "CancelJob", id="unknown action"),
        pytest.param("<x/>", "urn:x", None, id="nothing known"),
        pytest.param("<soap:Fault/>", None, None, id="fault"),
        pytest.param(
            "<soap:Fault/>", "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault", None, id="fault action"
        ),
        pytest.param("", None, None, id="empty"),
        pytest.param("<t:CancelJobRequest xmlns:t='http://tempuri.org/'/>", None, "CancelJob", id="unknown namespace"),
    ],
)
def test_the_operation_of_a_message(body: str, action: str | None, operation: str | None) -> None:
    assert operation_of(read_envelope(enveloped(body, action=action))) == operation


ALIAS = SCAN.replace("2006/08", "2006/01")
TEMPURI = CANCEL.replace("wscn:", "t:").replace("Request>", "Request xmlns:t='http://tempuri.org/'>", 1)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        pytest.param(CANCEL, CancelJobRequest(job_id=1), id="declared"),
        pytest.param(TEMPURI, CancelJobRequest(job_id=1), id="in an unknown namespace"),
        pytest.param(TEMPURI.replace("http://tempuri.org/", ALIAS), CancelJobRequest(job_id=1), id="in an alias"),
        pytest.param(
            f"<d:Hello xmlns:d='{DISCOVERY_11}'><d:MetadataVersion>4</d:MetadataVersion></d:Hello>",
            Hello(metadata_version=4),
            id="in another version",
        ),
        pytest.param(
            "<wscn:GetJobElements><wscn:JobId>1</wscn:JobId></wscn:GetJobElements>",
            GetJobElementsRequest(job_id=1),
            id="misspelt",
        ),
        pytest.param(CANCEL.replace("wscn:", "q:"), None, id="prefix that nobody uses"),
        pytest.param("<CancelJobRequest/>", None, id="in no namespace"),
        pytest.param(f"<p:PrintJob xmlns:p='{PRINT}'/>", None, id="WS-Print"),
        pytest.param("", None, id="empty"),
    ],
)
def test_the_value_of_a_message(body: str, value: Element | None) -> None:
    assert decode_message(read_envelope(enveloped(body))).value == value


def test_a_prefix_without_binding_that_everybody_uses_is_understood() -> None:
    data = enveloped(CANCEL).replace(b"xmlns:wscn", b"xmlns:other")
    assert decode_message(read_envelope(data)).value == CancelJobRequest(job_id=1)


def test_how_a_value_was_read_does_not_make_it_another_one() -> None:
    read = decode_message(read_envelope(enveloped(CANCEL)))
    assert replace(read, by_plan=True) == replace(read, by_plan=False)
    assert read != decode_message(read_envelope(enveloped(CANCEL.replace("1", "2"))))


def test_a_fault_is_the_value() -> None:
    assert isinstance(decode_message(read_envelope(enveloped("<soap:Fault/>"))).value, Fault)


def test_a_misspelt_body_element_is_told() -> None:
    decoded = decode_message(read_envelope(enveloped("<wscn:GetJobElements/>")))
    assert next((v.kind.value, v.path, v.reliable) for v in decoded.violations) == (
        "element_alias",
        "GetJobElements",
        True,
    )


def test_every_violation_of_the_recordings_leads_to_its_bytes() -> None:
    for data in cases():
        envelope = read_envelope(data)
        for violation in decode_message(envelope).violations:
            assert not violation.reliable or span_at(envelope, violation.path) is not None


BODIES = [shape(message.type) for message in MESSAGES if message.type is not None]
NSMAP: dict[str | None, str] = {family.prefix: family.canonical for family in FAMILIES}


@pytest.mark.parametrize("type_", BODIES, ids=lambda type_: type_.local)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_what_is_written_is_read_again(type_: Shape, seed: int) -> None:
    value = value_of(type_, random.Random(seed))
    text = etree.tostring(encode_element(value, prefixes=NSMAP))
    again, _ = decode_element(type_, etree.fromstring(text))
    assert again == value


@pytest.mark.parametrize("type_", BODIES, ids=lambda type_: type_.local)
def test_an_empty_message_lacks_what_is_required_and_nothing_else(type_: Shape) -> None:
    value, violations = decode_element(type_, etree.Element(type_.tag))
    assert value == type_.cls()
    required = [f.local for f in type_.children if f.spec.minimum and not f.spec.choice and not f.spec.tolerated]
    assert [v.path.rpartition("/")[2] for v in violations if v.kind == "element_missing"] == required


def test_every_declared_type_has_a_meaning_and_every_line_too() -> None:
    silent = []
    for cls in declared():
        type_ = shape(cls)
        if cls.__module__.startswith("wsdtrace."):
            silent += [f"{cls.__name__}"] if not type_.meaning else []
            silent += [f"{cls.__name__}.{f.python}" for f in type_.fields() if not f.spec.meaning or not f.source]
    # Two have no page: a text in a language, and a scanner as a whole, which no operation sends.
    assert set(silent) <= {"Text.value", "Text.lang"}


MUTATIONS = (
    lambda data, at, rng: data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
    lambda data, at, rng: data[:at] + data[at + rng.randrange(1, 40) :],
    lambda data, at, rng: data[:at] + data[max(0, at - rng.randrange(1, 60)) : at] + data[at:],
    lambda data, at, _: data[:at],
    lambda data, at, rng: (
        data[:at] + rng.choice([b"<", b">", b"&", b"</x>", b"<x>", b'"', b" ", b":", b"\0"]) + data[at:]
    ),
    lambda data, at, rng: data[:at] + data[at:].replace(b":", rng.choice([b"", b"x:", b"::"]), 1),
)


def mutate(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice([1, 1, 2, 5])):
        data = rng.choice(MUTATIONS)(data, rng.randrange(len(data) + 1), rng)
    return data


def look_at(data: bytes) -> Any:
    envelope = read_envelope(data)
    decoded = decode_message(envelope)
    return operation_of(envelope), decoded, redactions(envelope), [v.path for v in decoded.violations]


def test_no_mutated_message_raises() -> None:
    rng = random.Random(20061109)  # the day of the 1.0 specification
    messages = cases()
    for _ in range(1500):
        look_at(mutate(rng.choice(messages), rng))


@pytest.mark.fuzz
@needs_shared
def test_none_of_ten_thousand_mutated_messages_raises() -> None:
    rng = random.Random(825)
    messages = [data for data in recordings() if len(data) < 4000]
    for _ in range(10_000):
        look_at(mutate(rng.choice(messages), rng))


def test_every_action_of_the_cases_is_known_but_those_invented_on_purpose() -> None:
    unknown = set()
    for data in cases():
        action = read_envelope(data).headers.action
        if action and lookup_action(action) is None:
            unknown.add(action)
    assert unknown <= {f"{SCAN}/Bogus"}


def cancel(content: str, attributes: str = "") -> str:
    return f"<wscn:CancelJobRequest {attributes}>{content}</wscn:CancelJobRequest>"


TYPES = "<d:Probe xmlns:d='http://schemas.xmlsoap.org/ws/2005/04/discovery'><d:Types>%s</d:Types></d:Probe>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(cancel("", " ".join(f"a{n}=''" for n in range(40_000))), id="attributes"),
        pytest.param(cancel("<wscn:JobId>1</wscn:JobId>" * 40_000), id="repeated"),
        pytest.param(cancel("<wscn:X/>" * 40_000), id="unknown"),
        pytest.param(cancel("".join(f"<q{n}:x/>" for n in range(20_000))), id="prefixes"),
        pytest.param(cancel("<wscn:JobToken>x" * 20_000), id="never closed"),
        pytest.param(TYPES % " ".join(f"q{n}:x" for n in range(40_000)), id="names"),
    ],
)
def test_no_message_takes_more_than_linear_time(body: str) -> None:
    start = time.process_time()
    look_at(enveloped(body))
    assert time.process_time() - start < 20  # of the processor; a quadratic step would take minutes
