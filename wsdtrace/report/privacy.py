"""Redaction for what is published: beside tokens and user names everything that tells whose devices and computers.

Theory of operation: three nets, on top of the two of `redact`.

1. By value: serial numbers, names, addresses and identifiers that the trace knows.
2. By shape: IP and MAC addresses, UUIDs (version 1 holds a MAC address), hosts of URLs and of the field Host, paths of
   URLs that lead to no service, names in the local domains and those that makers and Windows give, homes and shares.
3. In excerpts of XML: the text of every element and attribute that is not on a list of harmless things (numbers, dates,
   names of the protocols' namespaces, words that the schemas list). What nobody declared may be anything.

What stays: makers, models, firmware, software, times, sizes, operations, faults: what a maintainer needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

from wsdtrace.report.redact import REDACTED, Redactor, merged_spans, moved_range, replaced_spans
from wsdtrace.report.trace import Trace
from wsdtrace.wsd import values as wsd_values

MIN_LENGTH = 3
"""Characters of the shortest name that is replaced wherever it stands as a word."""

# Every alternative that can grow begins where no letter of it stands before, so that a text is not tried at each place.
_SHAPES = re.compile(
    r"""
      (?P<uuid>\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b)
    | (?P<ipv4>(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d))
    | (?P<mac>(?<![\w:-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![\w:-]))
    | (?P<ipv6>(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){0,6}(?:%25\w+|%\w+)?(?![\w:])
             |(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:)*[0-9A-Fa-f]{1,4}::(?:[0-9A-Fa-f]{1,4}:)*(?:[0-9A-Fa-f]{1,4})?(?:%25\w+|%\w+)?(?![\w:]))
    | (?P<local>(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:local|lan|home|internal|intranet|localdomain|corp|fritz\.box)\b)
    | (?P<mail>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
    | (?P<host>(?<=://)(?!schemas\.|www\.w3\.org)[^\s/:"'<>\]\[‹]+)
    | (?P<field>(?<=\b[Hh][Oo][Ss][Tt]:[ ])[^\s:\[\]‹"'<>]+)                # a bare name in the field Host
    | (?P<share>(?<=\\\\)\w[^\s"'<>]*)                                    # \\server\share\…
    | (?P<home>(?:(?<=/home/)|(?<=/Users/)|(?<=:\\Users\\)|(?<=:\\Documents\ and\ Settings\\))[^\s"'<>]+)
    | (?P<default>\b(?:DESKTOP|LAPTOP|WIN)-[A-Z0-9]{7,15}\b)                # how Windows calls a new computer
    | (?P<maker>\b(?:BRN|BRW|EPSON|ET|HP|KMBT|LXK|NPI|RNP|SEC|XRX)(?=[A-F]*\d)[0-9A-F]{6,12}\b)   # and MAC address
    """,
    re.VERBOSE,
)

_PATH = re.compile(r"(?<=://)[^\s/\"'<>]+(?P<path>/[^\s\"'<>]+)")
"""A URL and the path in it."""

_PUBLIC_HOSTS = ("schemas.", "www.w3.org")

_TEXT = re.compile(r">(?P<text>[^<>]+)(?=<|\Z)|\A(?P<start>[^<>]+)(?=<)")
_VALUE = re.compile(r"""=\s*(?:"(?P<double>[^"<>]*)"|'(?P<single>[^'<>]*)')""")

_HARMLESS = re.compile(
    r"""
      …?\s*(?:
        [+-]?\d+(?:[.,]\d+)?                                     # a number
      | true | false
      | -?P(?:\d+[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])*)?          # a duration
      | \d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?              # a time
      | (?:[\w.-]+:)?(?:Client|Server)Error\w+                   # a fault of WS-Scan, with or without prefix
      | (?:https?://(?:schemas\.|www\.w3\.org)[\w./#-]*)         # a namespace
      )\s*…?
    """,
    re.VERBOSE | re.ASCII,
)


class PrivateRedactor(Redactor):
    """Takes out whatever tells whose devices and computers a capture shows.

    Args:
        trace: where names and addresses are looked up.
    """

    def __init__(self, trace: Trace) -> None:
        super().__init__(trace)
        known = sorted({name for name in private_values(trace) if len(name) >= MIN_LENGTH}, key=lambda n: (-len(n), n))
        words = [*map(_as_word, known), *(re.escape(node) for node in sorted(_nodes(trace)))]
        self._private = re.compile("|".join(words), re.IGNORECASE) if words else None
        self._paths = frozenset(_paths(trace))

    def text(self, text: str) -> str:
        """`text` without anything private."""
        return replaced_spans(text, self._spans(text))

    def excerpt(self, text: str, caret: tuple[int, int] | None) -> tuple[str, tuple[int, int] | None]:
        """As `Redactor.excerpt`; of XML only what is known as harmless stays."""
        spans = merged_spans([*self._spans(text), *self._halves(text), *_unlisted(text)])
        return replaced_spans(text, spans), moved_range(caret, spans)

    def path(self, path: str) -> str:
        """A file's kind alone: its name and folders may name people."""
        name = path.rpartition("/")[2]
        suffixes = re.search(r"(?:\.(?:pcapng|pcap|cap|trace|tar))?(?:\.(?:gz|zst))?$", name.lower())
        return f"capture{suffixes.group() if suffixes else ''}"

    def words(self, text: str) -> str:
        """Nothing: a comment may say anything about anybody."""
        return REDACTED if text else text

    def _spans(self, text: str) -> list[tuple[int, int]]:
        found = super()._spans(text)
        if self._private is not None:
            found += [match.span() for match in self._private.finditer(text)]
        found += [match.span() for match in _SHAPES.finditer(text)]
        for match in _PATH.finditer(text) if "://" in text else ():
            if match["path"] not in self._paths and not match.group().startswith(_PUBLIC_HOSTS):
                found.append((match.start("path") + 1, match.end()))
        return merged_spans(found)


def private_values(trace: Trace) -> Iterator[str]:
    """What a trace knows that is private to somebody, beyond its secrets."""
    for device in trace.devices:
        yield from filter(None, (device.serial, device.name, device.endpoint))
        yield from device.addresses
        yield from (socket.address for socket in device.sockets)
        yield from _hosts((*device.xaddrs, *device.managers))
        for service in device.hosted.values():
            yield from _hosts(service.addresses)
    for client in trace.clients:
        yield from client.addresses
    for subscription in trace.subscriptions:
        yield from filter(None, (subscription.sink, subscription.identifier))
        yield from (text for destination in subscription.destinations for text in _texts(destination.context))
        yield from (text for _, text in subscription.notify)
    for event in trace.events:
        yield from filter(None, (event.scan_identifier,))
        yield from _texts(event.client_context)
    for job in trace.jobs:
        yield from filter(None, (job.scan_identifier,))
        description = getattr(job.ticket, "job_description", None)
        for name in ("job_name", "job_originating_user_name", "job_information"):
            value = getattr(description, name, None)
            yield from _texts(value if isinstance(value, str) else None)


def _nodes(trace: Trace) -> Iterator[str]:
    """MAC addresses in the endpoint addresses, which names of devices are made of: `BRN002507510ECA`."""
    for device in trace.devices:
        found = re.search(r"-([0-9A-Fa-f]{12})$", device.endpoint or "")
        if found and len(set(found[1])) > 2:  # nobody's is 000000000001
            yield found[1]
            yield from (separator.join(re.findall("..", found[1])) for separator in ":-")


def _paths(trace: Trace) -> Iterator[str]:
    """Paths of services: what a maintainer needs of a URL. Of a page for people (PresentationUrl) nothing is needed."""
    for device in trace.devices:
        hosted = (address for service in device.hosted.values() for address in service.addresses)
        for url in (*device.xaddrs, *device.managers, *hosted):
            found = _PATH.search(url)
            if found:
                yield found["path"]


HARMLESS_CONTEXTS = frozenset({"scan", "email", "fax", "ocr", "print", "file", "copy"})
"""ClientContexts that name a destination's kind, as Windows and the documentation have them."""


def _texts(text: str | None) -> Iterator[str]:
    if text and text.strip().lower() not in HARMLESS_CONTEXTS:
        yield text.strip()


def _hosts(urls: tuple[str, ...]) -> Iterator[str]:
    """The hosts of URLs, and the URLs that are none."""
    for url in urls:
        host = re.match(r"\w[\w+.-]*://(?:\[([^\]]+)\]|([^/:?#]+))", url)
        yield (host[1] or host[2]) if host else url


@cache
def _words() -> frozenset[str]:
    """The words that the schemas list as values: states, formats, sources, colours."""
    kinds = [v for v in vars(wsd_values).values() if isinstance(v, type) and issubclass(v, StrEnum)]
    return frozenset(member.value for kind in kinds for member in kind)


def is_harmless(text: str) -> bool:
    """Text of an element or attribute that can name nobody."""
    bare = text.strip().strip("…").strip()
    return not bare or bare in _words() or _HARMLESS.fullmatch(text.strip()) is not None


def _unlisted(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of an excerpt of XML that hold something that is not known as harmless."""
    if "<" not in text and ">" not in text:
        return
    for pattern in (_TEXT, _VALUE):
        for match in pattern.finditer(text):
            group = match.lastgroup
            if group is not None and not is_harmless(match[group]):
                yield match.span(group)


def _as_word(name: str) -> str:
    before = r"(?<!\w)" if name[0].isalnum() else ""
    after = r"(?!\w)" if name[-1].isalnum() else ""
    return f"{before}{re.escape(name)}{after}"
