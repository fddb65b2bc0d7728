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
    from wsdtrace.explore.public import *  # noqa: F403 - they are listed there, once

else:  # a type checker would take every name for one of ours

    def __getattr__(name: str) -> Any:
        from importlib import import_module  # noqa: PLC0415 - see above

        if name == "proxy":  # a package that can be called: docs/decisions/0007-a-package-that-can-be-called.md
            return import_module("wsdtrace.proxy")
        if name.startswith("__") and name != "__all__":  # what Python itself looks for
            raise AttributeError(f"module 'wsdtrace' has no attribute {name!r}")
        public = import_module("wsdtrace.explore.public")
        if name == "__all__":
            return sorted([*public.__all__, "__version__", "proxy"])
        if name not in public.__all__:
            raise AttributeError(f"module 'wsdtrace' has no attribute {name!r}")
        value = globals()[name] = getattr(public, name)
        return value

    def __dir__() -> list[str]:
        return __getattr__("__all__")
