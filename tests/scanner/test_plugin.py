"""The fixtures as a project of somebody else uses them."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

pytest_plugins = ["pytester"]

CLIENT = """
import http.client
from urllib.parse import urlsplit

def get(url):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    connection.request("POST", parts.path, body='''<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
        xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
        xmlns:w="http://schemas.microsoft.com/windows/2006/08/wdp/scan"><s:Header><a:To>''' + url + '''</a:To>
        <a:Action>http://schemas.microsoft.com/windows/2006/08/wdp/scan/GetScannerElements</a:Action>
        <a:MessageID>urn:uuid:00000000-0000-0000-0000-000000000001</a:MessageID></s:Header><s:Body>
        <w:GetScannerElementsRequest><w:RequestedElements><w:Name>w:ScannerStatus</w:Name></w:RequestedElements>
        </w:GetScannerElementsRequest></s:Body></s:Envelope>''',
        headers={"Content-Type": "application/soap+xml; charset=utf-8"})
    status = connection.getresponse().status
    connection.close()
    return status
"""


def run(pytester: pytest.Pytester, test: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(CLIENT + test)
    return pytester.runpytest_subprocess("-p", "wsdtrace.scanner.plugin", "-p", "no:cacheprovider", *arguments)


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


@pytest.mark.slow
def test_a_scanner_serves_a_test_and_its_capture_is_checked(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_it(virtual_scanner, check_capture):
    scanner, other = virtual_scanner(sheets=1), virtual_scanner(persona="fault-200")
    assert get(scanner.url) == 200
    assert scanner.url != other.url
    assert scanner.device_url.endswith(scanner.endpoint.removeprefix("urn:uuid:"))
    assert scanner.press() is None
    scanner.skip(60)
    assert [e.operation for e in check_capture(scanner).exchanges] == ["GetScannerElements"]
""",
    )
    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_findings_fail_the_test_and_are_named_with_the_capture(pytester: pytest.Pytester) -> None:
    kept = pytester.path / "kept"
    result = run(
        pytester,
        """
def test_it(virtual_scanner, check_capture):
    scanner = virtual_scanner(persona="no-service")
    get(scanner.url)
    check_capture(scanner, allow=["WSD103"])
    check_capture(scanner)
""",
        "--wsdtrace-keep",
        str(kept),
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*wsdtrace finds in *scanner-1.pcapng:", "  error WSD103 http-error-not-soap: *"])
    [capture] = kept.iterdir()
    result.stdout.fnmatch_lines([f"capture: {capture}", f"  next: wsdtrace check {capture}"])
    assert capture.read_bytes()[:4] == b"\n\r\r\n"


@pytest.mark.slow
def test_a_test_that_fails_by_itself_has_its_captures_named_too(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_it(virtual_scanner):
    assert get(virtual_scanner("no-service").url) == 200
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["capture: *scanner-1.pcapng", "  error WSD103 *"])


def test_the_plugin_loads_nothing_until_it_is_used() -> None:
    heavy = ("numpy", "lxml", "PIL", "asyncio", "wsdtrace.scanner.server")
    program = f"import sys, wsdtrace.scanner.plugin; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_pytest_finds_the_plugin_by_its_entry_point() -> None:
    project = tomllib.loads(Path(REPOSITORY, "pyproject.toml").read_text())
    # The name is the module's, so that `-p wsdtrace.scanner.plugin` and the entry point are one plugin.
    points = project["project"]["entry-points"]["pytest11"]
    assert points == {"wsdtrace.scanner.plugin": "wsdtrace.scanner.plugin"}
