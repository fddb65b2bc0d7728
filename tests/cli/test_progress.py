"""A bar while a capture is read."""

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


def test_without_a_terminal_there_is_nothing_to_call() -> None:
    with Progress("x", shown=False) as step:
        assert step is None
    with Progress("x") as step:
        assert step is None, "the standard error of a test is no terminal"
