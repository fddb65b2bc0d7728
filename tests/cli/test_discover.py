"""`wsdtrace discover` as its user runs it, with a search that finds the virtual scanner."""

import json

import pytest

from tests.command import run
from wsdtrace.proxy import find
from wsdtrace.proxy.find import Found
from wsdtrace.proxy.speech import DEVICE, SCANNER, Service
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch) -> object:
    """A network with one scanner, and something that is none."""
    with ScannerThread(VirtualScanner()) as scanner:
        url = scanner.scanner.addresses.device

        async def search(**_: object) -> list[Found]:
            mine = Service("urn:uuid:1", (DEVICE, SCANNER), xaddrs=(url,))
            other = Service("urn:uuid:\x1b[31m2", (DEVICE,))
            return [Found(mine, "127.0.0.1", "lo"), Found(other, "127.0.0.2", "lo")]

        monkeypatch.setattr(find, "search", search)
        yield


def test_scanners_are_listed_with_what_they_can_do(one: object) -> None:
    done = run("discover", "--capabilities")
    assert done.code == 0
    assert "Virtual scanner" in done.out
    assert "platen resolutions" in done.out
    assert "127.0.0.2" not in done.out


def test_everything_is_listed_on_demand_and_harmless(one: object) -> None:
    done = run("discover", "--all")
    assert "127.0.0.2" in done.out
    assert "\x1b" not in done.out


def test_json_has_every_field(one: object) -> None:
    (device,) = json.loads(run("discover", "--format", "json", "--capabilities").out)["devices"]
    assert device["scan_url"].startswith("http://127.0.0.1:")
    assert device["capabilities"]["formats"]
    assert device["problem"] is None


def test_nobody_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    async def search(**_: object) -> list[Found]:
        return []

    monkeypatch.setattr(find, "search", search)
    done = run("discover")
    assert done.code == 0
    assert "3702" in done.err
    assert run("discover", "--interface", "no-such-if").code == 2
