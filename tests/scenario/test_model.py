"""What a scenario says, as values."""

import pytest

from wsdtrace.scenario.model import Assignment, Place


@pytest.mark.parametrize(
    ("path", "attribute", "shown"),
    [
        pytest.param(("JobId",), None, "JobId", id="element"),
        pytest.param(("Resolution", "Width"), None, "Resolution.Width", id="path"),
        pytest.param(("Format",), "MustHonor", "Format@MustHonor", id="attribute"),
    ],
)
def test_an_assignment_shows_its_name_as_it_is_written(
    path: tuple[str, ...], attribute: str | None, shown: str
) -> None:
    assert str(Assignment(path, attribute, "1", Place(1, 1))) == shown
