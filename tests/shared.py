"""Where the recordings beside the repository are, and how a test says that it needs them.

They are in `../shared` beside the checkout; `WSDTRACE_SHARED` names another place. A test that uses them is marked
`@needs_shared` (or its module sets `pytestmark = needs_shared`) and is skipped, with the reason, where they are absent.
"""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
"""The root of the checkout."""

SHARED = Path(os.environ.get("WSDTRACE_SHARED") or REPOSITORY.parent / "shared")
"""The folder of the recordings; it need not exist."""

CAPTURES = REPOSITORY / "captures"
"""The case captures that come with the repository."""

needs_shared = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason=f"no recordings at {SHARED}; set WSDTRACE_SHARED"
)


def shared_path(relative: str) -> Path:
    """The path of a file of the recordings, such as `data/captures/flatbed_color.pcap`."""
    return SHARED / relative


def load_script(path: Path) -> ModuleType:
    """A script, which is no part of the package, as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
