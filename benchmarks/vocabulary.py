"""How fast messages are read: typed (envelope, headers, fault, every element of the body), and for an index.

The messages are 1.1 KB each and of one sender, as a device's answers are: texts differ in all of them, the markup in
none. The last line is about messages with a markup that was never seen, as announcements of discovery are, whose
numbers are attributes.
Both promises are relative to what lxml does with the same bytes, so that they mean the same on every machine: 65,000
typed messages and 400,000 index rows a second where lxml alone parses 115,000.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from wsdtrace.soap import peek, read_envelope
from wsdtrace.soap.xml import parse_clean
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.scan import GetActiveJobsResponse

MESSAGES = 2000
BATCH = 100
ROUNDS = 40
"""The best batch of all rounds counts: whatever else a machine does makes one slower, never faster."""
TYPED = 65_000 / 115_000
"""Typed messages for each one that lxml parses."""
INDEXED = 400_000 / 115_000
"""Index rows for each one that lxml parses."""

TEXT = """<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" \
xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" \
xmlns:{prefix}="http://schemas.microsoft.com/windows/2006/08/wdp/scan"><soap:Header>\
<wsa:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To>\
<wsa:Action>http://schemas.microsoft.com/windows/2006/08/wdp/scan/GetActiveJobsResponse</wsa:Action>\
<wsa:MessageID>urn:uuid:a58ac6f0-e376-43ab-bd68-{number:012d}</wsa:MessageID>\
<wsa:RelatesTo>urn:uuid:2be93773-809e-41f1-9196-{number:012d}</wsa:RelatesTo></soap:Header><soap:Body>\
<{prefix}:GetActiveJobsResponse><{prefix}:ActiveJobs><{prefix}:JobSummary><{prefix}:JobId>{job}</{prefix}:JobId>\
<{prefix}:JobName>page {number}</{prefix}:JobName><{prefix}:JobOriginatingUserName>somebody\
</{prefix}:JobOriginatingUserName><{prefix}:JobState>{state}</{prefix}:JobState><{prefix}:JobStateReasons>\
<{prefix}:JobStateReason>None</{prefix}:JobStateReason></{prefix}:JobStateReasons>\
<{prefix}:ScansCompleted>{pages}</{prefix}:ScansCompleted></{prefix}:JobSummary></{prefix}:ActiveJobs>\
</{prefix}:GetActiveJobsResponse></soap:Body></soap:Envelope>"""
ANNOUNCED = """<?xml version="1.0" encoding="utf-8"?><soap:Envelope \
xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" \
xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery" \
xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof"><soap:Header><wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:\
discovery</wsa:To><wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Hello</wsa:Action><wsa:MessageID>urn:uuid:\
fa17cd90-8f39-4f5b-9e28-bff08fb5cd0e</wsa:MessageID><wsd:AppSequence InstanceId="46" MessageNumber="{number}"/>\
</soap:Header><soap:Body><wsd:Hello><wsa:EndpointReference><wsa:Address>urn:uuid:747f3d96-68a7-43f1-8cbe-e8d6dadd0358\
</wsa:Address></wsa:EndpointReference><wsd:Types>wsdp:Device</wsd:Types><wsd:XAddrs>http://192.0.2.15:5357/747f3d96/\
</wsd:XAddrs><wsd:MetadataVersion>2</wsd:MetadataVersion></wsd:Hello></soap:Body></soap:Envelope>"""
STATES = ("Pending", "Processing", "Completed", "Aborted")


def message(number: int, prefix: str) -> bytes:
    """One of many answers."""
    values = {"number": number, "job": number % 500 + 1, "pages": number % 40, "state": STATES[number % 4]}
    return TEXT.format(prefix=prefix, **values).encode()


def announced(number: int) -> bytes:
    """An announcement: its number is an attribute, so its markup is new each time."""
    return ANNOUNCED.format(number=number).encode()


def rate(work: Callable[[bytes], object], messages: list[bytes]) -> float:
    """Messages a second, in the best batch."""
    best = 0.0
    for _ in range(ROUNDS):
        for start in range(0, len(messages), BATCH):
            batch = messages[start : start + BATCH]
            started = time.perf_counter()
            for data in batch:
                work(data)
            best = max(best, len(batch) / (time.perf_counter() - started))
    return best


def typed(data: bytes) -> object:
    """Read one message as far as it can be read."""
    return decode_message(read_envelope(data)).value


def main() -> int:
    """Print the rates; 1 when a promise is not kept."""
    repeated = [message(number, "wscn") for number in range(MESSAGES)]
    numbers = iter(range(10**9))
    announcement = announced(0)
    for data in repeated[:10]:
        if not isinstance(typed(data), GetActiveJobsResponse) or peek(data).body != "GetActiveJobsResponse":
            sys.exit("the messages are not read at all: nothing is measured")
    alone = rate(parse_clean, repeated)
    size = statistics.mean(len(data) for data in repeated)
    print(f"{size:.0f} bytes a message; lxml alone {alone:,.0f} a second")
    failed = 0
    for name, found, promise in (
        ("typed", rate(typed, repeated), TYPED),
        ("index", rate(peek, repeated), INDEXED),
        ("typed, markup never seen", rate(lambda _: typed(announced(next(numbers))), [announcement] * 200), 0.0),
    ):
        kept = found / alone >= promise
        failed += not kept
        wanted = f"  promised {promise:.2f} of lxml" if promise else ""
        print(f"{name:<26}{found:>10,.0f} a second  {found / alone:.2f} of lxml{wanted}{'' if kept else '  NOT KEPT'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
