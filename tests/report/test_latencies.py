"""How long each operation took."""

import pytest

from tests.report.figures import SVG, parsed, texts
from tests.report.hostile import hostile_trace
from tests.report.traces import Story
from wsdtrace.report.latencies import MAX_DOTS, latencies_of, latency_svg, spread
from wsdtrace.report.times import SECOND
from wsdtrace.report.trace import InputInfo, Trace


def told(*seconds: float) -> Trace:
    story = Story()
    story.capture("x.pcap")
    for i, s in enumerate(seconds):
        story.exchange("RetrieveImage", (i * 100, 2 * i + 1), (i * 100 + s, 2 * i + 2))
    return story.trace


def test_numbers_of_an_operation() -> None:
    (row,) = latencies_of(told(3.0, 1.0, 2.0))
    assert (row.operation, row.totals_ns) == ("RetrieveImage", (SECOND, 2 * SECOND, 3 * SECOND))
    assert (row.median_ns, row.maximum_ns, row.slowest.id) == (2 * SECOND, 3 * SECOND, 1)


def test_an_exchange_without_answer_has_no_latency() -> None:
    trace = told(1.0)
    trace.exchanges[0].response = None
    assert latencies_of(trace) == []
    assert texts(latency_svg(trace)) == ["no answered exchange"]


def test_the_figure_says_median_maximum_and_count() -> None:
    shown = texts(latency_svg(told(3.0, 1.0, 2.0)))
    assert {"RetrieveImage", "2.0 s, max 3.0 s", "3 exchanges"} <= set(shown)
    assert "1 s" in shown
    assert "10 s" in shown


def test_ten_thousand_exchanges_are_a_hundred_dots() -> None:
    root = parsed(latency_svg(told(*[0.001 * i for i in range(1, 1000)])))
    assert len(list(root.iter(f"{SVG}circle"))) == MAX_DOTS


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(3, 5, [0, 1, 2]), (5, 5, [0, 1, 2, 3, 4]), (100, 3, [0, 50, 99]), (11, 2, [0, 10])],
)
def test_ranks_are_spread_and_the_ends_stay(count: int, most: int, expected: list[int]) -> None:
    assert spread(tuple(range(count)), most) == expected


def test_no_time_at_all_is_drawn_too() -> None:
    parsed(latency_svg(told(0.0)))


def test_nothing_and_hostile_are_drawn() -> None:
    parsed(latency_svg(Trace(InputInfo("x", [], "pcap"))))
    assert "<script" not in latency_svg(hostile_trace())
    parsed(latency_svg(hostile_trace()))
