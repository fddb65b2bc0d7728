"""Exceptions about us and our inputs."""

import re

import pytest

from wsdtrace import errors
from wsdtrace.errors import CaptureError, CaptureFormatError, CapturePermissionError, MissingExtra, UsageError

EXCEPTIONS = [
    value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.WsdtraceError)
]


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda exception: exception.__name__)
def test_every_exception_stands_in_the_drawn_tree(exception: type[errors.WsdtraceError]) -> None:
    assert errors.__doc__ is not None
    assert re.search(rf"\b{exception.__name__}\b", errors.__doc__)


@pytest.mark.parametrize("exception", [CaptureFormatError, CapturePermissionError])
def test_what_is_wrong_with_a_capture_can_be_caught_as_one(exception: type[CaptureError]) -> None:
    assert issubclass(exception, CaptureError)
    assert not issubclass(exception, UsageError)


def test_a_missing_extra_names_the_command_that_installs_it() -> None:
    error = MissingExtra("wsdtrace live", "live")
    assert str(error).endswith("pip install 'wsdtrace[live]'")
    assert (error.feature, error.extra) == ("wsdtrace live", "live")
