"""Which request and which response belong together, and why an exchange has none."""

import pytest

from tests.http.talk import Talk, get, hear, kinds, ok, post, stamp
from wsdtrace.http import HttpLimits
from wsdtrace.records import Abandoned, Direction, HttpEventKind, HttpExchange, StreamEnd

REQUEST, HEAD, ENDED = HttpEventKind.REQUEST, HttpEventKind.RESPONSE_HEAD, HttpEventKind.ENDED


def pairs(exchanges: list[HttpExchange]) -> list[tuple[str | None, bytes | None, str | None]]:
    """Target, content of the response, why abandoned."""
    return [
        (
            getattr(one.request.start, "target", None) if one.request else None,
            one.response.content.data if one.response else None,
            one.abandoned,
        )
        for one in exchanges
    ]


def test_exchanges_of_a_connection_follow_one_another() -> None:
    talk = Talk()
    for number in range(5):
        talk.client(get(b"/%d" % number)).server(ok(b"%d" % number))
    assert pairs(hear(talk.end()).exchanges) == [(f"/{n}", b"%d" % n, None) for n in range(5)]


def test_pipelined_requests_are_answered_in_order() -> None:
    talk = Talk().client(b"".join(get(b"/%d" % n) for n in range(5)))
    talk.server(b"".join(ok(b"%d" % n) for n in range(5))).end()
    assert pairs(hear(talk).exchanges) == [(f"/{n}", b"%d" % n, None) for n in range(5)]


def test_interim_responses_belong_to_the_exchange() -> None:
    request = post(b"hello", b"Expect: 100-continue")
    talk = Talk().client(request[:-5]).server(b"HTTP/1.1 100 Continue\r\n\r\n").client(b"hello")
    talk.server(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok(b"done")).end()
    heard = hear(talk)
    assert [message.status for message in heard.only.interim] == [100, 103]
    assert heard.response.content.data == b"done"
    assert [kind for kind, _ in heard.steps] == [REQUEST, HEAD, ENDED]


def test_an_early_response_waits_for_the_end_of_its_request() -> None:
    talk = Talk().client(post(b"x" * 50)[:-20]).server(ok(b"no", status=b"413 Too Large")).client(b"x" * 20).end()
    heard = hear(talk)
    assert heard.steps == [(REQUEST, 4), (HEAD, 4), (ENDED, 4)]
    assert heard.only.response_head == stamp(3)
    assert heard.response.last == stamp(3)


def test_a_response_that_was_captured_before_its_request_is_paired() -> None:
    talk = Talk().server(ok(b"hello")).client(get()).end()
    heard = hear(talk)
    assert pairs(heard.exchanges) == [("/", b"hello", None)]
    assert heard.steps == [(REQUEST, 3), (HEAD, 3), (ENDED, 3)]
    assert kinds(heard.response) == []


def test_a_response_nobody_asked_for_has_no_request() -> None:
    talk = Talk().client(get()).server(ok(b"1")).server(ok(b"2", status=b"408 Request Timeout")).end()
    heard = hear(talk)
    assert pairs(heard.exchanges) == [("/", b"1", None), (None, b"2", None)]


def test_responses_that_were_captured_before_their_requests_are_paired_in_order() -> None:
    talk = Talk().server(ok(b"1"), ok(b"2")).client(get(b"/1"), get(b"/2")).end()
    assert pairs(hear(talk).exchanges) == [("/1", b"1", None), ("/2", b"2", None)]


def test_responses_nobody_asked_for_have_no_request() -> None:
    talk = Talk().client(get()).server(ok(b"1"), ok(b"2"), ok(b"3")).end()
    assert pairs(hear(talk).exchanges) == [("/", b"1", None), (None, b"2", None), (None, b"3", None)]


def test_a_response_in_the_middle_of_a_connection_has_no_request() -> None:
    talk = Talk(handshake=False).server(ok(b"1")).client(get(b"/2")).server(ok(b"2")).end()
    heard = hear(talk)
    assert pairs(heard.exchanges) == [(None, b"1", None), ("/2", b"2", None)]
    assert heard.steps[0] == (HEAD, 2)


