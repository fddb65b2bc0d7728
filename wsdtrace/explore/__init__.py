"""Exploring a capture from Python: `wsdtrace.open`, and thin views over what the pipeline found.

A view knows its trace and one object of it; it holds no data of its own, and reads messages again when they are asked
for. All names here are public as names of the package: `wsdtrace.open`, `wsdtrace.Trace` ….
"""

from wsdtrace.explore.collection import Collection
from wsdtrace.explore.compare import Diff, Difference, diff
from wsdtrace.explore.exchange import Exchange
from wsdtrace.explore.figure import Figure
from wsdtrace.explore.finding import Finding
from wsdtrace.explore.image import Image
from wsdtrace.explore.job import Job
from wsdtrace.explore.message import Message
from wsdtrace.explore.opening import open_trace
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
    "open_trace",
]
