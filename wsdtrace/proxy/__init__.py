"""The interception proxy: stands between driver and scanner, shows everything, changes what is asked for.

    async with wsdtrace.proxy("http://192.0.2.20:5357/scan", record="scan.pcapng") as p:
        async for exchange in p:
            print(exchange.operation)

The package itself can be called, and makes a `Proxy`.
"""

import sys
from types import ModuleType
from typing import Any

from wsdtrace.proxy.faults import Fault, parse_fault
from wsdtrace.proxy.intercept import Intercepted
from wsdtrace.proxy.limits import ProxyLimits
from wsdtrace.proxy.session import Proxy

__all__ = ["Fault", "Intercepted", "Proxy", "ProxyLimits", "parse_fault"]


class _Callable(ModuleType):
    """A module that makes a proxy when it is called: `wsdtrace.proxy(...)` beside `import wsdtrace.proxy`."""

    def __call__(self, device: str, **options: Any) -> Proxy:
        return Proxy(device, **options)


sys.modules[__name__].__class__ = _Callable
