"""Debian's chromium, driven by playwright, for tests of what people look at. The fixture `browser` starts it."""

from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")

needs_browser = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}: apt install chromium"),
]
"""Marks of tests that use it; without playwright the fixture skips them."""


class Seen:
    """A page, and what its browser had to say about it."""

    def __init__(self, browser: Any, file: Path, width: int = 1400, scheme: str = "light", **more: Any) -> None:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce", **more
        )
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.file = file

    def left_the_file(self) -> list[str]:
        """Requests for anything but the file itself and what it holds."""
        return [url for url in self.requests if not url.startswith(("data:", self.file.as_uri()))]

    def barriers(self) -> list[str]:
        """What axe-core objects to, by any of its rules: WCAG 2.2 A and AA, and good practice."""
        axe = pytest.importorskip(
            "axe_playwright_python.sync_playwright", reason="no axe-core: pip install 'wsdtrace[dev]'"
        )
        found = axe.Axe().run(self.page).response
        assert len(found["passes"]) > 5, "it looked at something"
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]
