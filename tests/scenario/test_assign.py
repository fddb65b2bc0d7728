"""What assignments change in a tree, looked at by XPath."""

import pytest
from lxml import etree

from wsdtrace.scenario.assign import Assigner
from wsdtrace.scenario.model import Assignment, Place
from wsdtrace.scenario.operations import OPERATIONS
from wsdtrace.scenario.tickets import default_ticket
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Element, encode_element
from wsdtrace.wsd.jobs import ActiveJobs, JobSummary
from wsdtrace.wsd.scan import CreateScanJobRequest, GetActiveJobsResponse, GetScannerElementsRequest

NAMES = {"w": SCAN}


def said(text: str) -> list[Assignment]:
    """Assignments, as a line has them."""
    found = []
    for word in text.split():
        name, _, value = word.partition("=")
        path, _, attribute = name.partition("@")
        found.append(Assignment(tuple(path.split(".")), attribute or None, value, Place(1, 1)))
    return found


def assigned(operation: str, body: Element, text: str, *, answer: bool = False) -> etree._Element:
    """The body element after the assignments."""
    element = encode_element(body)
    assigner = Assigner(element, OPERATIONS[operation], answer=answer)
    for assignment in said(text):
        assigner.assign(assignment)
    return element


def texts(element: etree._Element, path: str) -> list[str]:
    """Texts at an XPath."""
    found = element.xpath(path, namespaces=NAMES)
    return [str(text) for text in found] if isinstance(found, list) else [str(found)]


TICKET = CreateScanJobRequest(scan_ticket=default_ticket())


@pytest.mark.parametrize(
    ("text", "path", "values"),
    [
        pytest.param("Format=png", "//w:Format/text()", ["png"], id="by name"),
        pytest.param("format=png", "//w:Format/text()", ["png"], id="by short name"),
        pytest.param("InputMediaSize.Width=1", "//w:InputMediaSize/w:Width/text()", ["1"], id="by path"),
        pytest.param("Resolution.Width=1", "//w:Resolution/w:Width/text()", ["1"], id="the one that is there"),
        pytest.param("MediaFront.Resolution.Width=1", "//w:Resolution/w:Width/text()", ["1"], id="by long path"),
        pytest.param("Format=what\tever", "//w:Format/text()", ["what\tever"], id="whatever value"),
        pytest.param("Format@MustHonor=true", "//w:Format/@w:MustHonor", ["true"], id="attribute"),
        pytest.param("MustHonor=1", "//w:InputSize/../*/@w:MustHonor", ["1"], id="attribute by its own name"),
        pytest.param("ScanIdentifier=s", "name(/*/*[1])", ["wscn:ScanIdentifier"], id="made in its place"),
        pytest.param(
            "FilmScanMode=x", "name(//w:FilmScanMode/preceding-sibling::*[1])", ["wscn:InputSource"], id="order"
        ),
        pytest.param("MediaBack.ColorProcessing=x", "//w:MediaBack/w:ColorProcessing/text()", ["x"], id="made deep"),
        pytest.param("DocumentSizeAutoDetect=true", "count(//w:InputMediaSize)", ["0.0"], id="choice"),
    ],
)
def test_an_assignment_changes_the_element_of_its_name(text: str, path: str, values: list[str]) -> None:
    element = assigned("CreateScanJob", TICKET, text.replace("\t", "_"))
    assert texts(element, path) == [v.replace("\t", "_") for v in values]


def test_a_list_of_values_is_written_anew() -> None:
    body = GetScannerElementsRequest()
    element = assigned("GetScannerElements", body, "Name=ScannerStatus Name=x:Vendor")
    assert texts(element, "//w:Name/text()") == ["wscn:ScannerStatus", "x:Vendor"]


def test_a_name_that_comes_again_begins_a_new_item() -> None:
    body = GetActiveJobsResponse(active_jobs=ActiveJobs(job_summary=(JobSummary(job_id=9, job_name="n"),)))
    line = "JobId=1 JobState=Pending JobId=2 JobState=Processing JobId=3"
    element = assigned("GetActiveJobs", body, line, answer=True)
    assert texts(element, "//w:JobId/text()") == ["1", "2", "3"]
    assert texts(element, "//w:JobState/text()") == ["Pending", "Processing"]
    assert texts(element, "//w:JobName/text()") == ["n", "n", "n"]
