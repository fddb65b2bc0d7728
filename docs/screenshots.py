"""Takes the pictures of `docs/screenshots/`: reports and what objects show in a notebook, in Debian's chromium, light
and dark, narrow and wide.

    python docs/screenshots.py

Needs playwright (extra `dev`) and /usr/bin/chromium. The pictures are small and are not compared in tests: what they
show is tested by `tests/report/test_browser.py`.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import sync_playwright

import wsdtrace as wt

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"

Scheme = Literal["light", "dark"]

SHOTS: tuple[tuple[str, str, int, int, Scheme, str], ...] = (
    ("report-light", "captures/orphaned-job/capture.pcapng", 1400, 1250, "light", "body"),
    ("report-dark", "captures/push-scan/capture.pcap", 1400, 1250, "dark", "#jobs"),
    ("report-narrow", "captures/orphaned-job/capture.pcapng", 360, 780, "light", "body"),
    ("report-timing", "captures/lossy-feeder/capture.pcap", 1400, 900, "light", "#timing"),
)
"""Name, capture, width, height, colour scheme, what stands at the top."""

CELLS: tuple[tuple[str, str, Scheme, str, str], ...] = (
    ("objects-light", "captures/orphaned-job/capture.pcapng", "light", "#ffffff", "#1f2328"),
    ("objects-dark", "captures/push-scan/capture.pcap", "dark", "#111111", "#dddddd"),
)
"""Name, capture, colour scheme, background and ink of JupyterLab's theme."""


def cells(capture: str, background: str, ink: str) -> str:
    """A page that looks as a notebook does."""
    with wt.open(capture) as trace:
        shown: dict[str, Any] = {
            "trace": trace,
            "trace.images[0]": trace.images[0],
            "trace.jobs[0]": trace.jobs[0],
            "trace.devices": trace.devices,
        }
        parts = (
            f'<pre style="color:{ink};opacity:.6;border-left:3px solid #3d7fe0;padding-left:.6em">{name}</pre>'
            f"{thing._repr_html_()}"
            for name, thing in shown.items()
        )
        style = f"background:{background};color:{ink};font:14px sans-serif;margin:1.2em"
        return f'<!doctype html><meta charset="utf-8"><body style="{style}">{"".join(parts)}</body>'


def main() -> int:
    """Take them all."""
    os.chdir(REPOSITORY)  # the name of a capture is in the picture
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def take(name: str, page: str, size: tuple[int, int], scheme: Scheme, anchor: str = "") -> None:
            file = Path(folder) / f"{name}.html"
            file.write_text(page)
            view = browser.new_page(
                viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
            )
            view.goto(file.as_uri() + anchor)
            picture = Image.open(io.BytesIO(view.screenshot()))
            if size[0] > 1000:
                picture.thumbnail((1000, 1000))
            picture.convert("RGB").save(TARGET / f"{name}.webp", quality=82, method=6)
            print(f"  written: docs/screenshots/{name}.webp")
            view.close()

        for name, capture, width, height, scheme, place in SHOTS:
            with wt.open(capture) as trace:
                take(name, trace.to_html(), (width, height), scheme, place if place.startswith("#") else "")
        for name, capture, scheme, background, ink in CELLS:
            take(name, cells(capture, background, ink), (1060, 1700), scheme)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
