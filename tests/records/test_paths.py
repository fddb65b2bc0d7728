"""What is known of a path before anything was seen."""

from wsdtrace.records import PathFacts


def test_nothing_was_seen_yet() -> None:
    assert PathFacts() == PathFacts(None, 0, 0)
