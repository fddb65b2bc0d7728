"""Takes the pictures of `docs/screenshots/`: reports in Debian's chromium, light and dark, narrow and wide.

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
from typing import Literal

from PIL import Image
from playwright.sync_api import sync_playwright

from wsdtrace.cli.report import written_report

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"

SHOTS: tuple[tuple[str, str, int, int, Literal["light", "dark"], str], ...] = (
    ("report-light", "captures/orphaned-job/capture.pcapng", 1400, 1250, "light", "body"),
    ("report-dark", "captures/push-scan/capture.pcap", 1400, 1250, "dark", "#jobs"),
    ("report-narrow", "captures/orphaned-job/capture.pcapng", 360, 780, "light", "body"),
    ("report-timing", "captures/lossy-feeder/capture.pcap", 1400, 900, "light", "#timing"),
)
"""Name, capture, width, height, colour scheme, what stands at the top."""


def main() -> int:
    """Take them all."""
    os.chdir(REPOSITORY)  # the name of a capture is in the picture
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, capture, width, height, scheme, place in SHOTS:
            page_file = Path(folder) / f"{name}.html"
            page_file.write_text(written_report(capture))
            view = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            )
            view.goto(page_file.as_uri() + (place if place.startswith("#") else ""))
            picture = Image.open(io.BytesIO(view.screenshot()))
            if width > 1000:
                picture.thumbnail((1000, 1000))
            picture.convert("RGB").save(TARGET / f"{name}.webp", quality=82, method=6)
            print(f"  written: docs/screenshots/{name}.webp")
            view.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
