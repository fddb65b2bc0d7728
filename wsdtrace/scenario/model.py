"""What a scenario says: exchanges, the manner in which each travels, waits. Nothing is played yet."""

from __future__ import annotations

from enum import StrEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.scenario.operations import Operation


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the text something stands."""

    line: int
    """1-based."""
    column: int
    """1-based, in characters."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """`Name=value`, `Path.To.Name=value` or `Name@Attribute=value`: what a message says otherwise than by default."""

    path: tuple[str, ...]
    """Local names; the last one is the element meant, with as many above it as are needed."""
    attribute: str | None
    value: str
    place: Place

    def __str__(self) -> str:
        name = ".".join(self.path)
        return f"{name}@{self.attribute}" if self.attribute else name


class Reply(StrEnum):
    """The kinds of answers."""

    MESSAGE = "message"
    """a well-formed response; what is assigned differs from the default one"""
    IMAGE = "image"
    """RetrieveImageResponse with an image in a part of its own"""
    FAULT = "fault"
    HTTP = "http"
    """an HTTP response without SOAP"""
    NOTHING = "nothing"
    """no answer; the connection stays open"""
    CLOSE = "close"
    """no answer; the device closes the connection"""
    RESET = "reset"
    """no answer; the device resets the connection"""
    REFUSED = "refused"
    """the connection is refused by a RST"""
    UNREACHABLE = "unreachable"
    """nobody answers the SYN"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands behind `->`."""

    reply: Reply
    word: str
    """The subcode of a fault, the format of an image, the media type of an HTTP response; else the word used."""
    assignments: tuple[Assignment, ...]
    place: Place
    after_ns: int | None = None
    """From the request to the first byte of the answer; the usual latency when None."""
    over_ns: int | None = None
    """From the first to the last byte of the answer."""
    status: int | None = None
    content: str = ""
    """Content of an HTTP response."""


class EditVerb(StrEnum):
    """What `>` and `<` lines may do to a message."""

    REPLACE = "replace"
    DROP = "drop"
    RENAME = "rename"
    ADD = "add"
    CONTENT = "content"
    PREPEND = "prepend"
    ENCODE = "encode"
    FIELD = "field"
    NO_FIELD = "no field"
    LINE = "line"
    START = "start"
    RAW = "raw"


EDIT_MEANINGS = {
    EditVerb.REPLACE: ("OLD NEW", "every OLD in the XML becomes NEW"),
    EditVerb.DROP: ("prefix:Name", "all elements of this name go; of `prefix:Name@Attribute`, the attribute"),
    EditVerb.RENAME: ("prefix:Name prefix:Other", "all elements of this name get the other one"),
    EditVerb.ADD: ("prefix:Name <xml…>", "the first element of this name gets one more child, at its end"),
    EditVerb.CONTENT: ("<xml…>", "the XML is this"),
    EditVerb.PREPEND: ("<xml…>", "this stands before the Envelope"),
    EditVerb.ENCODE: ("CHARSET", "the XML is written in this charset"),
    EditVerb.FIELD: ("Name: value", "the HTTP field has this value"),
    EditVerb.NO_FIELD: ("Name", "the HTTP field is absent"),
    EditVerb.LINE: ("text", "one more line in the HTTP head, as it stands"),
    EditVerb.START: ("text", "the start-line is this"),
    EditVerb.RAW: ("bytes", "all bytes of the message are these: `\\r`, `\\n`, `\\xNN`, and `<300 x a>` for a run"),
}
"""Verb → what stands behind it, and what it does."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to a message after it was written."""

    verb: EditVerb
    first: str
    second: str
    place: Place


@dataclass(frozen=True, slots=True)
class Tcp:
    """How segments travel."""

    new: bool = False
    same: bool = False
    handshake: bool = True
    only_requests: bool = False
    snap: int | None = None
    gap: int = 0
    request_gap: int = 0
    retransmit: bool = False
    reorder: bool = False


@dataclass(frozen=True, slots=True)
class Http:
    """How the answer is framed."""

    status: int | None = None
    type: str | None = None
    chunk: int = 0
    until_close: bool = False
    cut: int = 0
    reset: int = 0
    gzip: bool = False
    interim: bool = False
    version_10: bool = False
    pause: int = 0


@dataclass(frozen=True, slots=True)
class Mime:
    """How the parts around an image are written."""

    lf: bool = False
    closing: bool = True
    line_end_before_last: bool = True
    root_last: bool = False
    boundary: bool = True
    extra: bool = False
    encoding: str = "binary"


@dataclass(frozen=True, slots=True)
class Picture:
    """The image itself."""

    cut: int = 0
    trailing: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Udp:
    """How datagrams travel."""

    repeat: int = 1
    to: str | None = None
    to_port: int | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How an exchange travels where that is not the usual way: the lines before it."""

    tcp: Tcp = Tcp()
    http: Http = Http()
    mime: Mime = Mime()
    image: Picture = Picture()
    udp: Udp = Udp()
    request: tuple[Edit, ...] = ()
    response: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part."""

    client: str = "A"
    device: str = "1"
    proxy: str | None = None
    ipv6: bool = False
    directed: bool = False
    """Probe and Resolve over HTTP instead of UDP."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line with an operation."""

    place: Place
    cast: Cast
    operation: Operation
    assignments: tuple[Assignment, ...]
    answer: Answer | None
    """None for what is not answered: Hello and Bye."""
    manner: Manner
    during: tuple[Step, ...] = ()
    """Indented lines: what happens while the exchange is open."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes."""

    place: Place
    time_ns: int
    """May be negative: the clock of the capturing machine is set back."""


@dataclass(frozen=True, slots=True)
class Close:
    """The client closes its idle connections to the device."""

    place: Place
    cast: Cast


@dataclass(frozen=True, slots=True)
class End:
    """The capture ends here, whatever is open."""

    place: Place


Step = Exchange | Wait | Close | End


@dataclass(frozen=True, slots=True)
class Scenario:
    """A conversation to be played."""

    steps: tuple[Step, ...]
    file_cut: int = 0
    """Bytes missing at the end of the file."""
    file_lost: int = 0
    """Frames that the statistics at the end of the file call lost."""
