"""How a client finds scanners: what is no answer to its question is none. The rest is in `test_discovery`."""

import asyncio
import uuid

import pytest

from tests.scanner.test_discovery import HERE, multicast_works
from wsdtrace.scanner.finder import find, resolve

pytestmark = pytest.mark.skipif(not multicast_works(), reason="no multicast on this machine's loopback interface")


def test_who_is_not_there_is_not_found() -> None:
    nobody = f"urn:uuid:{uuid.uuid4()}"
    assert asyncio.run(resolve(HERE, nobody, seconds=0.3)) is None
    assert nobody not in {found.endpoint for found in asyncio.run(find(HERE, seconds=0.3))}
