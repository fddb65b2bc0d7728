"""Copies, resends, repeats and answers: which messages belong together."""

from __future__ import annotations

import pytest

from tests.shared import CAPTURES
from wsdtrace import scenario
from wsdtrace.pipeline import check_file
from wsdtrace.records import Endpoint, Stamp
from wsdtrace.state import exchanges
from wsdtrace.state.exchanges import DatagramBook, MessageIds, is_multicast
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Exchange, Transport

A, B = Endpoint("192.0.2.1", 3702), Endpoint("192.0.2.2", 3702)


def message(message_id: str, relates_to: str | None = None, size: int = 100, sender: Endpoint = A) -> Message:
    return Message(
        role=Role.REQUEST,
        sender=sender,
        receiver=B,
        first=Stamp(1, 1),
        last=Stamp(1, 1),
        content_bytes=size,
        complete=True,
        message_id=message_id,
        relates_to=relates_to,
        action="a",
    )


def test_repeats_fold_into_one_exchange() -> None:
    book = DatagramBook()
    first, again = book.place(message("m1")), book.place(message("m1"))
    assert first[0] is again[0]
    assert (first[1], again[1]) == (False, True)
    assert len(first[0].repeats) == 1


def test_another_message_with_the_same_id_is_no_repeat() -> None:
    book = DatagramBook()
    assert book.place(message("m1"))[0] is not book.place(message("m1", size=101))[0]


def test_answers_join_the_request_they_relate_to() -> None:
    book = DatagramBook()
    exchange, _ = book.place(message("m1"))
    for number in (1, 2):
        joined, repeat = book.place(message(f"r{number}", relates_to="m1", sender=B))
        assert (joined, repeat) == (exchange, False)
    assert book.place(message("r1", relates_to="m1", sender=B)) == (exchange, True)
    assert [a.message_id for a in exchange.answers] == ["r1", "r2"]
    assert exchange.response is exchange.answers[0]


def test_an_answer_to_an_unseen_request_is_an_exchange_of_its_own() -> None:
    exchange, _ = DatagramBook().place(message("r1", relates_to="unseen", sender=B))
    assert (exchange.request, exchange.response is None) == (None, False)


def test_memories_of_message_ids_are_bounded() -> None:
    ids = MessageIds(limit=3)
    exchange = Exchange(Transport.UDP, A, B)
    for number in range(5):
        ids.remember(f"m{number}", exchange)
    assert ids.get("m0") is None
    assert ids.get("m4") is exchange
    assert ids.evicted == 2


def test_both_legs_of_a_proxy_are_one_job() -> None:
    trace = check_file(str(CAPTURES / "proxy-both-legs/capture.pcap"))
    copies = [x for x in trace.exchanges if x.copy_of is not None]
    assert len(trace.jobs) == len(trace.images) == 1
    assert len(copies) == len(trace.exchanges) // 2
    assert all(x.copy_of is not None and x.copy_of.copied_by is x for x in copies)
    assert len([d for d in trace.devices if "scanner" in d.roles]) == 1


def test_a_repeat_to_the_same_server_is_a_resend_and_no_copy() -> None:
    text = "> replace urn:uuid: urn:uuid:same-\nGetScannerElements -> ok\n"
    trace = scenario.check(text * 2)
    assert [x.copy_of for x in trace.exchanges] == [None, None]


@pytest.mark.parametrize(
    ("address", "multicast"),
    [("239.255.255.250", True), ("224.0.0.1", True), ("192.0.2.1", False), ("ff02::c", True), ("fe80::1", False)],
)
def test_multicast_groups_are_known(address: str, multicast: bool) -> None:
    assert is_multicast(Endpoint(address, 3702)) is multicast


def test_a_match_without_relates_to_is_an_answer_all_the_same() -> None:
    match = message("r1", sender=B)
    match.body_local = "ProbeMatches"
    exchange, _ = DatagramBook().place(match)
    assert (exchange.request, exchange.response) == (None, match)
    assert match.role is Role.RESPONSE


def test_copies_and_answers_are_bounded_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "MAX_COPIES", 2)
    book = DatagramBook()
    exchange, _ = book.place(message("m1"))
    for number in range(5):
        book.place(message("m1"))
        book.place(message(f"r{number}", relates_to="m1", sender=B))
    assert (len(exchange.repeats), len(exchange.answers)) == (2, 2)
    assert exchange.anomalies == (exchanges.UNCOUNTED,)
