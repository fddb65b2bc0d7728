"""Writes `docs/personas.md`: what each persona of the virtual scanner does, and what a real driver shows of it.

    python docs/personas.py            run the driver against all of them, and write it again
    python docs/personas.py --check    say whether it is up to date

Needs sane-airscan and sane-utils, and avahi-daemon, dbus and the right to make networks for the personas that are found
by discovery only; `tests/scanner/test_personas.py` compares row by row.
"""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.scanner.driver import version  # noqa: E402  # the repository must be on the path first
from tests.scanner.judge import judge  # noqa: E402
from wsdtrace.scanner.persona import persona_names  # noqa: E402

TARGET = REPOSITORY / "docs" / "personas.md"
HEAD = """# Personas

`wsdtrace scanner --persona NAME` is a WSD scanner that misbehaves as one that was seen in the field. What each does
otherwise than the well-behaved one stands in a small file of `wsdtrace/scanner/personas/`; your own is as good:

```toml
summary = "Refuses the third page of a feed, and is slow at it."
seen = "our lab, firmware 1.2"

[device]                        # what it is: sheets, page_s, dpi, formats, colors, platen, adf, duplex ...
sheets = 5

[[answers]]                     # what it says, in the words of docs/scenario.md
on = "RetrieveImage"
when = {{ page = 3, source = "ADF" }}
with = "http: chunked 1000"
answer = "Fault ServerErrorInternalError after 3s"
```

    wsdtrace scanner --persona mine.toml

In `answer` and `with`, `{{device}}`, `{{service}}`, `{{base}}`, `{{host}}` and `{{endpoint}}` are its addresses.
A fault or an HTTP error in `answer` stands in the place of the deed: no job is made, no page is delivered.

The table is made by running sane-airscan {version} (`scanimage`) against each, and wsdtrace on what the two exchanged.
The log is the backend's own (`[debug] enable = true` in `airscan.conf`): its last line that says what went wrong. What
the driver's run does not show (*not …*), because it works around it or never asks, the client of this package
provokes (`tests/scanner/plays.py`). Each persona is proved on the wire with h11 and XPath.

<!-- made by docs/personas.py: run it again instead of editing -->

| persona | what it does | seen | what the driver shows | what its backend logs | what wsdtrace says |
|--|--|--|--|--|--|
"""


def page() -> str:
    """The whole page."""
    rows = [judge(name).row for name in persona_names()]
    return HEAD.format(version=version()) + "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it; 1 when it is out of date."""
    text = page()
    if "--check" in arguments:
        return int(TARGET.read_text() != text)
    if not TARGET.exists() or TARGET.read_text() != text:
        TARGET.write_text(text)
        print("  written: docs/personas.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
