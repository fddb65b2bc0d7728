"""Conversations of scanners in one line for each exchange, and the captures that they are played into.

A scenario says what is special about a conversation; everything else is as it should be: messages are complete and
valid, answers fit their requests, ids are counted, the clock starts at a fixed date. So it is short, and the same
text gives the same bytes. The examples of all rules are scenarios.

    CreateScanJob source=ADF -> JobId=1 JobToken=t
    RetrieveImage JobId=1 JobToken=t -> image
    wait 61s
    RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable

**An exchange** is `Operation names -> answer`. Hello and Bye have no answer. Requests of clients go to the scan
service, to the device (Get) or to its subscription manager (Renew); events go from the device to the client's sink;
Probe and Resolve are multicast.

**Names**: `Name=value` says what an element of the message holds. The name is the one on the wire (`InputSource`),
with as many elements above it as are needed (`Resolution.Width=300`); a handful of short names stand for long ones.
`Format@MustHonor=true` is an attribute. Message headers have names too: `MessageID=`, `RelatesTo=`, `Action=`, `To=`,
`Identifier=`, `MessageNumber=`. A name that comes again begins the next item of a list (`JobId=1 JobId=2`). Values
are written as they stand, right or wrong; one with spaces is quoted: `XAddrs="http://a http://b"`.

**Answers**: `ok` (or the names alone) is a well-formed answer; `image` or `image=png` brings a real image; `none` is
an empty list; `accepted` is what a sink says to an event. `Fault Subcode` is a fault, with the code, reason and
detail of the fault table unless `code=`, `reason=`, `detail=` or `lang=` say otherwise. `HTTP 500 text/html
<h1>Oops</h1>` is no SOAP at all. `nothing` leaves the connection open, `close` and `reset` end it, `refused` and
`unreachable` do not let it come about. Behind an answer, `after 5s` says when it begins and `over 70s` how long it
takes.

**Who**: `client B:`, `device 2:`, `through P:` (a proxy, of which the capture shows both sides), `over IPv6:` and
`over HTTP:` (a directed Probe) stand before an exchange, several with commas: `client B, device 2: Get -> ok`.
Without, it is client A and device 1.

**Time and place**: `wait 61s` lets time pass (`ms`, `s`, `min`, `h`; negative sets the clock back), `close` closes
the client's idle connections, `end` ends the capture in the middle of everything; otherwise clients close what is
open. Exchanges of a client with a device share a connection as long as it is idle. **Indented lines** happen while
the exchange above them is open.

**How it travels**: lines before an exchange say what is special about its connection, its HTTP framing, its parts,
its image or its datagrams (`tcp:`, `http:`, `mime:`, `image:`, `udp:`). Lines with `>` change the request after it
was written, lines with `<` the answer. `file: cut 20` takes bytes off the end of the capture file, `file: lost 12`
makes its statistics tell of lost frames. `#` begins a comment.
"""

from wsdtrace.scenario.model import Scenario
from wsdtrace.scenario.parse import parse
from wsdtrace.scenario.run import NAME, capture, check, record

__all__ = ["NAME", "Scenario", "capture", "check", "parse", "record"]
