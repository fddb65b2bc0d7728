"""tests/ mirrors wsdtrace/ file by file."""

import pytest

from tests.shared import REPOSITORY

PACKAGE = REPOSITORY / "wsdtrace"

WITHOUT_A_TEST_FILE: dict[str, str] = {}
"""Files of the package that have none, each with the reason."""


def mirror_of(module: str) -> str:
    """`net/link.py` → `net/test_link.py`."""
    folder, _, name = module.rpartition("/")
    return f"{folder}/test_{name}" if folder else f"test_{name}"


MODULES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if not path.name.startswith("__"))


@pytest.mark.parametrize("module", MODULES)
def test_every_file_has_its_test_file(module: str) -> None:
    if module in WITHOUT_A_TEST_FILE:
        pytest.skip(WITHOUT_A_TEST_FILE[module])
    assert (REPOSITORY / "tests" / mirror_of(module)).is_file(), f"tests/{mirror_of(module)} is missing"


def test_no_exception_outlives_its_file() -> None:
    has_one = {module for module in WITHOUT_A_TEST_FILE if (REPOSITORY / "tests" / mirror_of(module)).exists()}
    assert set(WITHOUT_A_TEST_FILE) - set(MODULES) | has_one == set()


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (REPOSITORY / "tests").rglob("test_*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
