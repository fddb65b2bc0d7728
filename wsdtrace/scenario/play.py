"""A `Scenario` → the frames of its conversation, by a clock of its own that starts at a fixed date.

Theory of operation: steps are played in order; each moves the clock by what it takes. An exchange is asked on one
connection (through a proxy on two, one inside the other), what is indented below it happens, then it is answered.
Nothing is random: ids, ports and times are counted, so a text always gives the same bytes.
"""

from __future__ import annotations

from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadScenario
from wsdtrace.records import Direction, Endpoint, StreamEnd
from wsdtrace.scenario.book import Book
from wsdtrace.scenario.edits import Edited, forbid_head, raw_of
from wsdtrace.scenario.framing import INTERIM, Framed
from wsdtrace.scenario.hosts import DISCOVERY_PORT, GROUP_4, GROUP_6, Faces, Host, HostKind, Hosts
from wsdtrace.scenario.messages import Leg, Written, hello_bytes
from wsdtrace.scenario.model import Answer, Close, End, Exchange, Reply, Scenario, Step, Wait
from wsdtrace.scenario.operations import Toward
from wsdtrace.scenario.wire import SETTLE_NS, Line, Recorder, Transmission, Wire

START_NS = 1_767_261_600 * 10**9
"""2026-01-01 10:00:00 UTC"""
THINK_NS = 100_000_000
"""Between exchanges."""
LATENCY_NS = 20_000_000
"""From a request to its answer; an image takes `SCAN_NS`."""
SCAN_NS = 400_000_000
HOP_NS = 2_000_000
"""What a proxy takes to pass a message on."""
REPEAT_NS = 100_000_000
"""Between the copies of a datagram: within 50 to 250 ms (DPWS 2006/02 appendix I)."""
MATCH_NS = 150_000_000
"""From a Probe to its answer: within APP_MAX_DELAY (WS-Discovery 2005/04 §2.4)."""

_FORWARD, _BACK = Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER
_SILENT = frozenset({Reply.NOTHING, Reply.CLOSE, Reply.RESET})


class _Ended(Exception):
    """The capture ends here."""


@dataclass(slots=True)
class _Asked:
    """An exchange whose answer is still to come."""

    step: Exchange
    answer: Answer
    legs: list[tuple[Leg, Line]]
    """In the order in which the request passes them."""
    requests: list[Written]
    at_ns: int
    """When the request was complete."""
    frames: list[Framed] = field(default_factory=list)


