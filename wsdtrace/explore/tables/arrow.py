"""Tables → Arrow, pandas and Parquet. Needs the extra `notebook`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from wsdtrace.errors import MissingExtra
from wsdtrace.explore.tables.columns import Column, Kind

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa  # type: ignore[import-untyped]  # ships no stubs

EXTRA = "notebook"


def arrow_table(blocks: Iterable[Sequence[tuple[Column[Any], Sequence[Any]]]]) -> pa.Table:
    """Columns in Arrow's memory, each with its meaning and unit as metadata.

    Args:
        blocks: as `blocks_of` makes them, at least one; all of the same columns.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    pa = _arrow()
    types = {
        Kind.INT: pa.int64(), Kind.FLOAT: pa.float64(), Kind.TEXT: pa.string(), Kind.BOOL: pa.bool_(),
        Kind.TIME: pa.timestamp("ns", tz="UTC"),
    }  # fmt: skip
    fields: list[Any] = []
    pieces: list[list[Any]] = []
    for block in blocks:
        if not fields:
            for column, _ in block:
                told = {"meaning": column.meaning, "unit": column.unit, "joins": column.joins}
                fields.append(pa.field(column.name, types[column.kind], metadata={k: v for k, v in told.items() if v}))
                pieces.append([])
        for (_, values), field, found in zip(block, fields, pieces, strict=True):
            found.append(_array(pa, values, field.type))
    return pa.Table.from_arrays([pa.chunked_array(found) for found in pieces], schema=pa.schema(fields))


def _array(pa: Any, values: Sequence[Any], kind: Any) -> Any:
    """A column; of a number that does not fit (a damaged record may claim any) nothing is kept."""
    try:
        return pa.array(values, type=kind)
    except (OverflowError, UnicodeEncodeError, pa.ArrowInvalid):
        if pa.types.is_string(kind):  # lone surrogates of a path or a text are no UTF-8
            return pa.array(
                [None if v is None else v.encode("utf-8", "backslashreplace").decode() for v in values], kind
            )
        bound = 2**63
        return pa.array([v if v is not None and -bound <= v < bound else None for v in values], kind)


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as a Parquet file, with meanings and units in its schema.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    pa = _arrow()
    import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no stubs  # noqa: PLC0415 - an extra

    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd")
    return bytes(out.getvalue())


def data_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a pandas one: whole numbers stay whole where some are absent, times are UTC datetimes.

    Raises:
        MissingExtra: pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("a DataFrame", EXTRA) from error
    pa = _arrow()
    nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame: pd.DataFrame = table.replace_schema_metadata(None).to_pandas(types_mapper=nullable.get)
    return frame


def _arrow() -> Any:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("a DataFrame or Parquet", EXTRA) from error
    return pa
