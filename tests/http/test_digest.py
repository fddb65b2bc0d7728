"""Digests are those of all bytes in order, whichever thread saw them."""

import hashlib
import random
import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from wsdtrace.http.digest import LONG, Digests

SIZES = [0, 1, 100, LONG // 2, LONG - 1, LONG, 2 * LONG + 1]
NOISE = random.Random(1).randbytes(3 * LONG)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(SIZES), st.integers(0, LONG)), max_size=20))
def test_contents_that_come_in_turn_have_their_own_digests(pieces: list[tuple[int, int, int]]) -> None:
    digests = Digests()
    mine, theirs = [digests.begin() for _ in range(3)], [hashlib.sha256() for _ in range(3)]
    for which, size, at in pieces:
        data = NOISE[at : at + size]
        mine[which].update(data)
        theirs[which].update(data)
    assert [one.hexdigest() for one in mine] == [one.hexdigest() for one in theirs]


def test_a_digest_goes_on_after_it_was_looked_at() -> None:
    digest = Digests().begin()
    digest.update(NOISE)
    digest.update(b"a")
    assert digest.hexdigest() == hashlib.sha256(NOISE + b"a").hexdigest()
    digest.update(b"b")
    assert digest.hexdigest() == hashlib.sha256(NOISE + b"ab").hexdigest()


def test_short_contents_need_no_thread() -> None:
    before = set(threading.enumerate())
    digest = Digests().begin()
    for _ in range(10):
        digest.update(NOISE[: LONG - 1])
    assert set(threading.enumerate()) <= before  # those of earlier tests may have ended meanwhile


def test_the_thread_goes_with_the_reading() -> None:
    before = set(threading.enumerate())
    digests = Digests()
    digests.begin().update(NOISE)
    (thread,) = set(threading.enumerate()) - before
    del digests
    thread.join(timeout=10)
    assert not thread.is_alive()
