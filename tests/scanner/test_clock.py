"""The clock of both ends: alarms, and setting it forward."""

import asyncio

from wsdtrace.scanner.clock import NS, Clock


def stopped() -> Clock:
    """A clock that only `skip` moves."""
    return Clock(source=lambda: 0, start_ns=1000 * NS)


def test_skip_calls_alarms_at_their_own_times_and_in_order() -> None:
    clock, called = stopped(), []
    for seconds in (60, 10, 30, 90):
        clock.later(seconds, lambda: called.append(clock.now_ns() // NS - 1000))
    clock.skip(60)
    assert called == [10, 30, 60]
    assert clock.now_ns() == 1060 * NS


def test_an_alarm_that_an_alarm_sets_is_called_in_the_same_skip() -> None:
    clock, called = stopped(), []

    def again() -> None:
        clock.later(10, lambda: called.append(clock.now_ns() // NS))

    clock.later(10, again)
    clock.skip(100)
    assert called == [1020]


def test_a_cancelled_alarm_is_not_called() -> None:
    clock, called = stopped(), []
    clock.later(10, lambda: called.append("cancelled")).cancel()
    clock.later(10, lambda: called.append("left"))
    clock.skip(10)
    assert called == ["left"]


def test_skip_wakes_who_sleeps() -> None:
    async def scene() -> int:
        clock = stopped()
        sleeper = asyncio.ensure_future(clock.sleep(3600))
        await asyncio.sleep(0)
        clock.skip(3600)
        await sleeper
        return clock.now_ns() // NS

    assert asyncio.run(scene()) == 4600


def test_without_skip_the_event_loop_calls() -> None:
    async def scene() -> None:
        await Clock().sleep(0.001)

    asyncio.run(scene())
