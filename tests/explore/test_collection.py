"""Collections: slices, membership, functions, how they print."""

import pytest

from wsdtrace import Trace


def test_an_index_gives_a_view_and_a_slice_a_collection(adf: Trace) -> None:
    assert adf.exchanges[0].id == 1
    assert adf.exchanges[-1].id == len(adf.exchanges) == 8
    assert [exchange.id for exchange in adf.exchanges[2:4]] == [3, 4]
    assert adf.exchanges[2:4][1:] == adf.exchanges[3:4]


def test_an_index_beyond_the_end_says_how_many_there_are(adf: Trace) -> None:
    with pytest.raises(IndexError, match=r"jobs\[3\]: there are 1"):
        _ = adf.jobs[3]


def test_views_of_one_object_are_equal(adf: Trace) -> None:
    assert adf.exchanges[3] == adf.images[0].exchange
    assert len({adf.exchanges[3], adf.images[0].exchange}) == 1
    assert adf.exchanges[3] in adf.exchanges
    assert adf.exchanges[3] not in adf.exchanges[:3]
    assert adf.jobs[0] not in adf.exchanges
    assert adf.messages[1] in adf.messages


def test_where_takes_a_function(adf: Trace) -> None:
    assert [e.id for e in adf.exchanges.where(lambda e: e.fault is not None)] == [7]


def test_a_collection_prints_as_a_table(adf: Trace) -> None:
    lines = repr(adf.exchanges[:2]).splitlines()
    assert lines[0].split() == ["id", "time", "frames", "operation", "answer", "took", "bytes"]
    assert len(lines) == 3
    assert [line.split()[0] for line in lines[1:]] == ["1", "2"]
    assert repr(adf.subscriptions) == "no subscriptions"
    assert repr(adf.messages[:1]) == "<Message request GetScannerElementsRequest #4 790 B>"


def test_a_long_collection_is_cut_and_says_so(discovery: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsdtrace.explore.collection.MAX_ROWS", 3)
    lines = repr(discovery.exchanges).splitlines()
    assert len(lines) == 5
    assert lines[-1] == f"… {len(discovery.exchanges) - 3} more rows"
    assert repr(discovery.messages).splitlines()[-1].startswith("… ")
