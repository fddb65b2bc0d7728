"""Content-Type value → media type and parameters (RFC 9110 §8.3.1), tolerant of what devices write.

Tolerated: quotes left out or never closed, white space around `=`, empty parameters, a parameter without `;` before
it (the documentation's own MTOM sample forgets one).
"""

from __future__ import annotations

import re

_TYPE = re.compile(r"\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*/\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)")
_SEPARATORS = re.compile(r"[\s;,]*+")
_PARAMETER = re.compile(
    r"""([!#$%&'*+\-.^_`|~0-9A-Za-z]++) \s*+ = \s*+ (?: "((?:[^"\\]|\\.)*+)"? | ([^\s;"]*+) )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

PARAMETERS_MAX = 32
"""Parameters of one value; multipart/related has six."""


Parameters = tuple[tuple[str, str], ...]
CACHED = 256
"""Values that whoever reads them often may remember: a capture has a handful, a multipart one per message."""
CACHED_LENGTH = 512
"""Characters of a value that is remembered."""


def parse_media_type(value: str) -> tuple[str | None, Parameters]:
    """Type/subtype in lower case (None when unreadable) and parameters, names in lower case, in order."""
    match = _TYPE.match(value)
    if match is None:
        return None, ()
    parameters: list[tuple[str, str]] = []
    position = match.end()
    while len(parameters) < PARAMETERS_MAX:
        separators = _SEPARATORS.match(value, position)
        assert separators is not None  # the pattern matches nothing too
        found = _PARAMETER.match(value, separators.end())
        if found is None:
            # a token without "=" is skipped up to the next separator, so that one slip costs one parameter
            position = value.find(";", separators.end())
            if position < 0:
                break
            continue
        name, quoted, plain = found.groups()
        text = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
        parameters.append((name.lower(), text))
        position = found.end()
    return f"{match[1]}/{match[2]}".lower(), tuple(parameters)


def parameter(parameters: Parameters, name: str) -> str | None:
    """The first parameter called `name` (lower case), or None."""
    return next((value for key, value in parameters if key == name), None)


def is_xml(media_type: str | None) -> bool:
    """The type names XML in one of its spellings: application/soap+xml, application/xop+xml, text/xml …"""
    return media_type is not None and media_type.endswith(("+xml", "/xml"))


def is_bulk(media_type: str | None) -> bool:
    """The type names contents that are never text: images and other large binaries."""
    return media_type is not None and (
        media_type.startswith(("image/", "video/", "audio/", "font/")) or media_type in _BULK
    )


_BULK = frozenset({"application/octet-stream", "application/pdf", "application/zip", "application/postscript"})
