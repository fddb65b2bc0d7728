"""The XML and the envelope: what no parser accepts, and what each accepts differently."""

import pytest

from tests.check.rules.judged import CLIENT, DEVICE, facts, found, tally
from wsdtrace.check.finding import FaultOf

OK = "\nGetScannerElements -> ok"
SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"


@pytest.mark.parametrize(
    ("text", "code", "whose"),
    [
        pytest.param("< replace </soap:Body> </soap:Bod" + OK, "WSD201", [DEVICE], id="an end tag cut short"),
        pytest.param("> replace </soap:Body> </soap:Bod" + OK, "WSD201", [CLIENT], id="in the request"),
        pytest.param(
            '< replace " xmlns:wscn" xmlns:wscn' + OK, "WSD201", [DEVICE], id="no space between attributes (#28)"
        ),
        pytest.param("GetScannerElements -> ok", "WSD201", [], id="well-formed"),
        pytest.param(
            "< replace <soap:Value>wscn: <soap:Value>nope:\nCreateScanJob -> Fault InvalidArgs",
            "WSD202",
            [DEVICE],
            id="a prefix in a value (#30)",
        ),
        pytest.param('< content <a xmlns="urn:x"/>' + OK, "WSD203", [DEVICE], id="another document (#32)"),
        pytest.param(
            f"< replace http://www.w3.org/2003/05/soap-envelope {SOAP11}" + OK, "WSD204", [DEVICE], id="1.1 for 1.2"
        ),
        pytest.param(f"> replace {SCAN} {SCAN.replace('06/08', '06/01')}" + OK, "WSD205", [CLIENT], id="2006/01 (#35)"),
        pytest.param(f"< replace {SCAN} {SCAN.replace('http:', 'https:')}" + OK, "WSD205", [DEVICE], id="https"),
        pytest.param(f"< replace {SCAN} http://tempuri.org/" + OK, "WSD206", [DEVICE], id="tempuri.org (#24)"),
        pytest.param(
            f"< replace {SCAN} http://tempuri.org/\nCreateScanJob -> Fault ServerErrorNotAcceptingJobs",
            "WSD206",
            [DEVICE],
            id="tempuri.org, of a subcode",
        ),
        pytest.param(
            f"< replace {SCAN} http://acme.example/\nCreateScanJob -> Fault InvalidArgs",
            "WSD206",
            [],
            id="a vendor's own subcode",
        ),
        pytest.param('< prepend <!DOCTYPE a [<!ENTITY b "c">]>' + OK, "WSD214", [DEVICE], id="entities"),
    ],
)
def test_each_defect_and_whose_it_is(text: str, code: str, whose: list[FaultOf]) -> None:
    assert [f.fault_of for f in found(text, code)][:1] == whose[:1]
    assert bool(found(text, code)) == bool(whose)


def test_the_place_is_named() -> None:
    (fact,) = facts("< replace </soap:Body> </soap:Bod" + OK, "WSD201")
    assert "not well-formed at line 2, column" in fact
    (finding,) = found("< replace </soap:Body> </soap:Bod" + OK, "WSD201")
    assert finding.evidence[0].excerpt is not None
    assert finding.evidence[0].caret is not None


def test_what_is_not_whole_is_not_judged() -> None:
    assert tally("tcp: gap 30" + OK, "WSD201")[2] == 1


def test_published_versions_are_no_finding() -> None:
    text = "> replace http://schemas.xmlsoap.org/ws/2004/08/addressing http://www.w3.org/2005/08/addressing" + OK
    assert found(text, "WSD205") == []
