"""Recordings written anew in ways that change nothing of what they mean: another framing, another spelling of the same
XML, other addresses, another network, another file.

A recording is taken apart into `Talk`s (connections with their messages and ends) and datagrams; a rewriting changes
messages, or the places where they come from; what is written is a capture of Ethernet frames again (`damage.Capture`),
which `reframe` puts into other frames and files. Only well-framed messages are changed, and what follows one that is
not stays as it was.
"""

from __future__ import annotations

import gzip
import io
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path

from tests.damage import Capture, Frame
from wsdtrace.capture import PcapngWriter, open_capture, open_capture_bytes
from wsdtrace.net import Net
from wsdtrace.records import (
    ConnectionOpened,
    ConnectionRefused,
    Datagram,
    Direction,
    Endpoint,
    StreamChunk,
    StreamEnd,
    StreamEnded,
)

SECOND = 10**9


@dataclass(frozen=True, slots=True)
class Said:
    """Bytes that one side sent: a message, or what cannot be read as one."""

    direction: Direction
    first_ns: int
    last_ns: int
    data: bytes
    framed: bool = False
    """It is an HTTP message whose end is known."""
    closes: bool = False
    """It is the last of its direction."""

    @property
    def head(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[0]

    @property
    def content(self) -> bytes:
        """Without transfer coding."""
        body = self.data.partition(b"\r\n\r\n")[2]
        return unchunked(body) if has_chunks(self.head) else body

    @property
    def is_response(self) -> bool:
        return self.data.startswith(b"HTTP/")


@dataclass(slots=True)
class Talk:
    """A connection."""

    client: Endpoint
    server: Endpoint
    opened_ns: int
    handshake: bool
    said: list[Said] = field(default_factory=list)
    ends: list[tuple[int, Direction, StreamEnd]] = field(default_factory=list)
    refused: bool | None = None
    """Answered by a reset (True) or by nothing (False)."""


@dataclass(slots=True)
class Conversation:
    """All of a recording."""

    talks: list[Talk]
    datagrams: list[Datagram]


# -- apart ------------------------------------------------------------------------------------


def taken_apart(path: Path) -> Conversation:
    """The connections and datagrams of a recording."""
    talks: dict[int, Talk] = {}
    refusals: list[Talk] = []
    datagrams: list[Datagram] = []
    pieces: dict[tuple[int, Direction], list[tuple[int, bytes]]] = {}
    net = Net()
    with open_capture(path) as source:
        for event in (*(e for batch in source.batches() for e in net.feed(batch)), *net.close()):
            match event:
                case ConnectionOpened():
                    talk = Talk(event.originator, event.responder, event.stamp.time_ns, event.handshake)
                    talks[event.connection] = talk
                case ConnectionRefused():
                    ends = event.originator, event.responder
                    refusals.append(Talk(*ends, event.stamp.time_ns, handshake=False, refused=event.answered))
                case StreamChunk():
                    edges = [*event.index.offset.tolist(), event.offset + len(event.data)]
                    times = event.index.time_ns.tolist()
                    for (low, high), time_ns in zip(pairwise(edges), times, strict=True):
                        data = bytes(event.data[low - event.offset : high - event.offset])
                        pieces.setdefault((event.connection, event.direction), []).append((time_ns, data))
                case StreamEnded() if event.how in (StreamEnd.FIN, StreamEnd.RST):
                    talks[event.connection].ends.append((event.stamp.time_ns, event.direction, event.how))
                case Datagram():
                    datagrams.append(replace(event, data=bytes(event.data)))
    for (connection, direction), stream in pieces.items():
        talks[connection].said += _messages(stream, direction)
    for talk in talks.values():
        talk.said.sort(key=lambda said: said.first_ns)
    return Conversation([*talks.values(), *refusals], datagrams)


def _messages(stream: list[tuple[int, bytes]], direction: Direction) -> list[Said]:
    """The messages of one direction."""
    whole = b"".join(data for _, data in stream)
    marks, at = [], 0
    for time_ns, data in stream:
        marks.append((at, time_ns))
        at += len(data)

    def when(offset: int) -> int:
        return next(time_ns for start, time_ns in reversed(marks) if start <= offset)

    out: list[Said] = []
    at = 0
    while at < len(whole):
        stop = _end(whole, at)
        framed = stop is not None
        end = len(whole) if stop is None else stop
        out.append(Said(direction, when(at), when(end - 1), whole[at:end], framed, closes=end == len(whole)))
        at = end
    return out


def has_chunks(head: bytes) -> bool:
    return re.search(rb"(?im)^transfer-encoding:[^\r]*chunked", head) is not None


def _end(whole: bytes, at: int) -> int | None:
    """Where the HTTP message at `at` ends; None where that cannot be read."""
    split = whole.find(b"\r\n\r\n", at)
    if split < 0 or not re.match(rb"HTTP/1\.\d \d{3}|[A-Z]+ \S+ HTTP/1", whole[at : at + 200]):
        return None
    head, body = whole[at:split], split + 4
    if has_chunks(head):
        end = re.compile(rb"(?:^|\r\n)0\r\n\r\n").search(whole, body)
        return None if end is None else end.end()
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    if length is not None:
        return body + int(length[1]) if body + int(length[1]) <= len(whole) else None
    if re.match(rb"HTTP/1\.\d (?:1\d\d|204|304)|[A-Z]+ \S+ HTTP", head):
        return body
    return len(whole)  # until the connection closes


def unchunked(body: bytes) -> bytes:
    out = bytearray()
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        out += body[:length]
        body = body[length + 2 :]
    return bytes(out)


# -- together ---------------------------------------------------------------------------------


def together(*conversations: Conversation, mss: int = 1448) -> Capture:
    """A capture of conversations, its frames in the order of time."""
    out = io.BytesIO()
    writer = PcapngWriter(out)
    for talk in (talk for each in conversations for talk in each.talks):
        if talk.refused is not None:
            writer.refuse(talk.opened_ns, talk.client, talk.server, answered=talk.refused)
            continue
        connection = writer.connect(talk.opened_ns, talk.client, talk.server, handshake=talk.handshake, mss=mss)
        moves: list[tuple[int, int, Callable[[], object]]] = []
        for said in talk.said:
            moves.append((said.first_ns, len(moves), _sending(connection.send, said)))
        for time_ns, direction, how in talk.ends:
            if how is StreamEnd.FIN or direction is talk.ends[0][1]:
                moves.append((time_ns, 10**6 + len(moves), _closing(connection.close, time_ns, direction, how)))
        for _, _, move in sorted(moves, key=lambda each: each[:2]):
            move()
    for datagram in (d for each in conversations for d in each.datagrams):
        writer.datagram(datagram.stamp.time_ns, datagram.source, datagram.destination, bytes(datagram.data))
    frames = frames_of(out.getvalue())
    frames.sort(key=lambda frame: frame.time_ns)
    return Capture(1, frames)


def frames_of(data: bytes) -> list[Frame]:
    """The frames of a capture file in memory."""
    frames: list[Frame] = []
    with open_capture_bytes(data, "rewritten") as source:
        for batch in source.batches():
            for row in range(len(batch)):
                start, length = int(batch.offset[row]), int(batch.captured_len[row])
                frame = bytes(batch.buffer[start : start + length])
                frames.append(Frame(int(batch.time_ns[row]), int(batch.wire_len[row]), frame))
    return frames


def _sending(send: Callable[..., object], said: Said) -> Callable[[], object]:
    return lambda: send(said.first_ns, said.direction, said.data, until_ns=said.last_ns)


def _closing(close: Callable[..., object], time_ns: int, direction: Direction, how: StreamEnd) -> Callable[[], object]:
    return lambda: close(time_ns, direction, how)


# -- messages ---------------------------------------------------------------------------------

Change = Callable[[Said], bytes]


def each_message(conversation: Conversation, change: Change) -> Conversation:
    """With every framed message of a connection changed; what follows an unreadable one stays."""
    talks = []
    for talk in conversation.talks:
        said = [replace(s, data=change(s)) if s.framed else s for s in talk.said]
        talks.append(replace(talk, said=said))
    return Conversation(talks, conversation.datagrams)


def each_xml(conversation: Conversation, change: Callable[[bytes], bytes]) -> Conversation:
    """With the XML of every message and datagram changed."""

    def message(said: Said) -> bytes:
        if not said.content:
            return said.data
        return reframed(said, _xml_within(said, change))

    changed = each_message(conversation, message)
    datagrams = ((d, bytes(d.data)) for d in conversation.datagrams)
    changed.datagrams = [replace(d, data=change(data) if b"Envelope" in data else data) for d, data in datagrams]
    return changed


def _xml_within(said: Said, change: Callable[[bytes], bytes]) -> bytes:
    """The content with its envelope changed: all of it, or what reaches from `<` to the end tag of the envelope."""
    content = said.content
    found = re.search(rb"(?s)(?:<\?xml[^>]*\?>\s*)?<([\w-]+):Envelope.*</\1:Envelope>", content)
    if found is None:
        return content
    rest = content[found.end() :]
    return content[: found.start()] + change(found[0]) + (rest if rest.strip() else b"")


def each_text(conversation: Conversation, change: Callable[[bytes], bytes]) -> Conversation:
    """With all texts changed, in heads and contents, of messages that break off, too."""
    talks = []
    for talk in conversation.talks:
        said = []
        for each in talk.said:
            if each.framed and each.content:
                head = replace(each, data=change(each.head) + each.data[len(each.head) :])
                said.append(replace(each, data=reframed(head, change(each.content))))
            else:
                said.append(replace(each, data=change(each.data)))
        talks.append(replace(talk, said=said))
    return Conversation(talks, [replace(d, data=change(bytes(d.data))) for d in conversation.datagrams])


def fields_without(head: bytes, *names: bytes) -> list[bytes]:
    lowered = tuple(name.lower() + b":" for name in names)
    return [line for line in head.split(b"\r\n") if not line.lower().startswith(lowered)]


def reframed(said: Said, content: bytes, *more: bytes) -> bytes:
    """The message with another content, framed as it was."""
    if has_chunks(said.head):
        return b"\r\n".join([*fields_without(said.head), *more]) + b"\r\n\r\n" + in_chunks(content, 4096)
    if re.search(rb"(?im)^content-length:", said.head):
        return with_length(said.head, content, *more)
    return b"\r\n".join([said.head, *more]) + b"\r\n\r\n" + content


def with_length(head: bytes, content: bytes, *more: bytes) -> bytes:
    lines = fields_without(head, b"content-length", b"transfer-encoding")
    return b"\r\n".join([*lines, *more, b"Content-Length: %d" % len(content)]) + b"\r\n\r\n" + content


def in_chunks(content: bytes, size: int) -> bytes:
    chunks = (content[at : at + size] for at in range(0, len(content), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def chunked(seed: int) -> Change:
    """Chunks of any size."""
    chance = random.Random(seed)

    def change(said: Said) -> bytes:
        if not said.content or said.data.startswith(b"HTTP/1.0"):
            return said.data
        lines = fields_without(said.head, b"content-length", b"transfer-encoding")
        head = b"\r\n".join([*lines, b"Transfer-Encoding: chunked"])
        return head + b"\r\n\r\n" + in_chunks(said.content, chance.choice((7, 100, 1000, 10**6)))

    return change


def measured(said: Said) -> bytes:
    """Content-Length."""
    return with_length(said.head, said.content) if said.content else said.data


def zipped(said: Said) -> bytes:
    """Responses in the content coding gzip."""
    if not said.content or not said.is_response:
        return said.data
    return with_length(said.head, gzip.compress(said.content, mtime=0), b"Content-Encoding: gzip")


def until_close(said: Said) -> bytes:
    """HTTP/1.0 responses that end where the connection does."""
    if not said.content or not said.is_response or not said.closes:
        return said.data
    lines = fields_without(said.head, b"content-length", b"transfer-encoding", b"connection")
    head = b"\r\n".join([b"HTTP/1.0" + lines[0][8:], *lines[1:], b"Connection: close"])
    return head + b"\r\n\r\n" + said.content


def loud_fields(said: Said) -> bytes:
    """Other letter case and spaces of field names and media types."""
    lines = said.head.split(b"\r\n")
    new = [lines[0]]
    for number, line in enumerate(lines[1:]):
        name, colon, value = line.partition(b":")
        name = name.lower() if number % 2 else name.upper()
        value = re.sub(rb"application/soap\+xml", b"Application/SOAP+XML", value)
        new.append(name + colon + b"  " + value.strip() + b" " if colon else line)
    return b"\r\n".join(new) + b"\r\n\r\n" + said.data.partition(b"\r\n\r\n")[2]


# -- XML --------------------------------------------------------------------------------------


def other_prefixes(xml: bytes) -> bytes:
    """Every prefix is another one."""
    for prefix in sorted(set(re.findall(rb"xmlns:([\w.-]+)\s*=", xml)), key=len, reverse=True):
        new = b"n-" + prefix[::-1]
        xml = re.sub(rb"xmlns:" + re.escape(prefix) + rb"(\s*=)", rb"xmlns:" + new + rb"\1", xml)
        xml = re.sub(rb"(?<=[<\s/>\"'])" + re.escape(prefix) + rb":(?=[A-Za-z_])", new + b":", xml)
    return xml


def no_white_space(xml: bytes) -> bytes:
    """No space between elements, no XML declaration."""
    return re.sub(rb">\s+<", b"><", re.sub(rb"^<\?xml[^>]*\?>\s*", b"", xml)).strip()


def indented(xml: bytes) -> bytes:
    """Each element on a line of its own, with comments and CRLF; texts as they were."""
    lines = re.sub(rb">\s*<(?=[^/])", b">\r\n\t<!-- x --><", no_white_space(xml))
    return b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n' + lines


def spelt_out(xml: bytes) -> bytes:
    """Spaces within tags, apostrophes, references for letters and CDATA."""
    xml = re.sub(rb'="([^"\'<]*)"', rb" = '\1'", xml)
    xml = re.sub(rb"<(/?[\w-]+:\w+)>", rb"<\1 >", xml)

    def text(found: re.Match[bytes]) -> bytes:
        first, rest = found[1][:1], found[1][1:]
        return b">&#x%x;" % first[0] + (b"<![CDATA[" + rest + b"]]>" if rest else b"") + b"<"

    return re.sub(rb">([A-Za-z0-9][\w:/.+-]*)<", text, xml)


def with_mark(xml: bytes) -> bytes:
    """UTF-8 with a byte order mark."""
    return b"\xef\xbb\xbf" + xml


def in_utf_16(xml: bytes) -> bytes:
    """UTF-16 with a byte order mark."""
    text = re.sub(rb"^(<\?xml[^>]*)encoding=(['\"])[^'\"]*\2", rb"\1encoding='utf-16'", xml)
    return text.decode("utf-8").encode("utf-16")


UUID = re.compile(rb"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def upper_uuids(data: bytes) -> bytes:
    """UUIDs in capitals."""
    return UUID.sub(lambda found: found[0].upper(), data)


def upper_relations(data: bytes) -> bytes:
    """UUIDs in capitals where an answer names its request."""
    return re.sub(rb"RelatesTo[^>]*>[^<]*<", lambda found: upper_uuids(found[0]), data)


# -- places -----------------------------------------------------------------------------------


def moved(conversation: Conversation, new: Callable[[Endpoint], Endpoint], *, later_ns: int = 0) -> Conversation:
    """Every endpoint is another one, in the texts, too, and everything happens later."""
    known = {e for t in conversation.talks for e in (t.client, t.server)}
    known |= {e for d in conversation.datagrams for e in (d.source, d.destination)}
    named: dict[bytes, bytes] = {}
    for endpoint in known:
        other = new(endpoint)
        named[_host(endpoint) + b":%d" % endpoint.port] = _host(other) + b":%d" % other.port
        named.setdefault(b"//" + _host(endpoint) + b"/", b"//" + _host(other) + b"/")
    pattern = re.compile(b"|".join(re.escape(old) + rb"(?!\d)" for old in sorted(named, key=len, reverse=True)))

    def text(data: bytes) -> bytes:
        return pattern.sub(lambda found: named[found[0]], data)

    changed = each_text(conversation, text)
    talks = [
        replace(
            talk,
            client=new(talk.client),
            server=new(talk.server),
            opened_ns=talk.opened_ns + later_ns,
            said=[replace(s, first_ns=s.first_ns + later_ns, last_ns=s.last_ns + later_ns) for s in talk.said],
            ends=[(time_ns + later_ns, direction, how) for time_ns, direction, how in talk.ends],
        )
        for talk in changed.talks
    ]
    datagrams = [
        replace(
            d,
            source=new(d.source),
            destination=new(d.destination),
            stamp=replace(d.stamp, time_ns=d.stamp.time_ns + later_ns),
        )
        for d in changed.datagrams
    ]
    return Conversation(talks, datagrams)


def _host(endpoint: Endpoint) -> bytes:
    return f"[{endpoint.address}]".encode() if ":" in endpoint.address else endpoint.address.encode()


def other_uuids(conversation: Conversation, mark: bytes) -> Conversation:
    """All UUIDs begin otherwise: another device, and other messages."""
    return each_text(conversation, lambda text: UUID.sub(lambda found: mark + found[0][len(mark) :], text))


def is_group(address: str) -> bool:
    return ip_address(address).is_multicast


def other_ports(endpoint: Endpoint) -> Endpoint:
    """Any port but that of discovery."""
    return endpoint if endpoint.port in (3702, 5357, 5358) else replace(endpoint, port=(endpoint.port + 7001) % 64_000)


def other_addresses(endpoint: Endpoint) -> Endpoint:
    """Another network of the same kind."""
    if is_group(endpoint.address):
        return endpoint
    if ":" in endpoint.address:
        parts = endpoint.address.split(":")
        return replace(endpoint, address=":".join([*parts[:-1], f"{(int(parts[-1] or '0', 16) ^ 0x99) or 1:x}"]))
    last = endpoint.address.rsplit(".", 1)[1]
    return replace(endpoint, address=f"198.51.100.{last}")


def over_ipv6(endpoint: Endpoint) -> Endpoint:
    """IPv6 for IPv4."""
    if ":" in endpoint.address:
        return endpoint
    if is_group(endpoint.address):
        return replace(endpoint, address="ff02::c")
    return replace(endpoint, address="fe80::" + endpoint.address.rsplit(".", 1)[1])