class Player:
    """Plays one scenario on one recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self.now_ns = START_NS
        self._recorder = recorder
        self._wire = Wire(recorder)
        self._hosts = Hosts()
        self._book = Book()

    def play(self, scenario: Scenario) -> None:
        """Write all frames.

        Raises:
            BadScenario: something that only playing shows, such as an edit of what is not there.
        """
        try:
            self._steps(scenario.steps)
        except _Ended:
            return
        for line in self._wire.lines:
            self.now_ns = self._wire.close(line, self.now_ns, _FORWARD)

    def _steps(self, steps: tuple[Step, ...]) -> list[_Asked]:
        """Play steps; the exchanges that were asked in a pipeline and wait for their turn."""
        waiting: list[_Asked] = []
        for step in steps:
            match step:
                case Wait():
                    self.now_ns += step.time_ns
                case End():
                    raise _Ended
                case Close():
                    self._close(step)
                case Exchange() if step.operation.toward is Toward.MULTICAST and not step.cast.directed:
                    self._datagrams(step)
                    self.now_ns += THINK_NS
                case Exchange():
                    asked = self._ask(step)
                    if asked is not None and step.manner.tcp.same:
                        waiting.append(asked)
                    elif asked is not None:
                        self._answer(asked)
                    self.now_ns += THINK_NS
        return waiting

    # -- who ----------------------------------------------------------------------------------

    def _parties(self, step: Exchange | Close) -> tuple[Host, Host, Host | None]:
        cast, line = step.cast, step.place.line
        proxy = None if cast.proxy is None else self._hosts.get(HostKind.PROXY, cast.proxy, line)
        return (
            self._hosts.get(HostKind.CLIENT, cast.client, line),
            self._hosts.get(HostKind.DEVICE, cast.device, line),
            proxy,
        )

    def _legs(self, step: Exchange) -> list[tuple[Leg, Host, str, Endpoint]]:
        """The legs of an exchange, with who opens the connection, from where and where to."""
        client, device, proxy = self._parties(step)
        ipv6, by_device = step.cast.ipv6, step.operation.by_device
        message_id = (device if by_device else client).message_id()
        answer_id = (client if by_device else device).message_id()
        at = {host.kind: host.address(ipv6=ipv6) for host in (client, device, *([proxy] if proxy else []))}
        ends = [(client, at[HostKind.CLIENT], device, at[HostKind.DEVICE])]
        if proxy is not None:
            middle = at[HostKind.PROXY]
            ends = [(client, at[HostKind.CLIENT], proxy, middle), (proxy, middle, device, at[HostKind.DEVICE])]
            if by_device:
                ends.reverse()
        legs = []
        for near, near_at, far, far_at in ends:
            faces = Faces(near_at, far_at)
            leg = Leg(step, client, device, faces, self._book, self.now_ns, message_id, answer_id)
            if by_device:
                legs.append((leg, far, far_at, faces.sink))
            else:
                legs.append((leg, near, near_at, faces.service))
        return legs

    # -- over HTTP ----------------------------------------------------------------------------

    def _ask(self, step: Exchange) -> _Asked | None:
        """Send the request; None where nobody takes it."""
        answer = step.answer
        assert answer is not None
        found: list[tuple[Leg, Line]] = []
        requests: list[Written] = []
        for leg, owner, address, server in self._legs(step):
            if answer.reply in (Reply.REFUSED, Reply.UNREACHABLE):
                answered = answer.reply is Reply.REFUSED
                self._wire.refuse(self.now_ns, owner, address, server, answered=answered)
                self.now_ns += SETTLE_NS if answered else 3 * 10**9 + SETTLE_NS
                return None
            line = self._line(step, owner, address, server)
            manner = step.manner
            if step.operation.known:
                written = leg.request()
                framed = leg.request_frame(written)
            else:
                written = Written(Edited(b""), None)
                framed = Framed(raw_of(manner.request) or hello_bytes(server=False), 0)
            requests.append(written)
            how = Transmission(manner.tcp.request_gap, framed.content_start)
            self.now_ns = self._wire.send(line, self.now_ns, _FORWARD, framed.data, how)
            line.busy = True
            found.append((leg, line))
            self.now_ns += HOP_NS
        return _Asked(step, answer, found, requests, self.now_ns)

    def _line(self, step: Exchange, owner: Host, address: str, server: Endpoint) -> Line:
        if step.manner.tcp.same:
            for line in reversed(self._wire.lines):
                if line.is_open and line.busy and line.owner is owner and line.server == server:
                    return line
            raise BadScenario(
                step.place.line, step.place.column, "expected an open exchange on whose connection this one follows"
            )
        line, self.now_ns = self._wire.line(self.now_ns, owner, address, server, step.manner.tcp)
        return line

    def _answer(self, asked: _Asked) -> None:
        """Let happen what happens in between, then answer."""
        step, answer, http = asked.step, asked.answer, asked.step.manner.http
        waiting = [] if http.pause else self._steps(step.during)
        usual = SCAN_NS if answer.reply is Reply.IMAGE else LATENCY_NS
        due_ns = asked.at_ns + (usual if answer.after_ns is None else answer.after_ns)
        self.now_ns = max(self.now_ns, due_ns)
        if answer.reply in _SILENT:
            self._stay_silent(asked)
            waiting += self._steps(step.during) if http.pause else []
        else:
            for number, (leg, line) in reversed(list(enumerate(asked.legs))):
                framed = self._answer_frame(asked, number, leg)
                paused = http.pause if number == 0 else 0
                waiting += self._transmit(asked, line, framed, paused)
                self.now_ns += HOP_NS
        for later in waiting:
            self._answer(later)

    def _stay_silent(self, asked: _Asked) -> None:
        reply = asked.answer.reply
        for _, line in reversed(asked.legs):
            if reply is not Reply.NOTHING:
                how = StreamEnd.RST if reply is Reply.RESET else StreamEnd.FIN
                self.now_ns = self._wire.close(line, self.now_ns, _BACK, how)

    def _answer_frame(self, asked: _Asked, number: int, leg: Leg) -> Framed:
        """The answer of one leg; what it says goes into the book once."""
        step, answer, request = asked.step, asked.answer, asked.requests[number]
        if not step.operation.known:
            return Framed(raw_of(step.manner.response) or hello_bytes(server=True), 0)
        innermost = number == len(asked.legs) - 1
        written: Written | None = None
        to_sink = step.operation.toward is Toward.SINK
        if answer.reply is Reply.FAULT or (answer.reply is not Reply.HTTP and not to_sink):
            written = leg.answer(request, answer)
        if innermost and answer.reply is Reply.FAULT:
            self._book.refused(leg.device, request.body, answer.word)
        elif innermost and answer.reply in (Reply.MESSAGE, Reply.IMAGE):
            self._book.answered(leg.device, leg.client, request.body, written.body if written else None)
        return leg.answer_frame(written, answer)

    def _transmit(self, asked: _Asked, line: Line, framed: Framed, pause: int) -> list[_Asked]:
        """Send one answer and end the connection as told; returns what was asked in a pipeline meanwhile."""
        tcp, http, answer = asked.step.manner.tcp, asked.step.manner.http, asked.answer
        data, waiting = framed.data, list[_Asked]()
        lost = http.cut or http.reset
        if lost >= len(data):
            raise BadScenario(
                answer.place.line, answer.place.column, f"expected an answer of more than {lost} bytes to cut"
            )
        data = data[: len(data) - lost]
        if http.interim:
            self.now_ns = self._wire.send(line, self.now_ns, _BACK, INTERIM, Transmission())
        until_ns = None if answer.over_ns is None else self.now_ns + answer.over_ns
        start = min(framed.content_start + pause, len(data)) if pause else 0
        if start:
            self.now_ns = self._wire.send(line, self.now_ns, _BACK, data[:start], Transmission())
            waiting = self._steps(asked.step.during)
            data = data[start:]
        how = Transmission(tcp.gap, max(framed.content_start - start, 0), tcp.retransmit, tcp.reorder, until_ns)
        self.now_ns = self._wire.send(line, self.now_ns, _BACK, data, how)
        line.busy = bool(waiting)
        if http.reset:
            self.now_ns = self._wire.close(line, self.now_ns, _BACK, StreamEnd.RST)
        elif http.cut or http.until_close or http.version_10:
            self.now_ns = self._wire.close(line, self.now_ns, _BACK)
        return waiting

    def _close(self, step: Close) -> None:
        client, device, proxy = self._parties(step)
        served = (proxy or device).address(ipv6=step.cast.ipv6)
        for line in self._wire.lines:
            if line.owner is client and line.server.address == served and not line.busy:
                self.now_ns = self._wire.close(line, self.now_ns, _FORWARD)
        self.now_ns += THINK_NS

    # -- over UDP -----------------------------------------------------------------------------

    def _datagrams(self, step: Exchange) -> None:
        """A discovery message, its repeats and its answer."""
        client, device, _ = self._parties(step)
        ipv6, udp, answer = step.cast.ipv6, step.manner.udp, step.answer
        forbid_head((*step.manner.request, *step.manner.response))
        faces = Faces(client.address(ipv6=ipv6), device.address(ipv6=ipv6))
        sender = device if step.operation.by_device else client
        if step.operation.by_device or (answer is not None and answer.reply in (Reply.MESSAGE, Reply.FAULT)):
            device.datagrams += 1
        leg = Leg(
            step,
            client,
            device,
            faces,
            self._book,
            self.now_ns,
            sender.message_id(),
            device.message_id(),
            device.datagrams,
        )
        request = leg.request()
        here = Endpoint(sender.address(ipv6=ipv6), DISCOVERY_PORT if sender is device else client.port())
        group = Endpoint(GROUP_6 if ipv6 else GROUP_4, DISCOVERY_PORT)
        data = raw_of(step.manner.request) or request.edited.data
        self._copies(here, group, data, udp.repeat)
        asked_ns = self.now_ns
        self._steps(step.during)
        if answer is None or answer.reply is Reply.NOTHING:
            return
        if answer.reply not in (Reply.MESSAGE, Reply.FAULT):
            raise BadScenario(
                answer.place.line,
                answer.place.column,
                f"expected an answer that UDP can carry, found {answer.reply.value}",
            )
        reply = leg.answer(request, answer)
        after_ns = MATCH_NS if answer.after_ns is None else answer.after_ns
        self.now_ns = max(self.now_ns, asked_ns + after_ns)
        there = here if udp.to is None else Endpoint(udp.to, udp.to_port or DISCOVERY_PORT)
        data = raw_of(step.manner.response) or reply.edited.data
        self._copies(Endpoint(device.address(ipv6=ipv6), DISCOVERY_PORT), there, data, udp.repeat)

    def _copies(self, source: Endpoint, destination: Endpoint, data: bytes, count: int) -> None:
        for copy in range(count):
            self.now_ns += REPEAT_NS if copy else 0
            self._recorder.datagram(self.now_ns, source, destination, data)
