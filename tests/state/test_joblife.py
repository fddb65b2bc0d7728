"""Words for the life of a job, and the order of what happened to it."""

from __future__ import annotations

import pytest

from wsdtrace.records import Stamp
from wsdtrace.state.joblife import precedes

HERE = Stamp(10, 1_000)


@pytest.mark.parametrize(
    ("one", "before"),
    [
        pytest.param(Stamp(9, 2_000), True, id="an earlier frame"),
        pytest.param(Stamp(11, 500), False, id="a later frame, read first because nothing is missing before it"),
        pytest.param(HERE, False, id="the same"),
        pytest.param(None, False, id="never"),
    ],
)
def test_what_stands_before(one: Stamp | None, before: bool) -> None:
    assert precedes(one, HERE) is before
