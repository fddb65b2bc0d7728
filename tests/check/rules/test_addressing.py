"""MessageID, RelatesTo, Action: missing, wrong, contradictory."""

import pytest

from tests.check.rules.judged import CLIENT, DEVICE, facts, found, tally
from wsdtrace.check.finding import FaultOf

SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("> drop wsa:MessageID\nGetScannerElements -> ok", [CLIENT], id="of the request"),
        pytest.param("< drop wsa:MessageID\nGetScannerElements -> ok", [DEVICE], id="of the response"),
        pytest.param("GetScannerElements -> ok", [], id="there"),
    ],
)
def test_missing_message_ids(text: str, expected: list[FaultOf]) -> None:
    assert [f.fault_of for f in found(text, "WSD301")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements -> RelatesTo=urn:uuid:x", ["not the request's MessageID"], id="another"),
        pytest.param(
            "GetScannerElements MessageID=urn:uuid:ab -> RelatesTo=urn:uuid:AB", [], id="a UUID in other letters"
        ),
        pytest.param("< drop wsa:RelatesTo\nGetScannerElements -> ok", ["missing"], id="none"),
        pytest.param("> drop wsa:MessageID\nGetScannerElements -> ok", [], id="nothing to relate to"),
        pytest.param("CreateScanJob -> Fault InvalidArgs", [], id="a fault relates, too"),
    ],
)
def test_relates_to(text: str, expected: list[str]) -> None:
    assert [fact.partition("response is ")[2] for fact in facts(text, "WSD303")] == expected


@pytest.mark.parametrize(
    ("action", "unknown"),
    [
        pytest.param(f"{SCAN}/Bogus", True, id="of no table"),
        pytest.param(f"{SCAN}/GetScannerElements".replace("http:", "https:"), False, id="spelt https"),
        pytest.param(
            "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", False, id="of another protocol of the stack"
        ),
    ],
)
def test_actions(action: str, unknown: bool) -> None:
    assert bool(found(f"GetScannerElements Action={action} -> ok", "WSD304")) == unknown


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(f"GetScannerElements Action={SCAN}/GetActiveJobs -> ok", 1, id="of another operation"),
        pytest.param(
            f"GetScannerElements -> Action={SCAN}/GetScannerElements", 0, id="the request's on the response (A4)"
        ),
        pytest.param("CreateScanJob -> Fault InvalidArgs", 0, id="a fault goes with its own Action"),
    ],
)
def test_action_and_body(text: str, count: int) -> None:
    assert len(found(text, "WSD305")) == count


def test_a_message_of_soap_1_1_is_not_judged_by_the_other_one() -> None:
    edit = "< replace http://www.w3.org/2003/05/soap-envelope http://schemas.xmlsoap.org/soap/envelope/"
    assert tally(f"{edit}\nGetScannerElements -> ok", "WSD303")[2] == 1
