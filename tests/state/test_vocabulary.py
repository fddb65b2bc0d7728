"""The sets of operations agree with the table of messages."""

from __future__ import annotations

from wsdtrace.soap.namespaces import SCAN
from wsdtrace.state.vocabulary import DEVICE_SENDS, JOB_OPERATIONS, SCAN_EVENTS, SCAN_OPERATIONS
from wsdtrace.wsd import MESSAGES, Role


def test_operations_and_events_are_those_of_the_table() -> None:
    scan = [m for m in MESSAGES if m.family == SCAN]
    assert {m.operation for m in scan if m.role is Role.REQUEST} == SCAN_OPERATIONS
    assert {m.operation for m in scan if m.role is Role.EVENT} == SCAN_EVENTS


def test_what_devices_send_and_what_is_about_jobs_is_known() -> None:
    known = {m.operation for m in MESSAGES}
    assert known >= DEVICE_SENDS
    assert known >= JOB_OPERATIONS
