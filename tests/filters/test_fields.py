"""Which values a field has, and who is asked for what."""

from tests.explore.conftest import opened
from wsdtrace.filters.fields import FIELDS, Index, Subject, subjects


def test_subscriptions_and_events_are_asked_by_their_exchanges() -> None:
    facts = opened("push-scan")._facts
    index = Index(facts)
    subscription = facts.subscriptions[0]
    asked = [s.exchange for s in subjects(index, subscription)]
    assert asked == [subscription.creation, *subscription.events]
    assert [s.exchange for s in subjects(index, facts.events[0])] == [facts.events[0].exchange]


def test_own_values_go_before_those_of_the_exchange() -> None:
    facts = opened("adf-3-pages")._facts
    index = Index(facts)
    exchange = facts.exchanges[3]
    assert FIELDS["wsd.page"].values(index, Subject(exchange)) == [1]
    assert FIELDS["wsd.page"].values(index, Subject(exchange, {"wsd.page": (9,)})) == [9]
    assert FIELDS["wsd.op"].values(index, Subject(None)) == []
    assert FIELDS["wsd.status"].values(index, Subject(exchange)) == [200]
