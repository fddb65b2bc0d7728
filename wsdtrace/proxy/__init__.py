"""The interception proxy: stands between driver and scanner, shows everything, changes what is asked for."""

from wsdtrace.proxy.faults import Fault, parse_fault
from wsdtrace.proxy.intercept import Intercepted
from wsdtrace.proxy.limits import ProxyLimits
from wsdtrace.proxy.session import Proxy

__all__ = ["Fault", "Intercepted", "Proxy", "ProxyLimits", "parse_fault"]
