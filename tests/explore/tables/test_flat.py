"""Messages with a column for each path."""

import pytest

from wsdtrace import Trace
from wsdtrace.errors import UsageError
from wsdtrace.explore.tables import Kind
from wsdtrace.explore.tables import flat as module
from wsdtrace.explore.tables.flat import flat_columns
from wsdtrace.report.redact import Redactor
from wsdtrace.wsd.ticket import DocumentParameters, JobDescription, Requested, ScanTicket

FORMAT = "ScanTicket/DocumentParameters/Format"


def ticket(**parameters: object) -> ScanTicket:
    return ScanTicket(document_parameters=DocumentParameters(**parameters))  # type: ignore[arg-type]  # by name


def test_a_column_for_each_path_a_row_for_each_message() -> None:
    bodies = [
        ticket(format=Requested(value="jfif")),
        None,
        ticket(images_to_transfer=Requested(value=3, must_honor=True)),
    ]
    columns = {column.name: (column.kind, values) for column, values in flat_columns(bodies, Redactor(None))}
    assert columns == {
        FORMAT: (Kind.TEXT, ["jfif", None, None]),
        "ScanTicket/DocumentParameters/ImagesToTransfer": (Kind.INT, [None, None, 3]),
        "ScanTicket/DocumentParameters/ImagesToTransfer/@MustHonor": (Kind.BOOL, [None, None, True]),
    }


def test_secrets_are_replaced() -> None:
    body = ScanTicket(job_description=JobDescription(job_originating_user_name="alice"))
    path = "ScanTicket/JobDescription/JobOriginatingUserName"
    hidden = {column.name: values for column, values in flat_columns([body], Redactor(None))}
    shown = {column.name: values for column, values in flat_columns([body], Redactor(None, show=True))}
    assert (hidden[path], shown[path]) == (["‹redacted›"], ["alice"])


def test_too_many_paths_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PATHS", 0)
    with pytest.raises(UsageError, match="filter the messages by operation first"):
        flat_columns([ticket(format=Requested(value="jfif"))], Redactor(None))


def test_messages_of_a_trace_are_flattened(adf: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = adf.messages.filter("wsd.op == CreateScanJob")
    frame = messages.to_df(flatten=True)
    assert frame[f"CreateScanJobRequest/{FORMAT}"][0] == "jfif"
    assert frame["CreateScanJobResponse/JobId"][1] == 1
    monkeypatch.setattr("wsdtrace.explore.trace.MAX_SINGLY", 0)
    assert messages.to_df(flatten=True).equals(frame), "read again in one pass"


def test_only_messages_can_be_flattened(adf: Trace) -> None:
    with pytest.raises(UsageError, match="jobs cannot be flattened"):
        adf.jobs.to_df(flatten=True)
