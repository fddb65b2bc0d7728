"""`wsdtrace describe`."""

import pytest

from wsdtrace.errors import UnknownName
from wsdtrace.report.page import Look, Page
from wsdtrace.report.redact import Redactor
from wsdtrace.report.vocabulary import write_described, write_vocabulary
from wsdtrace.soap.schema import vocabulary
from wsdtrace.wsd import FAULTS, MESSAGES


def described(name: str, width: int = 100) -> list[str]:
    page = Page(Look(width=width), Redactor(None))
    write_described(page, name)
    return str(page).splitlines()


@pytest.mark.parametrize("name", ["CancelJobRequest", "canceljobrequest", "wscn:CancelJobRequest"])
def test_an_element_with_children(name: str) -> None:
    lines = described(name)
    assert lines[0].startswith("wscn:CancelJobRequest   ")
    assert "  namespace http://schemas.microsoft.com/windows/2006/08/wdp/scan" in lines
    child = lines.index("  child  occurs  type  meaning")
    assert lines[child + 1].split()[:3] == ["JobId", "1", "int"]
    assert lines[child + 2].strip() == "1..2147483647 · jobid.md"


def test_an_element_with_text_says_where_it_stands_and_what_it_means() -> None:
    lines = described("JobToken")
    assert "  values    at most 255 characters" in lines
    assert any(line.startswith("  in        ") and "RetrieveImageRequest" in line for line in lines)
    assert any(line.startswith("  means     ") for line in lines)


def test_a_name_with_several_meanings_is_told_with_each() -> None:
    assert [line for line in described("Resolution") if line.startswith("wscn:Resolution")] == [
        "wscn:Resolution   Pixels per inch of the image",
        "wscn:Resolution   Pixels per inch that the device will use",
    ]


def test_an_operation_tells_its_messages_and_the_faults_that_refuse_it() -> None:
    lines = described("CancelJob")
    assert lines[:5] == [
        "CancelJob   WS-Scan",
        "  request   CancelJobRequest",
        "            http://schemas.microsoft.com/windows/2006/08/wdp/scan/CancelJob",
        "  response  CancelJobResponse",
        "            http://schemas.microsoft.com/windows/2006/08/wdp/scan/CancelJobResponse",
    ]
    assert any(line.strip().startswith("ClientErrorJobIdNotFound  ") for line in lines)
    assert any(line.startswith("wscn:CancelJobResponse") for line in lines)


def test_a_fault() -> None:
    lines = described("ClientErrorInvalidJobToken")
    assert lines[0] == "ClientErrorInvalidJobToken   fault of WS-Scan"
    assert "  answers   RetrieveImage" in lines
    assert "  code      Sender" in lines


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("ScanTickt", "no element, operation or fault 'ScanTickt'; did you mean ScanTicket?", id="a slip"),
        pytest.param("wscn:cancljob", "did you mean CancelJob", id="an operation, with a prefix"),
        pytest.param(
            "qqqqqqq", "no element, operation or fault 'qqqqqqq'; `wsdtrace describe` lists them", id="nothing"
        ),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(name: str, told: str) -> None:
    with pytest.raises(UnknownName, match="no element, operation or fault") as caught:
        described(name)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "width", [pytest.param(48, marks=pytest.mark.slow), 80, pytest.param(100, marks=pytest.mark.slow)]
)
def test_everything_can_be_described_at_every_width(width: int) -> None:
    names = [*vocabulary(), *(m.operation for m in MESSAGES), *(f.subcode for f in FAULTS)]
    assert [name for name in names if not described(name, width)] == []


def test_the_list_has_everything() -> None:
    page = Page(Look(), Redactor(None))
    write_vocabulary(page)
    words = set(str(page).replace(",", " ").split())
    missing = [*vocabulary(), *(m.operation for m in MESSAGES), *(f.subcode for f in FAULTS)]
    assert [name for name in missing if name not in words] == []
