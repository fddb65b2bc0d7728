"""`scanimage` with sane-airscan, a real WSD client, run against a virtual scanner: its own configuration, no discovery.

What it printed and saved is evidence of somebody else's reading of our bytes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

WAIT_S = 120
BACKENDS = [
    Path(folder) / "libsane-airscan.so.1"
    for folder in (
        "/usr/lib/x86_64-linux-gnu/sane",
        "/usr/lib/aarch64-linux-gnu/sane",
        "/usr/lib/sane",
        "/usr/lib64/sane",
    )
]

TELLING = re.compile(
    r"^x: ((?:PROTO_OP_\w+: )?fault code: .+|cancelling job due to error: .+)"
    r"|^x: (scanner capabilities.*: .+|(?:PNG|JPEG): .+)"
    r"|^(WSDD: HTTP POST http://[\d.]+:1/\S* .+)",
    re.MULTILINE,
)
"""Lines of the backend's log that say what went wrong, in its own words."""

needs_driver = pytest.mark.skipif(
    shutil.which("scanimage") is None or not any(path.exists() for path in BACKENDS),
    reason="no sane-airscan on this machine: apt install sane-airscan sane-utils",
)


@dataclass(frozen=True)
class Scanned:
    """How a run of scanimage ended."""

    code: int
    said: str
    """Its own last complaint; empty where it had none."""
    log: str
    """The backend's log."""
    pages: list[Image.Image]

    @property
    def telling(self) -> str:
        """The last line of the log that says what went wrong; empty where none does."""
        return telling(self.log)


def telling(log: str) -> str:
    """The last line of a log of the backend that says what went wrong; empty where none does."""
    lines = [found[found.lastindex or 0] for found in TELLING.finditer(log)]
    return lines[-1] if lines else ""


def configure(folder: Path, *, url: str | None, trace: Path | None = None) -> dict[str, str]:
    """An environment in which SANE knows this scanner and no other.

    Args:
        folder: of the configuration.
        url: of the scan service; None: it has to be found.
        trace: where the driver writes its trace (`scanimage-x.log` and `.tar`); None: nowhere.
    """
    (folder / "dll.conf").write_text("airscan\n")
    known = f'"x" = {url}, WSD\n' if url is not None else ""
    discovery = "discovery = disable\n" if url is not None else "ws-discovery = full\n"
    debug = "enable = true\n" if trace is None else f"enable = true\ntrace = {trace}\n"
    (folder / "airscan.conf").write_text(f"[devices]\n{known}[options]\n{discovery}[debug]\n{debug}")
    return {**os.environ, "SANE_CONFIG_DIR": str(folder), "LC_ALL": "C"}


def scanimage(url: str, *arguments: str, interrupt_at: str | None = None, trace: Path | None = None) -> Scanned:
    """Scan with the real driver.

    Args:
        url: of the scan service.
        arguments: of scanimage; pages are saved for those with `--batch`.
        interrupt_at: a line of the log at which the user presses Ctrl-C.
        trace: where the driver writes its own trace.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = configure(folder, url=url, trace=trace)
        output = (
            ["--batch=" + str(folder / "page-%04d.png")] if "--batch" in arguments else ["-o", str(folder / "page.png")]
        )
        told = [argument for argument in arguments if argument != "--batch"]
        command = ["scanimage", "-d", "airscan:w0:x", "--format=png", *told, *output]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
        ) as process:
            log = ""
            if interrupt_at is not None:
                assert process.stdout is not None
                for line in process.stdout:
                    log += line
                    if interrupt_at in line:
                        process.send_signal(2)
                        break
            out, err = process.communicate(timeout=WAIT_S)
        pages: list[Image.Image] = []
        for path in sorted(folder.glob("page*.png")):
            with contextlib.suppress(OSError), Image.open(path) as image:  # of a page that broke off, nothing is left
                image.load()
                pages.append(image)
    complaints = [line for line in err.splitlines() if line.startswith("scanimage: ")]
    return Scanned(
        process.returncode, complaints[-1].removeprefix("scanimage: ") if complaints else "", log + out + err, pages
    )


def version() -> str:
    """Version of the installed sane-airscan; empty where it cannot be told."""
    if shutil.which("dpkg-query") is None:
        return ""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", "sane-airscan"], capture_output=True, text=True, check=False
    )
    return re.split(r"[-+~]", done.stdout)[0]
