"""Traces of the case captures, opened once."""

from collections.abc import Iterator

import pytest

import wsdtrace
from tests.shared import CAPTURES
from wsdtrace import Trace


def opened(case: str) -> Trace:
    (path,) = (CAPTURES / case).glob("capture.pcap*")
    return wsdtrace.open(path)


@pytest.fixture(scope="session")
def adf() -> Iterator[Trace]:
    """Three pages from the feeder, nothing wrong with the transport."""
    with opened("adf-3-pages") as trace:
        yield trace


@pytest.fixture(scope="session")
def push() -> Iterator[Trace]:
    """A client that subscribes, and a person who presses the button."""
    with opened("push-scan") as trace:
        yield trace


@pytest.fixture(scope="session")
def discovery() -> Iterator[Trace]:
    """Probes and their answers over UDP."""
    with opened("discovery-wsdd") as trace:
        yield trace
