"""The silent listener is a listener, and knows nothing."""

from tests.http.talk import CLIENT, CONNECTION, SERVER, chunk, ok
from wsdtrace.http.head import Start
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.listener import Listener, Silent
from wsdtrace.http.message import Wire
from wsdtrace.http.meter import View
from wsdtrace.http.reader import Reader
from wsdtrace.http.sync import Side
from wsdtrace.records import Direction, HttpMessage, Stamp


class Counting(Silent):
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.starts: list[Start] = []
        self.messages: list[HttpMessage] = []

    def head_read(self, side: Side, start: Start, stamp: Stamp) -> None:
        self.starts.append(start)

    def message_read(self, side: Side, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        self.messages.append(message)


def read(listener: Listener) -> None:
    limits = HttpLimits()
    wire = Wire(CONNECTION, (CLIENT, SERVER), Direction.FROM_RESPONDER, limits, Budget(limits.held_total))
    Reader(wire, Side.SERVER, listener).feed(View(chunk(Direction.FROM_RESPONDER, 0, ok(b"a") + ok(b"b") + b"?\n", 1)))


def test_a_reader_tells_heads_and_messages() -> None:
    told = Counting()
    read(told)
    assert told.starts == [message.start for message in told.messages]
    assert [message.content.data for message in told.messages] == [b"a", b"b"]


def test_a_silent_listener_hears_without_a_word() -> None:
    read(Silent())
    assert Silent().answered_method() is None
