"""`wsdtrace.open`: a capture becomes a `Trace`, read and judged once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from wsdtrace.explore.files import Files
from wsdtrace.explore.trace import Trace, limits, several
from wsdtrace.pipeline import Options, rules_for

StrPath = str | os.PathLike[str]


def open_trace(
    path: StrPath | Iterable[StrPath],
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    timeouts: Mapping[str, float] | None = None,
    tls_keylog: StrPath | None = None,
    show_secrets: bool = False,
    width: int = 120,
) -> Trace:
    """Read a capture, run the rules, and keep it at hand.

    The whole capture is read once, now; nothing runs in the background. Messages and images are read again from the
    file when they are asked for, so the file has to stay as it is. What can be read only once (`-`, a pipe, `.gz`) is
    copied to a temporary file, which goes with the trace.

    Args:
        path: a `.pcap` or `.pcapng` (also compressed), the directory of a sane-airscan trace, or `-` for standard
            input; or several captures, which are read as one, merged by time: the files of a ring.
        select: codes of rules to run, or beginnings of codes (`"WSD6"`); all when empty.
        ignore: codes of rules not to run.
        timeouts: operation → seconds after which its answer is slow (WSD107).
        tls_keylog: keys (SSLKEYLOGFILE) by which TLS is read; takes tshark and the extra `tshark`.
        show_secrets: do not redact job tokens, destination tokens and user names where objects print themselves.
        width: columns of what objects print.

    Raises:
        CaptureError: a capture cannot be read, or is none.
        BadSelector: a selection means no rule.
        UsageError: no capture is named, or a timeout is of no operation.
        OutputError: the temporary copy cannot be written.
    """
    options = Options(
        tls_keylog=None if tls_keylog is None else os.fspath(tls_keylog),
        select=several(select),
        ignore=several(ignore),
        timeouts=limits(timeouts or {}),
        keep_places=True,
    )
    rules_for(options)  # an unknown code is told before anything is read
    files = Files([os.fspath(path)] if isinstance(path, str | os.PathLike) else [os.fspath(name) for name in path])
    try:
        facts = files.read(options)
    except BaseException:
        files.close()
        raise
    return Trace(facts, files, options, show_secrets=show_secrets, width=width)
