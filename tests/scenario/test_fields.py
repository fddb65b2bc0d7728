"""What names in assignments stand for."""

import pytest

from wsdtrace.errors import BadScenario
from wsdtrace.scenario.fields import body_type, candidates, expanded, find, value_of
from wsdtrace.scenario.model import Assignment, Place
from wsdtrace.scenario.operations import OPERATIONS
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.wsd.scan import CreateScanJobRequest, GetActiveJobsResponse

NAMES = {"w": SCAN}


def said(text: str) -> list[Assignment]:
    """Assignments, as a line has them."""
    found = []
    for word in text.split():
        name, _, value = word.partition("=")
        path, _, attribute = name.partition("@")
        found.append(Assignment(tuple(path.split(".")), attribute or None, value, Place(1, 1)))
    return found


def test_the_value_that_counts_is_the_last_one() -> None:
    assert value_of(said("source=ADF InputSource=Film"), "InputSource") == "Film"
    assert value_of(said("InputSource@MustHonor=true"), "InputSource") is None


def test_headers_are_no_elements_of_the_body() -> None:
    assert find(OPERATIONS["Get"], said("MessageID=x")[0], answer=False) is None
    assert candidates(OPERATIONS["Hello"], said("InstanceId=x")[0], answer=False) == []


@pytest.mark.parametrize(
    ("operation", "text", "answer", "problem"),
    [
        pytest.param("Get", "Foo=1", False, "expected a name in the request Get, found 'Foo'", id="empty body"),
        pytest.param("CancelJob", "JobID=1", False, "did you mean JobId?", id="misspelt"),
        pytest.param("CancelJob", "JobId=1", True, "in the answer to CancelJob", id="of the other message"),
        pytest.param("CancelJob", "JobId@x=1", False, "in the attributes of JobId, found 'x'", id="no attribute"),
    ],
)
def test_a_name_that_is_not_there_is_refused(operation: str, text: str, answer: bool, problem: str) -> None:
    with pytest.raises(BadScenario) as caught:
        find(OPERATIONS[operation], said(text)[0], answer=answer)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("jobs=1:Pending", ["JobId=1", "JobState=Pending"], id="job"),
        pytest.param("jobs=7:x:Odd", ["JobId=7", "JobState=x:Odd"], id="a vendor's state"),
        pytest.param("JobId=1", ["JobId=1"], id="nothing short"),
        pytest.param("a.jobs=1", ["a.jobs=1"], id="only alone"),
    ],
)
def test_short_forms(text: str, names: list[str]) -> None:
    assert [f"{a}={a.value}" for a in expanded(said(text)[0])] == names


def test_every_message_has_its_type() -> None:
    assert body_type("CreateScanJob", answer=False) is CreateScanJobRequest
    assert body_type("GetActiveJobs", answer=True) is GetActiveJobsResponse
    assert body_type("Get", answer=False) is None
    assert body_type("JobStatusEvent", answer=True) is None
