"""The declaration of the tables: names, units, joins."""

import re

import pytest

from wsdtrace.explore.tables import TABLES, Column, Kind

COLUMNS = [(table, column) for table in TABLES.values() for column in table.columns]


def test_names_are_snake_case_and_unique() -> None:
    for table in TABLES.values():
        names = [column.name for column in table.columns]
        assert len(names) == len(set(names))
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("latency_s", "seconds"),
        ("image_bytes", "bytes"),
        ("width_px", "pixels"),
        ("resolution_x_dpi", "pixels per inch"),
        ("http_status", ""),
    ],
)
def test_the_unit_is_in_the_name(name: str, unit: str) -> None:
    assert Column(name, Kind.INT, "", list).unit == unit


def test_what_a_column_joins_exists() -> None:
    known = {f"{table.name}.{column.name}" for table, column in COLUMNS}
    assert {column.joins for _, column in COLUMNS if column.joins} <= known


def test_every_column_is_explained() -> None:
    assert [
        f"{table.name}.{c.name}" for table, c in COLUMNS if not c.meaning and not c.joins and c.name not in PLAIN
    ] == []


PLAIN = {
    "manufacturer", "model", "action", "message_id", "relates_to", "first_frame", "last_frame", "frame", "renewals",
    "ended_time", "time", "user_agent", "metadata_version",
}  # fmt: skip
"""Names that say all there is to say."""
