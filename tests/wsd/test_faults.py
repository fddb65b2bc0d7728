"""The table of faults."""

import pytest

from wsdtrace.soap.namespaces import EVENTING, SCAN, WSA, WSA_2005
from wsdtrace.wsd import FAULTS, lookup_fault, nearest_fault
from wsdtrace.wsd.faults import MISSPELT, NOTES, SPELLINGS


@pytest.mark.parametrize(
    ("namespace", "local", "operation", "exact", "namespace_known", "operation_known"),
    [
        pytest.param(SCAN, "InvalidArgs", "CancelJob", True, True, True, id="as in the table"),
        pytest.param(SCAN.replace("08", "01"), "InvalidArgs", None, True, True, True, id="alias of the namespace"),
        pytest.param(None, "InvalidArgs", None, True, False, True, id="unbound prefix"),
        pytest.param("urn:x", "InvalidArgs", None, True, False, True, id="another namespace"),
        pytest.param(SCAN, "ClientErrorInvalidJobToken", "CreateScanJob", True, True, False, id="another operation"),
        pytest.param(SCAN, "ClientErrorDocumentFormatNotSupported", None, False, True, True, id="published spelling"),
        pytest.param(WSA, "ActionNotSupported", "Subscribe", True, True, True, id="of any operation"),
        pytest.param(WSA_2005, "ActionNotSupported", None, True, True, True, id="another version"),
        pytest.param(EVENTING, "UnableToRenew", "Renew", True, True, True, id="eventing"),
    ],
)
def test_what_the_table_says(
    namespace: str | None, local: str, operation: str | None, exact: bool, namespace_known: bool, operation_known: bool
) -> None:
    match = lookup_fault(namespace, local, operation)
    assert match is not None
    assert (match.exact, match.namespace_known, match.operation_known) == (exact, namespace_known, operation_known)


@pytest.mark.parametrize("local", [None, "", "Nonsense", "invalidargs", *MISSPELT])
def test_what_is_in_no_table(local: str | None) -> None:
    assert lookup_fault(SCAN, local) is None


@pytest.mark.parametrize(
    ("local", "nearest"),
    [
        pytest.param("ClientErrorInvalidDetinationToken", "ClientErrorInvalidDestinationToken", id="Samsung M288x"),
        pytest.param("ClientErrorInvalidArgs", "InvalidArgs", id="prefixed"),
        pytest.param("ClientErrorJobCanceled", "ClientErrorJobCancelled", id="one l"),
        pytest.param("ServerErrorNotAcceptingJob", "ServerErrorNotAcceptingJobs", id="singular"),
        pytest.param("Zzz", None, id="nothing near"),
        pytest.param("x" * 100_000, None, id="very long"),
    ],
)
def test_the_nearest_known_spelling(local: str, nearest: str | None) -> None:
    assert nearest_fault(local) == nearest


def test_other_tables_name_rows_of_the_table() -> None:
    known = {info.subcode for info in FAULTS}
    assert len(known) == len(FAULTS)
    assert set(SPELLINGS.values()) | set(MISSPELT.values()) | set(NOTES) <= known
    assert not known & (SPELLINGS.keys() | MISSPELT.keys())


def test_every_row_says_what_it_means_and_where_that_stands() -> None:
    assert [info.subcode for info in FAULTS if not info.meaning or not info.source] == []
    assert {info.code for info in FAULTS} == {"Sender", "Receiver"}


def test_contradictions_of_the_sources_are_noted() -> None:
    match = lookup_fault(SCAN, "OperationFailed")
    assert match is not None
    assert match.info.note == "a sample of the documentation shows it with Sender"
    other = lookup_fault(SCAN, "InvalidArgs")
    assert other is not None
    assert other.info.note is None
