"""Frames become connections' bytes and datagrams: link, IP, TCP and UDP, sans-IO and bounded."""

from wsdtrace.net.engine import Net
from wsdtrace.net.limits import NetAnomalyKind, NetLimits
from wsdtrace.net.link import LINK_TYPES
from wsdtrace.net.pace import transfer_of

__all__ = ["LINK_TYPES", "Net", "NetAnomalyKind", "NetLimits", "transfer_of"]
