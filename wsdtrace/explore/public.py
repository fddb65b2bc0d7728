"""The names of `wsdtrace` for Python and notebooks; `import wsdtrace` loads them when one is used."""

from wsdtrace.explore.collection import Collection
from wsdtrace.explore.compare import Diff, Difference, diff
from wsdtrace.explore.exchange import Exchange
from wsdtrace.explore.figure import Figure
from wsdtrace.explore.finding import Finding
from wsdtrace.explore.image import Image
from wsdtrace.explore.job import Job
from wsdtrace.explore.message import Message
from wsdtrace.explore.opening import open_trace as open  # noqa: A004 - `wsdtrace.open`, as `gzip.open`
from wsdtrace.explore.peers import Client, Device, DeviceEvent, Subscription
from wsdtrace.explore.ticket import Ticket
from wsdtrace.explore.trace import Trace

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
    "diff",
    "open",
]
