"""The proxy: listeners, their relays, the record and the verdict; what `wsdtrace proxy` and a notebook both use."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import BinaryIO, Final, Self

from wsdtrace.capture.notes import Note
from wsdtrace.check.finding import Finding
from wsdtrace.errors import OutputError, UsageError
from wsdtrace.pipeline import Options
from wsdtrace.proxy.admission import Connections
from wsdtrace.proxy.bulk import Bulk, Passed
from wsdtrace.proxy.certificate import Pins, default_folder, device_context, own_context
from wsdtrace.proxy.faults import Fault, Faults, parse_fault
from wsdtrace.proxy.handler import Handler
from wsdtrace.proxy.intercept import Hook, Hooks
from wsdtrace.proxy.interfaces import Interface, interfaces
from wsdtrace.proxy.limits import ProxyLimits
from wsdtrace.proxy.presence import Announce, Presence, only_scanner, places_of
from wsdtrace.proxy.record import Record
from wsdtrace.proxy.relay import Relay
from wsdtrace.proxy.routes import MAX_ROUTES, Guard, Server, Url, is_address, plain_host
from wsdtrace.proxy.target import Target, resolve
from wsdtrace.proxy.wire import Pipe, reason_of
from wsdtrace.records import Endpoint
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.events import Event, ExchangeEnded, JobFellSilent
from wsdtrace.state.model import Exchange

LOOPBACK: Final = ("127.0.0.1", "::1")
"""Where the proxy listens unless told otherwise."""


class Proxy:
    """Stands between clients and one device. Use it as `async with`; iterate over it for exchanges as they end.

    Args:
        device: URL of the device, or of its scan service.
        listen: IP addresses or interfaces to listen at; loopback of both families when None.
        announce: how the scanner is announced on the interfaces: `auto`, `isolated`, `own` or `off`.
        port: of the first listener; 0 for any that is free.
        record: path of the pcapng file to write; `-` for standard output; None for none.
        rewrite: exchange addresses in messages; False relays bytes only.
        allow: hosts that may be reached and called beside the device's and the subscribers' own.
        tls: speak TLS to clients, with a certificate that is made on the first run.
        faults: faults to inject, as `--fault` has them or as `Fault`.
        seed: of chance in them.
        options: of the checker.
        limits: bounds.
        say: called with each line that a person should read.
        on_exchange: called with each exchange when it has ended.
        on_finding: called with each finding when it first appears.
    """

    def __init__(
        self,
        device: str,
        *,
        listen: Iterable[str] | None = None,
        announce: str = Announce.AUTO,
        port: int = 0,
        record: str | None = None,
        rewrite: bool = True,
        allow: Iterable[str] = (),
        tls: bool = False,
        faults: Iterable[str | Fault] = (),
        seed: int = 0,
        options: Options | None = None,
        limits: ProxyLimits | None = None,
        say: Callable[[str], None] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
        on_finding: Callable[[Finding], None] | None = None,
    ) -> None:
        self.device = device
        self.limits = limits or ProxyLimits()
        self.rewrites = rewrite
        self.scheme = "https" if tls else "http"
        self._own_tls: ssl.SSLContext | None = None
        self._pins = Pins()
        self.faults = Faults([parse_fault(f) if isinstance(f, str) else f for f in faults], seed)
        self.hooks = Hooks()
        self.trace: Trace | None = None
        """The verdict; there when the block has ended."""
        self.path = record
        self._listen: tuple[str, ...] | None = None
        where: list[Interface] = []
        if listen is not None:
            addresses, where = places_of(listen)
            self._listen = tuple(addresses)
        self.presence = Presence(Announce(announce), where)
        self._port = port
        self._allow = set(allow)
        self._options = options or Options()
        self._say = say
        self._on_exchange = on_exchange
        self._on_finding = on_finding
        self._file: BinaryIO | None = None
        self._has_record = False
        self._target: Target | None = None
        self._guard = Guard(set(), self._allow)
        self._own: set[str] = set()
        self._servers: list[asyncio.Server] = []
        self._ways: dict[int, Handler] = {}
        """By port."""
        self._making = asyncio.Lock()
        self._relays: set[asyncio.Task[None]] = set()
        self.connections = Connections(self.limits.connections, self.say)
        self._writing: asyncio.Task[None] | None = None
        self._ended: asyncio.Queue[Exchange | None] = asyncio.Queue()
        self._iterated = False
        self._threads = ThreadPoolExecutor(self.limits.connections, "wsdtrace-bulk")
        """For bodies that pass; a thread is made when one is needed."""

    # -- life ----------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Resolve the device, open the record, listen.

        Raises:
            UsageError: the device's URL cannot be used, or the port is taken.
            OutputError: the record cannot be written.
        """
        if self.scheme == "https":
            self._own_tls, made = own_context(default_folder())
            if made:
                self.say(f"made a certificate of our own in {default_folder()}: clients have to accept it")
        if self.device == "auto":
            self.device = await only_scanner()
        self._target = await resolve(self.device)
        self._guard = Guard(self._target.hosts, self._allow)
        self._file = None if self.path is None else open_record(self.path)
        self.record = Record(
            self.path or "proxy",
            self._file,
            replace(self._options, on_event=self._event, on_finding=self._found),
            troubled=self._troubled,
        )
        self._has_record = True
        self._own = {"localhost", plain_host(socket.gethostname()), *self._allow}
        try:
            self.port = await self._open_way(self._target.server, self._addresses(), self._port, sink=False)
        except BaseException:
            self._close_file()
            raise
        self._writing = asyncio.create_task(self.record.keep_writing())
        try:
            if any(self._is_self(address, self._target.url.port) for address in self._target.addresses):
                raise UsageError(
                    f"--device {self.device}: there the proxy itself listens; give the scanner's URL, or another --port"
                )
            await self.presence.start(self, self._target)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def settle(self, seconds: float) -> None:
        """Let connections end that are ending: what a client left behind is still on its way."""
        if self._relays:
            await asyncio.wait(set(self._relays), timeout=seconds)

    async def close(self) -> Trace:
        """Stop listening, end all connections, finish the record and give the verdict."""
        if self.trace is not None:
            return self.trace
        await self.presence.stop()
        for server in self._servers:
            server.close()
        for task in list(self._relays):
            task.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)
        self._threads.shutdown(wait=False)
        self.record.stop()
        if self._writing is not None:
            await self._writing
        self.trace = self.record.finish()
        self._close_file()
        self._ended.put_nowait(None)
        return self.trace

    def _close_file(self) -> None:
        if self._file is not None and self.path != "-":
            self._file.close()
        self._file = None

    # -- what a user sees ----------------------------------------------------------------------

    @property
    def url(self) -> str:
        """What to give to a client in place of the device's URL."""
        assert self._target is not None
        return self._target.url.at(self.scheme, Endpoint(plain_host(self._addresses()[0]), self.port))

    def __aiter__(self) -> AsyncIterator[Exchange]:
        """Exchanges as they end, each once (not a second time for the other leg)."""
        self._iterated = True
        return self._exchanges()

    async def _exchanges(self) -> AsyncIterator[Exchange]:
        while (exchange := await self._ended.get()) is not None:
            yield exchange

    def say(self, text: str) -> None:
        """A line for people."""
        if self._say is not None:
            self._say(text)

    def so_far(self) -> Trace:
        """What is known while the run goes on: jobs and subscriptions, whose secrets a report must not show."""
        if not self._has_record:
            return Trace(InputInfo(self.path or "proxy", [], "proxy"))
        tracker = self.record.run.tracker
        return Trace(
            InputInfo(self.path or "proxy", [], "proxy", first_time_ns=self.record.first_ns),
            jobs=tracker.jobs.all,
            subscriptions=tracker.subscriptions.all,
        )

    def on_request(self, hook: Hook, operation: str = "*") -> Hook:
        """Show requests of an operation to a function, which may change, hold, drop or answer them."""
        self.hooks.add(hook, operation, request=True)
        return hook

    def on_response(self, hook: Hook, operation: str = "*") -> Hook:
        """Show responses of an operation to a function; they are held until they are whole, pages too."""
        self.hooks.add(hook, operation, request=False)
        return hook

    def inject(self, fault: str | Fault) -> None:
        """Inject a fault from now on.

        Raises:
            UsageError: it cannot be understood.
        """
        self.faults.add(parse_fault(fault) if isinstance(fault, str) else fault)

    async def in_thread(self, bulk: Bulk) -> Passed:
        """Pass a body in a thread. Where that is cancelled, both connections are ended."""
        passing = asyncio.get_running_loop().run_in_executor(self._threads, bulk.run)
        try:
            return await asyncio.shield(passing)
        except asyncio.CancelledError:
            bulk.stop()
            await passing
            raise

    def beside(self, work: Coroutine[None, None, None]) -> None:
        """Do something beside the relays; it is ended with the run."""
        task = asyncio.get_running_loop().create_task(work)
        self._relays.add(task)
        task.add_done_callback(self._relays.discard)

    def tell(
        self,
        *,
        say: Callable[[str], None],
        on_exchange: Callable[[Exchange], None],
        on_finding: Callable[[Finding], None],
    ) -> None:
        """Whom to tell, where that is known only after the proxy was made; before it starts."""
        self._say, self._on_exchange, self._on_finding = say, on_exchange, on_finding

    # -- listeners -----------------------------------------------------------------------------

    def _addresses(self) -> tuple[str, ...]:
        return LOOPBACK if self._listen is None else self._listen

    async def _open_way(self, server: Server, addresses: Iterable[str], port: int, *, sink: bool) -> int:
        """Listen for a server at some addresses, everywhere at the same port."""
        handler = Handler(self, server, sink=sink)
        for number, address in enumerate(addresses):
            try:
                port = await self._listen_at(handler, address, port)
            except OSError as error:
                if number and self._listen is None:
                    continue  # this machine has no IPv6 loopback, or something else has the port there
                raise UsageError(_why_not(address, port, error)) from error
            self._own.add(plain_host(address))
        self._ways[port] = handler
        return port

    async def _listen_at(self, handler: Handler, address: str, port: int) -> int:
        loop = asyncio.get_running_loop()
        secure = None if handler.sink else self._own_tls
        made = await loop.create_server(
            lambda: Pipe(lambda pipe: self._accepted(handler, pipe)), address, port, ssl=secure
        )
        self._servers.append(made)
        found: int = made.sockets[0].getsockname()[1]
        return found

    def _accepted(self, handler: Handler, pipe: Pipe) -> None:
        """A connection came."""
        if handler.sink and not self._guard.is_device(pipe.peer.address):
            self.connections.shed(pipe, "only the device may send events here")
            return
        if not self.connections.has_room():
            self.connections.shed(pipe, f"{self.limits.connections} connections are open")
            return
        self._own.add(pipe.local.address)
        relay = Relay(handler, pipe)
        self.connections.add(pipe, relay)
        task = asyncio.get_running_loop().create_task(relay.run())
        self._relays.add(task)
        task.add_done_callback(lambda done: self._relayed(done, pipe))

    def _relayed(self, task: asyncio.Task[None], pipe: Pipe) -> None:
        self._relays.discard(task)
        self.connections.remove(pipe)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler({"message": "relay failed", "exception": error})

    # -- ways, as the rewriter asks for them -----------------------------------------------------

    @property
    def mark(self) -> str:
        """What friendly names end with towards clients."""
        return self.presence.mark

    def renamed(self, text: str, *, to_device: bool) -> str | None:
        """The other side's name for an endpoint address."""
        return self.presence.renamed(text, to_device=to_device)

    def at(self, url: Url, address: str, port: int) -> str:
        """A URL of the device as it is reached through one of our addresses."""
        return url.at(self.scheme, Endpoint(address, port))

    def server_at(self, endpoint: Endpoint) -> Server | None:
        """The server that a listener stands for."""
        handler = self._ways.get(endpoint.port)
        return handler.server if handler is not None and endpoint.address in self._own else None

    async def way_to_device(self, server: Server) -> int | None:
        """Port of the listener that stands for a server of the device."""
        if not await self._is_device(server.host):
            return None
        return await self._way(server, self._addresses(), sink=False)

    async def way_to_sink(self, server: Server, subscriber: str, proxy: str) -> int | None:
        """Port of the listener, at the address by which the device reaches us, that stands for an event sink."""
        if server.scheme != "http" or not self._guard.is_sink(server.host, subscriber):
            return None
        return await self._way(server, (proxy,), sink=True)

    async def _way(self, server: Server, addresses: tuple[str, ...], *, sink: bool) -> int | None:
        async with self._making:
            for port, handler in self._ways.items():
                if handler.server == server and handler.sink == sink:
                    return port
            if len(self._ways) >= MAX_ROUTES:
                self.say(f"{server.url} gets no listener: {MAX_ROUTES} are open")
                return None
            return await self._open_way(server, addresses, 0, sink=sink)

    async def _is_device(self, host: str) -> bool:
        """The host is the device's; a name is when it resolves to one of its addresses."""
        if self._guard.is_device(host):
            return True
        if is_address(host):
            return False
        try:
            target = await resolve(f"http://{host}/")
        except UsageError:
            return False
        if not any(self._guard.is_device(plain_host(address)) for address in target.addresses):
            return False
        self._guard.device.add(host)
        return True

    def _is_self(self, address: str, port: int) -> bool:
        """Whoever connects there comes back to one of our listeners."""
        here = {plain_host(str(s.getsockname()[0])) for server in self._servers for s in server.sockets
                if s.getsockname()[1] == port}  # fmt: skip
        if here & {"0.0.0.0", "::"}:  # noqa: S104 - what was asked for
            here |= {plain_host(a) for interface in interfaces() for a in interface.addresses}
        return plain_host(address) in here

    def is_own_name(self, host: str) -> bool:
        """A Host by which the proxy may be called: its addresses and names, and the device's."""
        return host in self._own or self._guard.is_device(host)

    async def connect(self, server: Server, ready: Callable[[], None]) -> Pipe:
        """A connection to a server.

        Raises:
            OSError: it cannot be reached.
        """
        host = server.host
        if self._target is not None and host in self._target.hosts:
            same = [a for a in self._target.addresses if plain_host(a) == host]
            host = (same or self._target.addresses)[0]
        if is_address(plain_host(host)) and self._is_self(host, server.port):
            raise OSError("this is the proxy itself")
        secure = device_context() if server.scheme == "https" else None
        _, pipe = await asyncio.get_running_loop().create_connection(
            lambda: Pipe(ready=ready), host, server.port, ssl=secure, server_hostname=None if secure is None else ""
        )
        changed = None if secure is None else self._pins.changed(server.authority, pipe.certificate)
        if changed is not None:
            self.say(changed)
            self.record.note(Note("certificate", changed))
        return pipe

    # -- what happened -------------------------------------------------------------------------

    def _event(self, event: Event) -> None:
        if isinstance(event, ExchangeEnded) and event.exchange.copy_of is None:
            if self._iterated:
                self._ended.put_nowait(event.exchange)
            if self._on_exchange is not None:
                self._on_exchange(event.exchange)
        elif isinstance(event, JobFellSilent):
            self.say(f"{event.job.label}: nothing for 60 s after {event.job.last_activity_was}")
        if self._options.on_event is not None:
            self._options.on_event(event)

    def _found(self, finding: Finding) -> None:
        if self._on_finding is not None and self.record.run.injections.into(finding) is None:
            self._on_finding(finding)

    def injected(self, exchange: Exchange) -> str | None:
        """What the proxy did itself to an exchange."""
        return self.record.run.injections.of(exchange)

    def _troubled(self, error: OSError) -> None:
        where = "standard output" if self.path == "-" else self.path
        self.say(f"{where}: recording has stopped: {error.strerror or error}; the relay goes on")


def open_record(path: str) -> BinaryIO:
    """Open a record for writing; only its owner may read it, because it holds the true bytes.

    Raises:
        OutputError: it cannot be written there.
    """
    if path == "-":
        return sys.stdout.buffer
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    return os.fdopen(handle, "wb", buffering=0)


def _why_not(address: str, port: int, error: OSError) -> str:
    at = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    match error.errno:
        case errno.EACCES | errno.EPERM:
            return f"--port {port}: may not be used ({reason_of(error)}); ports from 1024 on need no permission"
        case errno.EADDRNOTAVAIL:
            return f"--listen {address}: this machine has no such address; `ip address` lists those that it has"
        case _:
            return f"cannot listen at {at}: {reason_of(error)}; --port 0 takes a free one"
