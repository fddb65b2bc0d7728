"""wsdtrace: find out why a WSD scanner did not scan.

    import wsdtrace as wt

    trace = wt.open("capture.pcapng")
    trace.jobs, trace.exchanges, trace.findings

Everything but the version is loaded when it is first used, so that `import wsdtrace` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0.dev0"

if TYPE_CHECKING:
    from wsdtrace.explore import (
        Client,
        Collection,
        Device,
        DeviceEvent,
        Diff,
        Difference,
        Exchange,
        Figure,
        Finding,
        Image,
        Job,
        Message,
        Subscription,
        Ticket,
        Trace,
        diff,
    )
    from wsdtrace.explore import open_trace as open  # noqa: A004 - `wsdtrace.open`, as `gzip.open`

__all__ = [
    "Client",
    "Collection",
    "Device",
    "DeviceEvent",
    "Diff",
    "Difference",
    "Exchange",
    "Figure",
    "Finding",
    "Image",
    "Job",
    "Message",
    "Subscription",
    "Ticket",
    "Trace",
    "__version__",
    "diff",
    "open",
    "proxy",
]

_ELSEWHERE = {"open": "open_trace"}
"""Names that are called otherwise where they are made: `open` would hide the built-in one there."""


if not TYPE_CHECKING:  # else every name would be there for a type checker

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'wsdtrace' has no attribute {name!r}")
        if name == "proxy":  # a package that can be called: docs/decisions/0007-a-package-that-can-be-called.md
            from importlib import import_module  # noqa: PLC0415 - see above

            return import_module("wsdtrace.proxy")
        from wsdtrace import explore  # noqa: PLC0415 - see above

        value = globals()[name] = getattr(explore, _ELSEWHERE.get(name, name))
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
