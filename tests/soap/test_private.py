"""Which bytes are private. The oracle is the text itself."""

import pytest

from tests.soap.corpus import enveloped
from wsdtrace import wsd
from wsdtrace.soap import private_names, read_envelope, redactions
from wsdtrace.soap.positions import MAX_ROWS

TICKET = (
    "<wscn:CreateScanJobRequest><wscn:DestinationToken>t0ken</wscn:DestinationToken><wscn:ScanTicket>"
    "<wscn:JobDescription><wscn:JobName>n</wscn:JobName>"
    "<wscn:JobOriginatingUserName a='>'> us<![CDATA[er]]> </wscn:JobOriginatingUserName></wscn:JobDescription>"
    "</wscn:ScanTicket></wscn:CreateScanJobRequest>"
)


def private(data: bytes) -> list[bytes]:
    return [data[span.start : span.end] for span in redactions(read_envelope(data))]


def test_tokens_and_user_names_are_private() -> None:
    assert wsd.MESSAGES
    assert private_names() >= {
        "JobToken",
        "DestinationToken",
        "JobOriginatingUserName",
        "ClientDisplayName",
        "Computer",
    }
    assert private(enveloped(TICKET)) == [b"t0ken", b" us<![CDATA[er]]> "]


def test_an_empty_element_has_nothing_private() -> None:
    assert private(enveloped("<wscn:R><wscn:JobToken/><wscn:JobToken></wscn:JobToken></wscn:R>")) == []


@pytest.mark.parametrize("prefix", ["wscn:", "", "zzz:"])
def test_a_name_is_private_under_every_prefix(prefix: str) -> None:
    assert private(enveloped(f"<x><{prefix}JobToken>s</{prefix}JobToken></x>")) == [b"s"]


@pytest.mark.parametrize("end", [b"</wscn:JobName>", b"n</wscn:JobName>", b"</wscn:DestinationToken>"])
def test_what_stands_behind_a_defect_is_private_too(end: bytes) -> None:
    data = enveloped(TICKET).replace(end, b"</x>", 1)
    assert not read_envelope(data).well_formed
    found = b"".join(private(data))
    assert b"t0ken" in found
    assert b"us<![CDATA[er]]>" in found


def test_a_message_that_is_cut_in_a_secret_keeps_it_private() -> None:
    data = enveloped(TICKET)
    assert private(data[: data.index(b"ken</wscn")]) == [b"t0"]


def test_what_stands_behind_the_last_known_place_is_private_too() -> None:
    data = enveloped("<wscn:x>" + "<wscn:y/>" * MAX_ROWS + "</wscn:x>" + TICKET)
    assert read_envelope(data).well_formed
    found = private(data)
    assert found[0] == b"t0ken"
    assert b" us<![CDATA[er]]> " in found[1]
