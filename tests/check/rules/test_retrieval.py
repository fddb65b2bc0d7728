"""WSD60x, WSD61x: the 60 s, to the tenth of a second, and pairs of JobId and JobToken."""

from __future__ import annotations

import pytest

from wsdtrace import scenario

ADF = "CreateScanJob source=ADF -> JobId=1 JobToken=t\n"
PAGE = "RetrieveImage JobId=1 JobToken=t -> image\n"
EMPTY = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable\n"
MINE = {"WSD603", "WSD604", "WSD605", "WSD610", "WSD611", "WSD612", "WSD613", "WSD614", "WSD626"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param(ADF + "wait 59.5s\n" + PAGE + EMPTY, set(), id="first in time"),
        pytest.param(ADF + "wait 60.1s\n" + PAGE + EMPTY, {"WSD603", "WSD605"}, id="first late"),
        pytest.param(ADF + PAGE + "wait 59.5s\n" + PAGE + EMPTY, set(), id="next in time"),
        pytest.param(ADF + PAGE + "wait 60.1s\n" + PAGE + EMPTY, {"WSD604", "WSD605"}, id="next late"),
        pytest.param(
            f"{ADF}RetrieveImage JobId=1 JobToken=t -> image after 50s over 40s\nwait 30s\n{EMPTY}",
            set(),
            id="a slow page is no late client",
        ),
        pytest.param(ADF + PAGE + EMPTY + EMPTY, {"WSD614"}, id="after the end"),
        pytest.param(
            "CreateScanJob source=Platen images=0 -> JobId=1 JobToken=t\n" + PAGE + EMPTY,
            set(),
            id="a flatbed may be asked whether there is more",
        ),
        pytest.param(ADF + "CancelJob JobId=1 -> ok\n" + EMPTY, {"WSD612"}, id="after a cancel"),
        pytest.param(
            ADF + "CancelJob JobId=1 -> Fault OperationFailed\n" + PAGE + EMPTY, set(), id="a refused cancel is none"
        ),
    ],
)
def test_when_images_are_asked_for(text: str, codes: set[str]) -> None:
    assert {f.code for f in scenario.check(text).findings} & MINE == codes


def test_tokens_are_not_told() -> None:
    text = "CreateScanJob -> JobId=1 JobToken=secretone\nRetrieveImage JobId=1 JobToken=secrettwo -> image"
    for finding in scenario.check(text).findings:
        said = finding.message + "".join(e.detail + (e.excerpt or "") for e in finding.evidence)
        assert "secretone" not in said
        assert "secrettwo" not in said
