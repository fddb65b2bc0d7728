"""The table of readings, and that they fit what is being read."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.check.interpretations import READINGS
from wsdtrace.soap.namespaces import SCAN, WSA
from wsdtrace.wsd import lookup_fault

ADF = "CreateScanJob source=ADF -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image\n"
GONE = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound"


def readings_of(text: str) -> list[str]:
    return [r.text for f in scenario.check(text).findings if f.code == "WSD330" for r in f.interpretations]


@pytest.mark.parametrize("row", READINGS, ids=lambda r: f"{r.subcode} {r.text[:30]}")
def test_a_row_says_what_and_where(row: object) -> None:
    reading = next(r for r in READINGS if r is row)
    assert reading.text
    assert reading.seen_on
    known = lookup_fault(SCAN, reading.subcode) or lookup_fault(WSA, reading.subcode)
    assert known is not None or reading.subcode in ("ClientErrorInvalidDetinationToken", "DestinationUnreachable")


def test_the_likeliest_reading_comes_first() -> None:
    assert readings_of("CreateScanJob -> Fault ServerErrorNotAcceptingJobs")[0].startswith("the scanner is busy")


def test_a_feeder_is_read_otherwise_than_a_flatbed() -> None:
    flatbed = "CreateScanJob source=Platen -> JobId=1 JobToken=t\n" + GONE
    assert any("feeder" in text for text in readings_of(ADF + GONE))
    assert not any("feeder" in text for text in readings_of(flatbed))


def test_the_end_of_a_feed_is_no_news() -> None:
    assert readings_of(ADF + "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable") == []


def test_an_unknown_fault_has_no_reading() -> None:
    assert readings_of("CreateScanJob -> Fault NeverHeardOf") == []
