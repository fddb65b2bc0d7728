"""Tables of a trace: one declaration, from which DataFrames, files and the documentation are made."""

from typing import Any

from wsdtrace.explore.tables.columns import Column, Kind, Table
from wsdtrace.explore.tables.peers import CLIENTS, DEVICES, EVENTS, SUBSCRIPTIONS
from wsdtrace.explore.tables.scans import FINDINGS, IMAGES, JOB_STATES, JOBS
from wsdtrace.explore.tables.source import Said, messages_of
from wsdtrace.explore.tables.traffic import EXCHANGES, MESSAGES
from wsdtrace.explore.tables.values import blocks_of, values_of

TABLES: dict[str, Table[Any]] = {
    table.name: table
    for table in (
        EXCHANGES, MESSAGES, JOBS, JOB_STATES, IMAGES, DEVICES, CLIENTS, SUBSCRIPTIONS, EVENTS, FINDINGS,
    )
}  # fmt: skip
"""By name, in the order of the documentation."""

__all__ = ["TABLES", "Column", "Kind", "Said", "Table", "blocks_of", "messages_of", "values_of"]
