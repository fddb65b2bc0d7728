"""What all views share."""

from datetime import UTC, datetime

from wsdtrace import Trace
from wsdtrace.explore.view import moment, number_of, seconds
from wsdtrace.records import LocatorKind, Stamp


def test_times_are_utc_and_never_fail() -> None:
    assert moment(1_700_000_000_123_456_789) == datetime(2023, 11, 14, 22, 13, 20, 123456, UTC)
    assert moment(None) is None
    assert moment(2**63 - 1) is not None
    assert moment(10**30) == datetime.max.replace(tzinfo=UTC)
    assert moment(-(10**30)) == datetime.min.replace(tzinfo=UTC)


def test_only_frames_have_frame_numbers() -> None:
    assert number_of(Stamp(7, 0)) == 7
    assert number_of(Stamp(7, 0, LocatorKind.LOG_LINE)) is None
    assert number_of(None) is None


def test_seconds_of_nanoseconds() -> None:
    assert (seconds(1_500_000_000), seconds(None)) == (1.5, None)


class Printer:
    def __init__(self) -> None:
        self.said = ""

    def text(self, text: str) -> None:
        self.said += text


def test_ipython_prints_the_whole_object(adf: Trace) -> None:
    for shown in (adf, adf.exchanges, adf.jobs[0]):
        printer = Printer()
        shown._repr_pretty_(printer, False)
        assert printer.said == str(shown).rstrip("\n")
        short = Printer()
        shown._repr_pretty_(short, True)
        assert short.said
