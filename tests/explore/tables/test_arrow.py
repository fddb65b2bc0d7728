"""Tables in Arrow and pandas: types, absent values, hostile values."""

import sys
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from tests.report.traces import Story
from wsdtrace import Trace
from wsdtrace.errors import MissingExtra
from wsdtrace.explore.tables import TABLES, Kind, blocks_of, messages_of
from wsdtrace.explore.tables.arrow import arrow_table, data_frame
from wsdtrace.report.redact import Redactor

DTYPES = {
    Kind.INT: "Int64", Kind.FLOAT: "float64", Kind.TEXT: "str", Kind.BOOL: "boolean", Kind.TIME: "datetime64[ns, UTC]",
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_the_types_that_its_declaration_says(adf: Trace, name: str) -> None:
    table = TABLES[name]
    facts = adf._facts
    special: dict[str, Sequence[Any]] = {"messages": messages_of(facts.exchanges), "job_states": facts.jobs}
    rows: Sequence[Any] = special[name] if name in special else getattr(facts, name)
    for some in (rows, []):
        frame = data_frame(arrow_table(blocks_of(table, facts, some, Redactor(None))))
        assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == {
            column.name: DTYPES[column.kind] for column in table.columns
        }


def test_the_table_of_the_interface(adf: Trace) -> None:
    frame = adf.exchanges.to_df()
    described = frame.groupby("operation").latency_s.describe()
    assert described.loc["RetrieveImage", "count"] == 4
    assert frame.loc[3, "latency_s"] == adf.exchanges[3].latency_s
    assert frame.request_time.dt.nanosecond[3] == 0
    assert frame.request_time.dt.tz is not None
    assert pd.isna(frame.job[0])


def test_ids_join(adf: Trace) -> None:
    joined = (
        adf.images.to_df()
        .merge(adf.exchanges.to_df(), on="exchange")
        .merge(adf.jobs.to_df(), left_on="job_x", right_on="job")
    )
    assert list(joined.operation) == ["RetrieveImage"] * 3
    assert list(joined.job_id) == [1] * 3


def test_meaning_and_unit_are_metadata_of_the_column(adf: Trace) -> None:
    field = adf.exchanges.to_arrow().schema.field("latency_s")
    assert field.metadata[b"unit"] == b"seconds"
    assert field.metadata[b"meaning"].startswith(b"from the last byte of the request")
    assert adf.exchanges.to_arrow().schema.field("job").metadata[b"joins"] == b"jobs.job"


def test_values_that_do_not_fit_are_no_crash() -> None:
    story = Story()
    exchange = story.exchange("CreateScanJob", (1.0, 1), (2.0, 2))
    assert exchange.request is not None
    exchange.request.message_id = "lone \udc80"
    exchange.request.content_bytes = 2**70
    table = arrow_table(blocks_of(TABLES["exchanges"], story.trace, story.trace.exchanges, Redactor(None)))
    assert table["message_id"][0].as_py() == "lone \\udc80"
    assert table["request_bytes"][0].as_py() is None


@pytest.mark.parametrize("package", ["pyarrow", "pandas"])
def test_a_missing_extra_is_told_with_the_command(adf: Trace, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"pip install 'wsdtrace\[notebook\]'"):
        adf.exchanges.to_df()
