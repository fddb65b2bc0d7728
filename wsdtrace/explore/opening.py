"""`wsdtrace.open`: a capture becomes a `Trace`, read and judged once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from wsdtrace.capture.spool import MAX_SPOOLED, Spool
from wsdtrace.explore.trace import Trace
from wsdtrace.pipeline import Options, check_file


def open_trace(
    path: str | os.PathLike[str],
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    timeouts: Mapping[str, float] | None = None,
    tls_keylog: str | os.PathLike[str] | None = None,
    show_secrets: bool = False,
    width: int = 120,
) -> Trace:
    """Read a capture, run the rules, and keep it at hand.

    The whole capture is read once, now; nothing runs in the background. Messages and images are read again from the
    file when they are asked for, so the file has to stay as it is. What can be read only once (`-`, a pipe, `.gz`) is
    copied to a temporary file, which goes with the trace.

    Args:
        path: a `.pcap` or `.pcapng` (also compressed), or `-` for standard input.
        select: codes of rules to run, or beginnings of codes (`"WSD6"`); all when empty.
        ignore: codes of rules not to run.
        timeouts: operation → seconds after which its answer is slow (WSD107).
        tls_keylog: keys (SSLKEYLOGFILE) by which TLS is read; takes tshark and the extra `tshark`.
        show_secrets: do not redact job tokens, destination tokens and user names where objects print themselves.
        width: columns of what objects print.

    Raises:
        CaptureError: the capture cannot be read, or is none.
        BadSelector: a selection means no rule.
        OutputError: the temporary copy cannot be written.
    """
    name = os.fspath(path)
    options = Options(
        tls_keylog=None if tls_keylog is None else os.fspath(tls_keylog),
        select=tuple(select),
        ignore=tuple(ignore),
        timeouts=dict(timeouts or {}),
        keep_places=True,
    )
    spool = Spool(name)
    try:
        facts = check_file(spool.path, options)
    except BaseException:
        spool.close()
        raise
    facts.input.path = name
    facts.input.files = [name]
    if not spool.whole:
        facts.notes.append(f"only the first {MAX_SPOOLED:,} bytes were read")
    return Trace(facts, spool, options, show_secrets=show_secrets, width=width)
