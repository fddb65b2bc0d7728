"""The driver that runs inside the proxy: a command, with a SANE configuration of its own where it is a SANE program."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from wsdtrace.errors import UsageError

DEVICE_NAME: Final = "wsdtrace"
"""What the device is called in the private configuration: `airscan:w0:wsdtrace`."""
URL_WORD: Final = "{url}"
"""In the command: replaced by the proxy's URL."""


def sane_files(url: str) -> dict[str, str]:
    """A SANE configuration in which the proxy is the only device (sane-airscan(5))."""
    airscan = f'[devices]\n"{DEVICE_NAME}" = {url}, WSD\n\n[options]\ndiscovery = disable\n'
    return {"dll.conf": "airscan\n", "airscan.conf": airscan}


def environment(url: str, folder: str) -> dict[str, str]:
    """What the command finds: the URL in WSDTRACE_URL, and the configuration."""
    return {**os.environ, "WSDTRACE_URL": url, "SANE_CONFIG_DIR": folder}


@asynccontextmanager
async def running(command: Sequence[str], url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command, started; it is ended when the block is left before it has ended.

    Args:
        command: program and arguments; `{url}` in one stands for the proxy's URL.
        url: of the proxy.

    Raises:
        UsageError: there is no such program.
    """
    if shutil.which(command[0]) is None:
        raise UsageError(f"{command[0]}: no such program")
    with tempfile.TemporaryDirectory(prefix="wsdtrace-sane-") as folder:
        for name, text in sane_files(url).items():
            Path(folder, name).write_text(text)
        words = [word.replace(URL_WORD, url) for word in command]
        process = await asyncio.create_subprocess_exec(*words, env=environment(url, folder))
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), 5)
                except TimeoutError:
                    process.kill()
                    await process.wait()
