"""The notebooks: pairs are one, no outputs are committed, and every one runs from its first cell to its last."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from socket import socket
from urllib.request import urlopen

import pytest

from tests.shared import REPOSITORY, load_script

SCRIPT = load_script(REPOSITORY / "docs" / "notebooks.py")
NOTEBOOKS: list[Path] = SCRIPT.notebooks()


def test_there_are_six() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06"]


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_and_its_pair_are_one(source: Path) -> None:
    pair = source.with_suffix(".ipynb").read_text()
    assert pair == SCRIPT.paired(source), "python docs/notebooks.py --pair"
    cells = json.loads(pair)["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_with_a_question_and_ends_with_its_answer(source: Path) -> None:
    text = source.read_text()
    assert re.search(r"# %% \[markdown\]\n# # \d\d .+\n#\n# \*\*The question:\*\* ", text)
    assert "# **The answer:** " in text.rpartition("# %% [markdown]")[2]


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_page_has_its_cells_and_its_figures(source: Path) -> None:
    page = (REPOSITORY / "docs" / "notebooks" / f"{source.stem}.md").read_text()
    for cell in json.loads(source.with_suffix(".ipynb").read_text())["cells"]:
        assert "".join(cell["source"]) in page, "python docs/notebooks.py"
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page):
        assert (REPOSITORY / "docs" / "notebooks" / name).is_file()


@pytest.mark.slow
@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(source: Path) -> None:
    if "wsdtrace.proxy" in source.read_text() and importlib.util.find_spec("wsdtrace.proxy") is None:
        pytest.skip("there is no proxy yet")
    options = ["-q", "-p", "no:cacheprovider", "-W", "ignore", "-o", "addopts=", "--nbmake", "--nbmake-timeout=120"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(source.with_suffix(".ipynb"))],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "1 passed" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("source", NOTEBOOKS[:5], ids=lambda path: path.stem)
def test_its_page_is_what_it_prints(source: Path) -> None:
    """Not of the last one, which scans while it runs, and takes its own time for it."""
    for name, content in SCRIPT.rendered(source).items():
        assert (REPOSITORY / "docs" / "notebooks" / name).read_bytes() == content, "python docs/notebooks.py"


def listens(port: int) -> bool:
    """Somebody answers at a port of this machine."""
    with socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_notebook_brings_up_jupyterlab_with_the_first_notebook(tmp_path: Path) -> None:
    pytest.importorskip("jupyterlab", reason="no JupyterLab: pip install 'wsdtrace[notebook]'")
    environment = tmp_path / "venv"  # it is there already, so nothing is installed
    environment.mkdir()
    (environment / "bin").symlink_to(Path(sys.executable).parent)
    (environment / ".installed-dev").touch()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--no-browser --allow-root --port {port} --ServerApp.port_retries=0 --IdentityProvider.token=t"
    home = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    server = subprocess.Popen(
        ["timeout", "120", "make", "notebook", f"VENV={environment}", f"NOTEBOOK={options}"],
        cwd=REPOSITORY, env=os.environ | home, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        assert server.stderr is not None
        told = ""
        while "is running at" not in told:
            line = server.stderr.readline()
            assert line, told[-3000:]
            told += line
        while not listens(port):  # it says that it runs before it listens
            with contextlib.suppress(subprocess.TimeoutExpired):
                assert server.wait(0.1) is None, told[-3000:]
        host = f"http://127.0.0.1:{port}"
        with urlopen(f"{host}/lab/tree/01_first_look.ipynb?token=t", timeout=60) as answer:
            assert answer.status == 200
            assert b"JupyterLab" in answer.read()
        with urlopen(f"{host}/api/contents/01_first_look.ipynb?token=t", timeout=60) as answer:
            cells = json.load(answer)["content"]["cells"]
        written = json.loads((REPOSITORY / "notebooks" / "01_first_look.ipynb").read_text())["cells"]
        assert [cell["source"] for cell in cells] == ["".join(cell["source"]) for cell in written]
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate(timeout=60)