ENDS = [
    pytest.param(StreamEnd.FIN, Abandoned.CLOSED, id="FIN"),
    pytest.param(StreamEnd.RST, Abandoned.RESET, id="RST"),
    pytest.param(StreamEnd.EVICTED, Abandoned.LIMIT, id="evicted"),
    pytest.param(StreamEnd.CAPTURE_END, Abandoned.CAPTURE_END, id="end of capture"),
]


@pytest.mark.parametrize(("how", "why"), ENDS)
def test_a_request_without_response_says_why(how: StreamEnd, why: Abandoned) -> None:
    heard = hear(Talk().client(get()).server_end(how).client_end(how))
    assert pairs(heard.exchanges) == [("/", None, why)]
    assert heard.steps == [(REQUEST, 2), (ENDED, 3)]


def test_a_half_closed_connection_may_still_be_answered() -> None:
    heard = hear(Talk().client(get()).client_end().server(ok(b"hello")).server_end())
    assert pairs(heard.exchanges) == [("/", b"hello", None)]


def test_a_client_that_closed_without_answer_gave_up() -> None:
    heard = hear(Talk().client(get()).client_end().server_end(StreamEnd.CAPTURE_END))
    assert pairs(heard.exchanges) == [("/", None, Abandoned.CLOSED)]


def test_requests_of_a_one_sided_capture_are_abandoned_as_such() -> None:
    talk = Talk().client(get(b"/1"), get(b"/2")).client_end().server_end(StreamEnd.CAPTURE_END, seen=False)
    assert pairs(hear(talk).exchanges) == [("/1", None, Abandoned.ONE_SIDED), ("/2", None, Abandoned.ONE_SIDED)]


def test_responses_of_a_one_sided_capture_have_no_request() -> None:
    talk = Talk().server(ok(b"1"), ok(b"2")).client_end(StreamEnd.CAPTURE_END, seen=False).server_end()
    assert pairs(hear(talk).exchanges) == [(None, b"1", None), (None, b"2", None)]


def test_a_request_cut_by_the_end_is_told_and_abandoned() -> None:
    heard = hear(Talk().client(post(b"hello")[:-2]).end(StreamEnd.RST))
    assert pairs(heard.exchanges) == [("/scan", None, Abandoned.RESET)]
    assert [kind for kind, _ in heard.steps] == [REQUEST, ENDED]


def test_a_request_behind_the_end_of_the_server_is_abandoned() -> None:
    heard = hear(Talk().client(get(b"/1")).server(ok(b"1")).server_end().client(get(b"/2")).client_end())
    assert pairs(heard.exchanges) == [("/1", b"1", None), ("/2", None, Abandoned.CLOSED)]


def test_a_hole_that_took_a_response_does_not_shift_the_pairs() -> None:
    talk = Talk().client(get(b"/1")).server_gap(100).client(get(b"/2")).server(ok(b"2")).end()
    assert pairs(hear(talk).exchanges) == [("/1", None, Abandoned.GAP), ("/2", b"2", None)]


def test_a_hole_told_after_the_next_request_does_not_shift_the_pairs() -> None:
    talk = Talk().client(get(b"/1"), get(b"/2")).server_gap(100).server(ok(b"2")).end()
    assert pairs(hear(talk).exchanges) == [("/1", None, Abandoned.GAP), ("/2", b"2", None)]


def test_a_hole_that_took_a_request_does_not_shift_the_pairs() -> None:
    talk = (
        Talk().client(get(b"/1")).server(ok(b"1")).client_gap(50).server(ok(b"2")).client(get(b"/3")).server(ok(b"3"))
    )
    assert pairs(hear(talk.end()).exchanges) == [("/1", b"1", None), (None, b"2", None), ("/3", b"3", None)]


def at(talk: Talk, frame: int) -> Talk:
    """The next segment is of this frame, although it is told now."""
    talk.frame = frame - 1
    return talk


