"""What all tests share: no example of Hypothesis fails because the machine was busy; one browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.browser import CHROMIUM

settings.register_profile("wsdtrace", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wsdtrace")


@pytest.fixture(scope="module")  # a longer one leaves its event loop running for tests of others
def browser() -> Iterator[Any]:
    """A chromium that was started."""
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install 'wsdtrace[dev]'")
    with api.sync_playwright() as driver:
        # Chromium's own sandbox needs a user that is not root.
        started = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()
