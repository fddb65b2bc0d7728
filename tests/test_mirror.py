"""tests/ mirrors wsdtrace/ file by file.

A file that only declares (constants, enumerations, dataclasses without methods) does nothing to be tested by itself;
it is tested where it is used. Every other file has its test file, or a reason in the table.
"""

import ast

import pytest

from tests.shared import REPOSITORY

PACKAGE = REPOSITORY / "wsdtrace"

WITHOUT_A_TEST_FILE: dict[str, str] = {}
"""Files of the package that do something and have no test file of their own, each with the reason."""

MODULES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if not path.name.startswith("__"))


def mirror_of(module: str) -> str:
    """`net/link.py` → `net/test_link.py`."""
    folder, _, name = module.rpartition("/")
    return f"{folder}/test_{name}" if folder else f"test_{name}"


def only_declares(module: str) -> bool:
    """Nothing in the file is a function or a method."""
    tree = ast.parse((PACKAGE / module).read_text())
    return not any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


@pytest.mark.parametrize("module", [module for module in MODULES if not only_declares(module)])
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