def test_a_hole_that_took_a_request_and_is_told_late_does_not_shift_the_pairs() -> None:
    talk = Talk().client(get(b"/1")).server(ok(b"1"))  # frames 2 and 3; the request of frame 4 is missing
    at(talk, 5).server(ok(b"2"))
    at(talk, 7).server(ok(b"3"))
    talk.client_gap(50)
    at(talk, 6).client(get(b"/3"))
    at(talk, 9).client(get(b"/4")).server(ok(b"4")).end()
    assert pairs(hear(talk).exchanges) == [
        ("/1", b"1", None), (None, b"2", None), ("/3", b"3", None), ("/4", b"4", None),
    ]  # fmt: skip


def test_a_hole_that_took_a_response_and_is_told_late_does_not_shift_the_pairs() -> None:
    talk = Talk().client(get(b"/1"))  # frame 2; the response of frame 3 is missing
    at(talk, 4).client(get(b"/2"))
    at(talk, 6).client(get(b"/3"))
    talk.server_gap(100)
    at(talk, 5).server(ok(b"2"))
    at(talk, 7).server(ok(b"3")).end()
    assert pairs(hear(talk).exchanges) == [("/1", None, Abandoned.GAP), ("/2", b"2", None), ("/3", b"3", None)]


def test_a_second_hole_that_took_a_request_does_not_shift_the_pairs_either() -> None:
    talk = Talk(handshake=False).client(get(b"/1")).server(ok(b"1")).client_gap(50).client(get(b"/2")).server(ok(b"2"))
    frame = talk.frame  # the request of the next frame is missing
    at(talk, frame + 2).server(ok(b"3"))
    at(talk, frame + 4).server(ok(b"4"))
    talk.client_gap(50)
    at(talk, frame + 3).client(get(b"/4")).end()
    assert pairs(hear(talk).exchanges)[2:] == [(None, b"3", None), ("/4", b"4", None)]


def test_a_hole_in_a_header_section_ends_its_exchange_only() -> None:
    talk = Talk().client(get(b"/1")).server(b"HTTP/1.1 200 OK\r\nCont").server_gap(40).server(b"rest")
    heard = hear(talk.client(get(b"/2")).server(ok(b"2")).end())
    assert [one.abandoned for one in heard.exchanges] == [Abandoned.GAP, None]
    assert pairs(heard.exchanges)[1] == ("/2", b"2", None)


def test_more_waiting_requests_than_the_bound_are_given_up() -> None:
    limits = HttpLimits(pending=3)
    talk = Talk().client(*[get(b"/%d" % n) for n in range(5)]).server(*[ok(b"%d" % n) for n in range(5)]).end()
    assert pairs(hear(talk, limits=limits).exchanges) == [
        ("/0", None, Abandoned.LIMIT), ("/1", None, Abandoned.LIMIT), (None, b"0", None), (None, b"1", None),
        ("/2", b"2", None), ("/3", b"3", None), ("/4", b"4", None),
    ]  # fmt: skip


def test_stamps_of_events_never_go_back() -> None:
    talk = Talk().disordered(Direction.FROM_ORIGINATOR, (2, get(b"/1")[:10]), (9, get(b"/1")[10:]), (3, get(b"/2")))
    talk.server(ok(b"1"), ok(b"2")).end()
    heard = hear(talk)
    assert heard.steps[:2] == [(REQUEST, 9), (REQUEST, 9)]
    first, second = (one.request for one in heard.exchanges)
    assert first is not None
    assert second is not None
    assert (first.first, first.last) == (stamp(2), stamp(9))
    assert (second.first, second.last) == (stamp(3), stamp(3))


def test_every_exchange_ends_once() -> None:
    talk = Talk().client(get(b"/1"), get(b"/2")).server(ok(b"1")).server_end(StreamEnd.RST).client_end(StreamEnd.RST)
    heard = hear(talk)
    assert [kind for kind, _ in heard.steps].count(ENDED) == 2
    assert kinds(heard.exchanges[0].response or heard.response) == []
