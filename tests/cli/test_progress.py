"""A bar while a capture is read."""

import gc
import weakref

import pytest

from wsdtrace.cli.progress import INTERVAL_S, PATIENCE_S, Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(capsys: pytest.CaptureFixture[str], *steps: tuple[float, int, int | None], shown: bool = True) -> list[str]:
    clock = Clock()
    with Progress("x\x1b.pcap", shown=shown, clock=clock) as step:
        for seconds, done, total in steps:
            clock.now = 100.0 + seconds
            if step is not None:
                step(done, total)
    return capsys.readouterr().err.replace("\x1b[K", "").split("\r")[1:]


def test_nothing_is_drawn_before_half_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(capsys, (0.0, 1, 10), (PATIENCE_S - 0.01, 5, 10)) == []


def test_the_bar_grows_and_is_wiped(capsys: pytest.CaptureFixture[str]) -> None:
    steps = ((1.0, 50_000_000, 100_000_000), (2.0, 100_000_000, 100_000_000))
    assert drawn(capsys, *steps) == [
        f"{'━' * 12}{'╌' * 12}  50 %  50 MB/s  x␛.pcap",
        f"{'━' * 24} 100 %  50 MB/s  x␛.pcap",
        "",
    ]


def test_of_a_pipe_the_size_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(capsys, (1.0, 3_000_000, None)) == ["3 MB  3 MB/s  x␛.pcap", ""]


def test_it_is_not_drawn_more_often_than_an_eye_can_see(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [(1.0 + i * INTERVAL_S / 10, i, None) for i in range(10)]
    assert len(drawn(capsys, *steps)) == 2


def test_without_a_terminal_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    for shown in (False, None):  # the standard error of a test is no terminal
        with Progress("x", shown=shown, clock=iter([0.0, 1.0, 2.0]).__next__) as step:
            step(1, 2)
    assert capsys.readouterr().err == ""


def test_what_a_window_leaves_is_not_looked_at_again() -> None:
    try:
        with Progress("x", shown=False) as step:
            step(1, None)
            kept, circle = [object()], [Circle()]
            circle[0].itself = circle[0]
            gone = weakref.ref(circle[0])
            circle.clear()
            step(2, None)
            assert gone() is None, "garbage of the window was looked for"
            assert not any(one is kept for one in gc.get_objects()), "what is frozen is in no generation"
    finally:
        gc.unfreeze()


class Circle:
    """Garbage that only the collector finds."""

    itself: "Circle"
