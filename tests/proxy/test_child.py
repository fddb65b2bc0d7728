"""The command inside: its environment, its configuration, its end."""

import asyncio
import sys

import pytest

from wsdtrace.errors import UsageError
from wsdtrace.proxy.child import environment, running, sane_files

PRINT = "import os, sys; d = os.environ['SANE_CONFIG_DIR']; print(open(d + '/airscan.conf').read(), sys.argv[1:])"


def test_the_proxy_is_the_only_device_of_the_private_configuration() -> None:
    files = sane_files("http://127.0.0.1:9/x")
    assert files["dll.conf"] == "airscan\n"
    assert '"wsdtrace" = http://127.0.0.1:9/x, WSD' in files["airscan.conf"]
    assert "discovery = disable" in files["airscan.conf"]
    assert environment("u", "f")["WSDTRACE_URL"] == "u"


def test_the_command_finds_the_url_and_its_exit_code_is_seen() -> None:
    async def main() -> int:
        async with running([sys.executable, "-c", "import sys; sys.exit(len(sys.argv[1]))", "{url}"], "12345") as done:
            return await done.wait()

    assert asyncio.run(main()) == 5


def test_a_command_that_still_runs_is_ended() -> None:
    async def main() -> int | None:
        async with running([sys.executable, "-c", "import time; time.sleep(60)"], "u") as process:
            pass
        return process.returncode

    assert asyncio.run(main()) == -15


def test_a_program_that_is_not_there_is_told() -> None:
    async def main() -> None:
        async with running(["no-such-program-here"], "u"):
            pass

    with pytest.raises(UsageError, match="no such program"):
        asyncio.run(main())
