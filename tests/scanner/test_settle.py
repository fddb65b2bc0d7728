"""Tickets: what becomes of each value, how it is marked, and what is refused."""

import dataclasses
from typing import Any

import pytest

from wsdtrace.scanner.client import Wish
from wsdtrace.scanner.profile import Profile
from wsdtrace.scanner.settle import default_ticket, settle, ticket_of
from wsdtrace.wsd import ticket as t

PROFILE = Profile()


def with_parameters(wish: Wish, **changed: Any) -> t.ScanTicket:
    ticket = wish.ticket()
    assert ticket.document_parameters is not None
    return dataclasses.replace(ticket, document_parameters=dataclasses.replace(ticket.document_parameters, **changed))


def test_a_ticket_that_can_be_had_is_had_unchanged() -> None:
    settled = settle(Wish(source="ADF", dpi=150).ticket(), PROFILE)
    assert not settled.changed
    assert settled.refusal is None
    assert settled.final.images_to_transfer == t.Final(0)


def test_what_was_not_asked_for_is_the_default_and_marked_so() -> None:
    final = settle(t.ScanTicket(), PROFILE).final
    assert final.format == t.Final("jfif", used_default=True)
    assert final.input_source == t.Final("Platen", used_default=True)
    missing = sorted(f.name for f in dataclasses.fields(final) if getattr(final, f.name) is None)
    assert missing == ["film_scan_mode", "wire"]


@pytest.mark.parametrize(
    ("changed", "path", "value"),
    [
        pytest.param({"images_to_transfer": t.Requested(0)}, "images_to_transfer", 1, id="all images of a platen"),
        pytest.param({"input_source": t.Requested("Film")}, "input_source", "Platen", id="a source that is not there"),
        pytest.param({"rotation": t.Requested("45")}, "rotation", "0", id="a rotation that is none"),
        pytest.param(
            {"format": t.Requested("png"), "compression_quality_factor": t.Requested(50)},
            "compression_quality_factor",
            100,
            id="a quality of a lossless format",
        ),
    ],
)
def test_what_cannot_be_had_is_replaced_and_marked_so(changed: dict[str, Any], path: str, value: object) -> None:
    settled = settle(with_parameters(Wish(), **changed), PROFILE)
    assert getattr(settled.final, path) == t.Final(value, override=True)
    assert settled.changed
    assert settled.refusal is None


def test_a_region_beyond_the_original_is_cut() -> None:
    settled = settle(Wish(width=20_000, height=3000).ticket(), PROFILE)
    sides = settled.final.media_sides
    assert sides is not None
    assert sides.media_front is not None
    region = sides.media_front.scan_region
    assert region is not None
    assert region.scan_region_width == t.Final(8500, override=True)
    assert region.scan_region_height == t.Final(3000)


@pytest.mark.parametrize(
    ("ticket", "subcode"),
    [
        pytest.param(Wish(format="jbig").ticket(), "ClientErrorFormatNotSupported", id="a format, whatever MustHonor"),
        pytest.param(
            with_parameters(Wish(), rotation=t.Requested("45", must_honor=True)), "InvalidArgs", id="one that must be"
        ),
        pytest.param(
            Wish(dpi=123, must_honor=True).ticket(),
            "ClientErrorConflictingRequiredParameters",
            id="one of several that must be",
        ),
    ],
)
def test_what_must_be_honoured_and_cannot_is_refused(ticket: t.ScanTicket, subcode: str) -> None:
    refusal = settle(ticket, PROFILE).refusal
    assert refusal is not None
    assert refusal[0] == subcode


def test_a_back_side_is_there_for_duplex_alone() -> None:
    def back(source: str) -> object:
        sides = settle(Wish(source=source).ticket(), PROFILE).final.media_sides
        return None if sides is None else sides.media_back

    assert back("ADFDuplex") is not None
    assert back("ADF") is None


def test_the_ticket_that_is_offered_instead_would_be_accepted() -> None:
    better = ticket_of(settle(Wish(dpi=123, width=99_999).ticket(), PROFILE).final)
    assert not settle(better, PROFILE).changed
    assert not settle(default_ticket(PROFILE), PROFILE).changed
