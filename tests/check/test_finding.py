"""Findings and evidence: order of severities, arrows, places, what counts."""

from __future__ import annotations

import pytest

from tests.report.traces import orphaned_job
from wsdtrace.check.finding import Evidence, Severity
from wsdtrace.records import Endpoint, Stamp
from wsdtrace.state.model import Exchange, Toward, Transport


def test_an_error_is_worse_than_a_warning_is_worse_than_an_info() -> None:
    assert sorted(Severity, key=lambda s: s.rank) == [Severity.ERROR, Severity.WARNING, Severity.INFO]


@pytest.mark.parametrize(
    ("toward", "role", "arrow"),
    [
        (Toward.DEVICE, "request", "→"),
        (Toward.DEVICE, "response", "←"),
        (Toward.CLIENT, "request", "←"),
        (Toward.CLIENT, "response", "→"),
        (Toward.DEVICE, "frame", " "),
    ],
)
def test_arrows_point_to_the_device(toward: Toward, role: str, arrow: str) -> None:
    exchange = Exchange(Transport.HTTP, Endpoint("192.0.2.1", 1), Endpoint("192.0.2.2", 80), toward=toward)
    assert Evidence(Stamp(1, 1), role, "x", exchange=exchange).arrow == arrow


def test_what_was_set_aside_does_not_count() -> None:
    finding = orphaned_job().findings[0]
    finding.waived = "known"
    assert not finding.is_cause


def test_a_consequence_does_not_count() -> None:
    finding, cause = orphaned_job().findings[0], orphaned_job().findings[0]
    finding.caused_by = cause
    assert (finding.is_cause, cause.is_cause) == (False, True)


def test_places_are_told_once_and_in_order() -> None:
    finding = orphaned_job().findings[0]
    finding.evidence = [Evidence(Stamp(n, n), "frame", "x") for n in (5, 3, 5)]
    assert [s.number for s in finding.stamps] == [3, 5]
