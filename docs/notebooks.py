"""Makes the pages of `docs/notebooks/` from `notebooks/`: each is executed, and written as Markdown with its figures.

    python docs/notebooks.py                 all of them
    python docs/notebooks.py 03_why…         those that are named
    python docs/notebooks.py --pair          write the .ipynb of each .py again, without outputs

A notebook is kept as `py:percent` (to read and to review) and as `.ipynb` without outputs (to open); the page has the
outputs. Of several forms of an output the page takes the figure or the table, else the text, since code hosts strip
everything else.
"""

from __future__ import annotations

import base64
import os
import re
import sys
from pathlib import Path
from typing import Any

from lxml import html

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = REPOSITORY / "notebooks"
PAGES = REPOSITORY / "docs" / "notebooks"
TIMEOUT_S = 120

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def notebooks() -> list[Path]:
    """The notebooks as they are written."""
    return sorted(SOURCES.glob("[0-9][0-9]_*.py"))


def paired(source: Path) -> str:
    """The text of a notebook's `.ipynb`: its cells, no outputs, ids that do not change."""
    import jupytext  # type: ignore[import-untyped]  # ships no stubs  # noqa: PLC0415 - an extra
    import nbformat  # noqa: PLC0415 - an extra

    notebook = jupytext.read(source)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02}"
    notebook.metadata = {
        "jupytext": {"formats": "ipynb,py:percent"},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]  # of nbformat
    return f"{text}\n"


def rendered(source: Path) -> dict[str, bytes]:
    """The page of a notebook and its figures, by file name; the notebook is executed.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails.
    """
    import nbformat  # noqa: PLC0415 - an extra
    from nbclient import NotebookClient  # noqa: PLC0415 - an extra

    notebook = nbformat.reads(paired(source), as_version=4)  # type: ignore[no-untyped-call]  # of nbformat
    os.environ.setdefault("PYTHONPATH", str(REPOSITORY))
    place = {"metadata": {"path": str(SOURCES)}}
    NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources=place).execute()
    files: dict[str, bytes] = {}
    parts: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            shown = _shown(output, source.stem, files)
            if shown:
                parts.append(shown)
    files[f"{source.stem}.md"] = ("\n\n".join(parts) + "\n").encode()
    return files


def _shown(output: Any, stem: str, files: dict[str, bytes]) -> str:
    """One output as Markdown; a figure becomes a file."""
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```" if output.name == "stdout" else ""
    data = output.get("data", {})
    if any("plotly" in kind for kind in data):
        return "*A figure to zoom into, which needs script: see it in JupyterLab.*"
    table = _table(data.get("text/html", ""))
    if table:
        return table
    for kind, suffix in (("image/svg+xml", "svg"), ("image/png", "png")):
        if kind in data:
            name = f"{stem}-{sum(f.startswith(stem) for f in files) + 1}.{suffix}"
            files[name] = data[kind].encode() if suffix == "svg" else base64.b64decode(data[kind])
            return f"![{data.get('text/plain', 'figure').strip('<>')}]({name})"
    text = _ANSI.sub("", data.get("text/plain", "")).rstrip()
    return f"```text\n{text}\n```" if text else ""


def _table(page: str) -> str:
    """A DataFrame as a table of Markdown; nothing where it is none, or one whose cells span rows."""
    found = [table for table in html.fromstring(page or "-").iter("table") if table.get("class") == "dataframe"]
    if not found or any(cell.get("rowspan") or cell.get("colspan") for cell in found[0].iter("th")):
        return ""
    heads, body = (
        [["".join(map(str, cell.itertext())) for cell in row] for part in found[0].iter(name) for row in part]
        for name in ("thead", "tbody")
    )
    head = [" ".join(filter(None, column)) for column in zip(*heads, strict=True)]
    numeric = [
        all(re.fullmatch(r"-?[\d.]+|NaN|<NA>|NaT", cell) for cell in column) for column in zip(*body, strict=True)
    ]
    rules = ["--:" if right else "--" for right in numeric] or ["--"] * len(head)
    rows = ([cell.replace("|", "\\|").replace("<", "&lt;") for cell in row] for row in (head, rules, *body))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(arguments: list[str]) -> int:
    """Write pairs, or pages."""
    named = [argument for argument in arguments if not argument.startswith("-")]
    for source in notebooks():
        if named and source.stem not in named:
            continue
        source.with_suffix(".ipynb").write_text(paired(source))
        if "--pair" in arguments:
            continue
        PAGES.mkdir(exist_ok=True)
        for old in PAGES.glob(f"{source.stem}*"):
            old.unlink()
        for name, content in rendered(source).items():
            (PAGES / name).write_bytes(content)
        print(f"  written: docs/notebooks/{source.stem}.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
