"""WSD60x–62x: who left a job, and what cannot be said of it."""

from __future__ import annotations

import pytest

from wsdtrace import scenario

ADF = "CreateScanJob source=ADF -> JobId=1 JobToken=t\n"
FLATBED = "CreateScanJob source=Platen images=1 -> JobId=1 JobToken=t\n"
PAGE = "RetrieveImage JobId=1 JobToken=t -> image\n"
EMPTY = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable\n"
GONE = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound\n"
LATER = "GetScannerElements -> ok\n"
MINE = {"WSD601", "WSD602", "WSD607", "WSD608", "WSD609", "WSD615", "WSD616", "WSD624", "WSD625"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param(ADF + PAGE + "wait 59s\n" + LATER, {"WSD602"}, id="59 s prove nothing"),
        pytest.param(ADF + PAGE + "wait 61s\n" + LATER, {"WSD601"}, id="61 s do"),
        pytest.param(ADF + PAGE + EMPTY + "wait 90s\n" + LATER, set(), id="an ended job is no orphan"),
        pytest.param(ADF + PAGE + GONE + "wait 90s\n" + LATER, set(), id="neither is one that the device denies"),
        pytest.param(FLATBED + PAGE + "wait 90s\n" + LATER, set(), id="nor one that gave its page"),
        pytest.param(ADF + "tcp: gap 100\n" + LATER + "wait 90s\n" + LATER, set(), id="a hole proves nothing"),
        pytest.param(FLATBED + GONE, {"WSD608"}, id="denied before its page"),
        pytest.param(ADF + PAGE + GONE, set(), id="a feeder may end so"),
        pytest.param(FLATBED + PAGE + "CancelJob JobId=1 -> ok\n", {"WSD615"}, id="a late cancel that is accepted"),
        pytest.param(ADF + PAGE + EMPTY + "CancelJob JobId=1 -> ok\n", {"WSD615", "WSD616"}, id="of a job it ended"),
        pytest.param("Hello\n" + GONE, {"WSD607"}, id="a job of nobody"),
    ],
)
def test_what_is_said_of_a_job(text: str, codes: set[str]) -> None:
    assert {f.code for f in scenario.check(text).findings} & MINE == codes
