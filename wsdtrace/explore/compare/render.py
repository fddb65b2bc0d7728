"""Differences as text, as JSON and as a page: all text in them may come from a capture, so each renderer escapes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from wsdtrace import __version__
from wsdtrace.explore.compare.difference import SECTIONS, Difference
from wsdtrace.report.escape import shortened, visible

SCHEMA = 1

MAX_SAID = 300
"""Characters of a value that are shown; JSON has it whole."""

NOTHING = "They do nothing differently."


def diff_text(a: str, b: str, differences: Sequence[Difference]) -> str:
    """For people: a paragraph for each section, a line for each side."""
    lines = [f"A  {visible(a)}", f"B  {visible(b)}"]
    if not differences:
        return "\n".join([*lines, "", NOTHING]) + "\n"
    for section, found in _sections(differences):
        lines += ["", f"{SECTIONS[section]} ({len(found)})"]
        for one in found:
            meaning = f"   {_shown(one.meaning)}" if one.meaning else ""
            lines.append(f"  {_shown(one.subject)}{meaning}")
            lines += [f"    A  {_shown(one.a)}", f"    B  {_shown(one.b)}"]
    count = len(differences)
    return "\n".join([*lines, "", f"{count} difference{'' if count == 1 else 's'}."]) + "\n"


def diff_json(a: str, b: str, differences: Sequence[Difference]) -> str:
    """One object; `null` where one side lacks it."""
    rows = [
        {"section": d.section, "subject": d.subject, "kind": d.kind, "a": d.a, "b": d.b, "meaning": d.meaning}
        for d in differences
    ]
    report = {"schema": SCHEMA, "wsdtrace": __version__, "a": a, "b": b, "differences": rows}
    return json.dumps(report, ensure_ascii=True, indent=1) + "\n"


_STYLE = """
main{padding-top:1.5rem}table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{text-align:left;vertical-align:top;padding:.35em .6em;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
small,.gone{color:var(--muted)}
@media (max-width:600px){
thead{display:none}tr{display:block;padding:.5em 0;border-bottom:1px solid var(--line)}
td{display:block;border:0;padding:.1em .4em}td[data-side]::before{content:attr(data-side) "  ";font-weight:600}
}"""
"""What the tables need beyond the style of the report."""


def _style() -> str:
    """The report's own style, so that both look alike in light, dark and print."""
    return files("wsdtrace.report.htmlreport").joinpath("report.css").read_text(encoding="utf-8") + _STYLE


def diff_html(a: str, b: str, differences: Sequence[Difference], *, page: bool) -> str:
    """Tables, one for each section, without script.

    Args:
        a: path of the first capture.
        b: of the second.
        differences: what to show.
        page: a page of its own, with a content security policy; else a piece for a notebook.
    """
    body = "".join(_html(a, b, differences))
    if not page:
        return f"<div>{body}</div>"
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_safe(_name(a))} against {_safe(_name(b))}</title><style>{_style()}</style></head>"
        f"<body><main><h1>What two captures do differently</h1>{body}</main></body></html>\n"
    )


def _html(a: str, b: str, differences: Sequence[Difference]) -> Iterator[str]:
    yield f"<p>A <code>{_safe(a)}</code><br>B <code>{_safe(b)}</code></p>"
    if not differences:
        yield f"<p>{NOTHING}</p>"
    for section, found in _sections(differences):
        yield f"<section><h2>{escape(SECTIONS[section])} <small>{len(found)}</small></h2>"
        heads = "".join(f'<th scope="col">{head}</th>' for head in ("what", "A", "B"))
        yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
        for one in found:
            meaning = f"<br><small>{_safe(one.meaning)}</small>" if one.meaning else ""
            yield f"<tr><td><code>{_safe(one.subject)}</code>{meaning}</td>{_side('A', one.a)}{_side('B', one.b)}</tr>"
        yield "</tbody></table></section>"


def _side(name: str, text: str | None) -> str:
    shown = '<span class="gone">not there</span>' if text is None else _safe(text)
    return f'<td data-side="{name}">{shown}</td>'


def _sections(differences: Sequence[Difference]) -> Iterator[tuple[str, list[Difference]]]:
    for section in SECTIONS:
        found = [difference for difference in differences if difference.section == section]
        if found:
            yield section, found


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _safe(text: str) -> str:
    return escape(_shown(text))


def _shown(text: str | None) -> str:
    return "–" if text is None else visible(shortened(text, MAX_SAID))
