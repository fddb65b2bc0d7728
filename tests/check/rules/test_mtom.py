"""Parts around an image: delimiters, line ends, names, encodings."""

import pytest

from tests.check.rules.judged import CREATED, ERROR, INFO, JOB, RETRIEVED, WARNING, facts, found, severities
from wsdtrace.check.finding import Severity


def image(manner: str, word: str = "image") -> str:
    """A job whose image travels so."""
    return f"{CREATED}{manner}\nRetrieveImage JobId=1 JobToken=t -> {word}"


@pytest.mark.parametrize(
    ("manner", "codes"),
    [
        pytest.param("mime: no line end before the last delimiter", {"WSD220"}, id="no line end (#4)"),
        pytest.param("mime: no boundary", {"WSD220"}, id="no boundary parameter"),
        pytest.param("mime: lf", {"WSD221"}, id="LF alone"),
        pytest.param("mime: no closing delimiter", {"WSD222"}, id="no end"),
        pytest.param("< replace cid: cid:not-", {"WSD223"}, id="an Include that leads nowhere"),
        pytest.param("mime: extra part", {"WSD224"}, id="a part too many"),
        pytest.param("mime: root last", {"WSD225"}, id="the envelope behind the image"),
        pytest.param("mime: encoding base64", {"WSD226"}, id="an encoded part"),
        pytest.param("http: chunked 100", set(), id="chunks cut anywhere"),
    ],
)
def test_each_defect_has_its_code(manner: str, codes: set[str]) -> None:
    family = [f"WSD22{n}" for n in range(7)]
    assert {code for code in family if any(f.is_cause for f in found(image(manner), code))} == codes


def test_the_extra_part_is_named_by_its_place() -> None:
    assert facts(image("mime: extra part"), "WSD224") == ["part 3 of 3 is named by no xop:Include"]


def test_a_dangling_include_leaves_a_part_without_name() -> None:
    (finding,) = found(image("< replace cid: cid:not-"), "WSD224")
    assert finding.caused_by is not None
    assert finding.caused_by.code == "WSD223"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        pytest.param("binary", [], id="binary"),
        pytest.param("BINARY", [], id="in capitals"),
        pytest.param("8bit", [INFO], id="8bit changes nothing"),
        pytest.param("base64", [WARNING], id="base64 changes every byte"),
        pytest.param("quoted-printable", [WARNING], id="so does quoted-printable"),
    ],
)
def test_transfer_encodings(encoding: str, expected: list[Severity]) -> None:
    assert severities(image(f"mime: encoding {encoding}"), "WSD226") == expected


def test_a_message_without_parts_is_no_subject() -> None:
    assert found("GetScannerElements -> ok", "WSD222") == []


def test_a_message_that_is_cut_by_the_connection_is_not_blamed_for_its_end() -> None:
    assert severities(image("http: cut 2000"), "WSD222") == []
    assert severities(image("http: cut 2000"), "WSD102") == [ERROR]


def test_a_whole_job_has_nothing_to_complain_of() -> None:
    assert all(found(JOB, f"WSD22{n}") == [] for n in range(7))
    assert RETRIEVED in JOB
