"""The ways in which a clean conversation is broken: `KINDS`, each with the rule row it breaks and the code that catches
it.

A mutation takes a conversation, the place of one turn and a source of chance, and gives the broken conversation, or
None where it does not apply.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from turns import SECOND, Turn, Turns, later, put, relength

REQUIRED = ("JobId", "JobToken", "ImageInformation", "JobName", "ScanData", "ScannerElements", "RequestedElements")
"""Elements whose absence breaks a message of the schema wherever they stand."""


Mutation = Callable[[Turns, int, random.Random], Turns | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to break a conversation."""

    name: str
    row: str
    code: str | None
    """The code that has to catch it; None where passive traffic cannot show it."""
    apply: Mutation
    also: frozenset[str] = frozenset()
    """Codes that are true as well."""
    why_not: str = ""
    """Why nobody can see it."""


def answer(old: bytes, new: bytes) -> Mutation:
    """Text of a response is replaced."""
    return lambda turns, i, _: put(turns, i, turns[i].answer(old, new, 1))


def ask(old: bytes, new: bytes) -> Mutation:
    """Text of a request is replaced."""
    return lambda turns, i, _: put(turns, i, turns[i].ask(old, new, 1))


def only(operation: str, mutation: Mutation) -> Mutation:
    """A mutation of one operation."""
    return lambda turns, i, chance: mutation(turns, i, chance) if turns[i].operation == operation else None


def pattern(regex: bytes, new: bytes, *, of_request: bool = False) -> Mutation:
    """The first match in a message is replaced."""

    def mutate(turns: Turns, i: int, _: random.Random) -> Turns | None:
        turn = turns[i]
        text = turn.request if of_request else turn.response
        if text is None:
            return None
        changed, count = re.subn(regex, new, text, count=1)
        if not count:
            return None
        changed = relength(changed)
        return put(turns, i, replace(turn, request=changed) if of_request else replace(turn, response=changed))

    return mutate


def fault(subcode: bytes, status: bytes = b"400 Bad Request", edit: tuple[bytes, bytes] = (b"", b"")) -> Mutation:
    """The device answers with a fault."""

    def mutate(turns: Turns, i: int, _: random.Random) -> Turns | None:
        return put(turns, i, faulted(turns[i], subcode, status, edit))

    return mutate


def faulted(
    turn: Turn, subcode: bytes, status: bytes = b"400 Bad Request", edit: tuple[bytes, bytes] = (b"", b"")
) -> Turn:
    """The turn with a fault in place of its answer."""
    found = re.search(rb"<\w+:MessageID[^>]*>([^<]+)<", turn.request)
    prefix = b"wsa" if subcode == b"ActionNotSupported" else b"wscn"
    xml = (
        b'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
        b'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        b'xmlns:wscn="http://schemas.microsoft.com/windows/2006/08/wdp/scan"><soap:Header><wsa:To>'
        b"http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To><wsa:Action>"
        b"http://schemas.xmlsoap.org/ws/2004/08/addressing/fault</wsa:Action><wsa:MessageID>urn:uuid:00000000-0000-4000-8000-"
        b"00000000f00d</wsa:MessageID><wsa:RelatesTo>"
        + (found.group(1) if found else b"")
        + b"</wsa:RelatesTo></soap:Header>"
        b"<soap:Body><soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value>"
        + prefix
        + b":"
        + subcode
        + b"</soap:Value></soap:Subcode></soap:Code><soap:Reason>"
        b'<soap:Text xml:lang="en">No.</soap:Text></soap:Reason><soap:Detail>detail</soap:Detail></soap:Fault>'
        b"</soap:Body></soap:Envelope>"
    )
    if edit[0]:
        xml = xml.replace(*edit)
    head = b"HTTP/1.1 " + status + b"\r\nContent-Type: application/soap+xml\r\n"
    return replace(turn, response=relength(head + b"\r\n" + xml))


def drop_response(turns: Turns, i: int, _: random.Random) -> Turns | None:
    """No answer, then the device closes."""
    return put(turns, i, replace(turns[i], response=None, done_ns=turns[i].asked_ns + 6 * SECOND))


def drop_turn(operation: str) -> Mutation:
    """The capture lacks an exchange altogether."""
    return only(operation, lambda turns, i, _: [*turns[:i], *turns[i + 1 :]])


def leave_after(operation: str) -> Mutation:
    """The client goes away behind this exchange; somebody else polls the device later."""

    def mutate(turns: Turns, i: int, _: random.Random) -> Turns | None:
        if turns[i].operation != operation or b"JobId" not in (turns[i].response or b"") + turns[i].request:
            return None
        poll = replace(turns[0], request=turns[0].request.replace(b"urn:uuid:", b"urn:uuid:9", 1))
        found = re.search(rb"<\w+:MessageID[^>]*>([^<]+)<", poll.request)
        if poll.response is None or found is None:
            return None
        reply = re.sub(rb"(RelatesTo[^>]*>)[^<]*<", rb"\g<1>" + found.group(1) + b"<", poll.response)
        reply = re.sub(rb"(MessageID[^>]*>)[^<]*<", rb"\g<1>urn:uuid:99999999-0000-4000-8000-000000000001<", reply)
        at = turns[i].done_ns + 90 * SECOND
        poll = replace(poll, request=relength(poll.request), response=relength(reply))
        poll = replace(poll, asked_ns=at, answered_ns=at + 10**6, done_ns=at + 2 * 10**6)
        return [*turns[: i + 1], poll]

    return mutate


def delay(first: bool) -> Mutation:
    """RetrieveImage comes 61 s late."""

    def mutate(turns: Turns, i: int, _: random.Random) -> Turns | None:
        if turns[i].operation != "RetrieveImage" or i == 0:
            return None
        is_first = turns[i - 1].operation == "CreateScanJob"
        return later(turns, i, 61) if is_first is first else None

    return mutate


def again(operation: str, *, same_id: bool) -> Mutation:
    """An exchange happens twice, the second time with its own MessageIDs, or with other words under the same one."""

    def mutate(turns: Turns, i: int, _: random.Random) -> Turns | None:
        turn = turns[i]
        if turn.operation != operation or turn.response is None:
            return None
        at = turns[-1].done_ns + SECOND if same_id else turn.done_ns + 10**6
        copy = replace(turn, asked_ns=at, answered_ns=at + 10**6, done_ns=at + 2 * 10**6)
        if same_id:
            request = copy.request.replace(b"<soap:Header>", b"<soap:Header><!-- other words -->", 1)
            if request == copy.request:
                return None
            return [*turns, replace(copy, request=relength(request))]
        ids = re.findall(rb"<\w+:MessageID[^>]*>([^<]+)<", turn.request + turn.response)
        request, response = turn.request, turn.response
        for number, found in enumerate(ids):
            new = b"urn:uuid:aaaaaaaa-0000-4000-8000-%012d" % number
            request, response = request.replace(found, new), response.replace(found, new)
        copy = replace(copy, request=relength(request), response=relength(response))
        return [*turns[: i + 1], copy, *later(turns[i + 1 :], 0, 0.01)]

    return mutate


def cut_content(turns: Turns, i: int, chance: random.Random) -> Turns | None:
    """The device closes in the middle of an answer."""
    turn = turns[i]
    if turn.response is None:
        return None
    head = turn.response.index(b"\r\n\r\n") + 4
    keep = chance.randrange(head + 1, len(turn.response) - 1)
    return put(turns, i, replace(turn, response=turn.response[:keep], cut=True))


def cut_xml(turns: Turns, i: int, chance: random.Random) -> Turns | None:
    """The XML of an answer ends early, the message is complete."""
    turn = turns[i]
    if turn.response is None or b"multipart" in turn.response[:600]:
        return None
    head = turn.response.index(b"\r\n\r\n") + 4
    keep = chance.randrange(head + (len(turn.response) - head) // 2, len(turn.response) - 8)
    return put(turns, i, replace(turn, response=relength(turn.response[:keep])))


def element(name_of: Callable[[bytes], bytes], *, of_request: bool) -> Mutation:
    """A required element is renamed, or removed when the new name is empty."""

    def mutate(turns: Turns, i: int, chance: random.Random) -> Turns | None:
        text = turns[i].request if of_request else turns[i].response
        there = [n for n in REQUIRED if text is not None and re.search(rb"<[\w-]+:" + n.encode() + rb"[ >]", text)]
        if not there or text is None:
            return None
        name = chance.choice(there).encode()
        new = name_of(name)
        if new:
            changed = re.sub(rb"(</?[\w-]+:)" + name + rb"([ >])", rb"\g<1>" + new + rb"\g<2>", text)
        else:
            changed = re.sub(rb"<([\w-]+):" + name + rb"[ >].*?</\1:" + name + rb">", b"", text, count=1, flags=re.S)
        changed = relength(changed)
        return put(turns, i, replace(turns[i], request=changed) if of_request else replace(turns[i], response=changed))

    return mutate


def image(change: Callable[[bytes], bytes]) -> Mutation:
    """The bytes of a page are changed."""

    def mutate(turns: Turns, i: int, _: random.Random) -> Turns | None:
        response = turns[i].response or b""
        start, end = response.find(b"\xff\xd8\xff"), response.rfind(b"\xff\xd9")
        if turns[i].operation != "RetrieveImage" or start < 0 or end < start:
            return None
        page = change(response[start : end + 2])
        return put(turns, i, replace(turns[i], response=relength(response[:start] + page + response[end + 2 :])))

    return mutate


def mime(change: Callable[[bytes, bytes], bytes]) -> Mutation:
    """The multipart around a page is changed; `change` is given content and boundary."""

    def mutate(turns: Turns, i: int, _: random.Random) -> Turns | None:
        response = turns[i].response or b""
        found = re.search(rb'boundary="?([^";\r]+)', response[:800])
        if found is None or turns[i].operation != "RetrieveImage":
            return None
        head, blank, content = response.partition(b"\r\n\r\n")
        return put(turns, i, replace(turns[i], response=relength(head + blank + change(content, found.group(1)))))

    return mutate


def lf_only(content: bytes, boundary: bytes) -> bytes:
    """LF around the parts and in their headers, the image as it is."""
    start, end = content.find(b"\xff\xd8\xff"), content.rfind(b"\xff\xd9") + 2
    del boundary
    return content[:start].replace(b"\r\n", b"\n") + content[start:end] + content[end:].replace(b"\r\n", b"\n")


def wrong_pair(answer_with_image: bool) -> Mutation:
    """RetrieveImage with another JobToken."""

    def mutate(turns: Turns, i: int, _: random.Random) -> Turns | None:
        if turns[i].operation != "RetrieveImage" or turns[i - 1].operation not in ("CreateScanJob", "RetrieveImage"):
            return None
        request = re.sub(rb"(JobToken>)[^<]+<", rb"\g<1>not-the-token<", turns[i].request)
        turn = replace(turns[i], request=relength(request))
        if answer_with_image:
            return put(turns, i, turn) if b"cid:" in (turn.response or b"") else None
        return put(turns, i, faulted(turn, b"ClientErrorInvalidJobToken"))

    return mutate


def unknown_job(turns: Turns, i: int, _: random.Random) -> Turns | None:
    """RetrieveImage for a job that nobody granted; the device says so."""
    if turns[i].operation != "RetrieveImage":
        return None
    request = re.sub(rb"(JobId>)[0-9]+<", rb"\g<1>987654<", turns[i].request)
    return put(turns, i, faulted(replace(turns[i], request=relength(request)), b"ClientErrorJobIdNotFound"))


def flip(page: bytes) -> bytes:
    """One octet of the coded image is another."""
    middle = len(page) // 2
    return page[:middle] + bytes([(page[middle] + 1) % 255]) + page[middle + 1 :]


SCAN = b"http://schemas.microsoft.com/windows/2006/08/wdp/scan"
UNFINISHED = frozenset({"WSD601", "WSD602", "WSD607", "WSD614", "WSD624"})
"""What a conversation that breaks off, or a job that lost its beginning, brings with it."""

KINDS: tuple[Kind, ...] = (
    Kind("answer dropped", "T05", "WSD101", drop_response, UNFINISHED),
    Kind("client leaves after CreateScanJob", "T07", "WSD601", leave_after("CreateScanJob")),
    Kind("first RetrieveImage 61 s late", "T01", "WSD603", delay(first=True), frozenset({"WSD605"})),
    Kind("next RetrieveImage 61 s late", "T03", "WSD604", delay(first=False), frozenset({"WSD605"})),
    Kind("JobId granted twice", "J02", "WSD609", again("CreateScanJob", same_id=False), UNFINISHED | {"WSD627"}),
    Kind("MessageID used for other words", "A04", "WSD302", again("GetScannerElements", same_id=True)),
    Kind("wrong JobId, refused", "J30", "WSD607", unknown_job, UNFINISHED),
    Kind("wrong JobToken, refused", "J04", "WSD610", wrong_pair(answer_with_image=False), UNFINISHED),
    Kind("wrong JobToken, answered", "J05", "WSD611", wrong_pair(answer_with_image=True), frozenset({"WSD610"})),
    Kind("wrong RelatesTo", "A05", "WSD303", pattern(rb"(RelatesTo[^>]*>)[^<]+<", rb"\g<1>urn:uuid:0<")),
    Kind("RelatesTo missing", "A05", "WSD303", pattern(rb"<(\w+:RelatesTo)[^>]*>[^<]*</\1>", b"")),
    Kind(
        "wrong cid",
        "I03",
        "WSD223",
        only("RetrieveImage", answer(b'href="cid:', b'href="cid:not-')),
        frozenset({"WSD224"}),
    ),
    Kind("content cut by a close", "I15", "WSD102", cut_content, UNFINISHED),
    Kind("no closing delimiter", "I15", "WSD222", mime(lambda c, b: c[: c.rindex(b"\r\n--" + b)]), UNFINISHED),
    Kind("XML cut", "C01", "WSD201", cut_xml, UNFINISHED),
    Kind("required element removed, request", "C07", "WSD207", element(lambda _: b"", of_request=True), UNFINISHED),
    Kind(
        "required element removed, response",
        "C01",
        "WSD207",
        element(lambda _: b"", of_request=False),
        UNFINISHED | {"WSD212"},
    ),
    Kind(
        "required element renamed, request", "C07", "WSD207", element(lambda n: b"X" + n, of_request=True), UNFINISHED
    ),
    Kind(
        "required element renamed, response", "C01", "WSD207", element(lambda n: b"X" + n, of_request=False), UNFINISHED
    ),
    Kind(
        "final parameter removed",
        "C16",
        "WSD707",
        pattern(rb"(?s)(<(\w+):DocumentFinalParameters>)<\2:Format>.*?</\2:Format>", rb"\g<1>"),
    ),
    Kind(
        "MessageID missing",
        "A04",
        "WSD301",
        pattern(rb"<(\w+:MessageID)[^>]*>[^<]*</\1>", b"", of_request=True),
        frozenset({"WSD303"}),
    ),
    Kind("subcode off the table", "F05", "WSD322", only("CreateScanJob", fault(b"ClientErrorSomething")), UNFINISHED),
    Kind(
        "subcode missing",
        "F04",
        "WSD321",
        only("CreateScanJob", fault(b"X", edit=(b"<soap:Subcode><soap:Value>wscn:X</soap:Value></soap:Subcode>", b""))),
        UNFINISHED,
    ),
    Kind(
        "reason missing",
        "F04",
        "WSD320",
        only(
            "CreateScanJob",
            fault(
                b"OperationFailed", edit=(b'<soap:Reason><soap:Text xml:lang="en">No.</soap:Text></soap:Reason>', b"")
            ),
        ),
        UNFINISHED | {"WSD324"},
    ),
    Kind("Sender for Receiver", "F06", "WSD324", only("CreateScanJob", fault(b"OperationFailed")), UNFINISHED),
    Kind(
        "fault of another operation",
        "F05",
        "WSD323",
        only("CreateScanJob", fault(b"ClientErrorInvalidJobToken")),
        UNFINISHED,
    ),
    Kind(
        "fault without fault action",
        "F02",
        "WSD326",
        only(
            "CreateScanJob",
            fault(b"InvalidArgs", edit=(b"addressing/fault</wsa:Action>", b"addressing/other</wsa:Action>")),
        ),
        UNFINISHED | {"WSD304"},
    ),
    Kind(
        "Action of another operation",
        "A03",
        "WSD305",
        ask(SCAN + b"/GetScannerElements<", SCAN + b"/GetActiveJobs<"),
        UNFINISHED,
    ),
    Kind("Action unknown", "A02", "WSD304", ask(SCAN + b"/GetScannerElements<", SCAN + b"/Bogus<"), UNFINISHED),
    Kind("fault with HTTP 200", "F08", "WSD327", only("CreateScanJob", fault(b"InvalidArgs", b"200 OK")), UNFINISHED),
    Kind(
        "HTML error",
        "F09",
        "WSD103",
        lambda t, i, _: put(
            t,
            i,
            replace(t[i], response=relength(b"HTTP/1.1 500 Error\r\nContent-Type: text/html\r\n\r\n<h1>Error</h1>")),
        ),
        UNFINISHED,
    ),
    Kind(
        "empty SOAP error",
        "F08",
        "WSD328",
        lambda t, i, _: put(
            t, i, replace(t[i], response=relength(b"HTTP/1.1 500 Error\r\nContent-Type: application/soap+xml\r\n\r\n"))
        ),
        UNFINISHED,
    ),
    Kind("image cut", "I15", "WSD711", image(lambda page: page[: len(page) * 2 // 3])),
    Kind(
        "image of another format",
        "I07",
        "WSD710",
        image(lambda page: b"\x89PNG\r\n\x1a\n" + page[8:]),
        frozenset({"WSD711", "WSD712"}),
    ),
    Kind("LF around parts", "I05", "WSD221", mime(lf_only)),
    Kind(
        "delimiter not on a line of its own",
        "I05",
        "WSD220",
        mime(lambda c, b: c.replace(b"\r\n--" + b + b"--", b"--" + b + b"--")),
    ),
    Kind(
        "prefix unbound",
        "F04",
        "WSD202",
        only("CreateScanJob", fault(b"InvalidArgs", edit=(b"<soap:Value>wscn:", b"<soap:Value>nope:"))),
        UNFINISHED,
    ),
    Kind("namespace of 2006/01", "A01", "WSD205", lambda t, i, _: put(t, i, t[i].ask(b"2006/08/wdp", b"2006/01/wdp"))),
    Kind(
        "namespace of nobody",
        "A01",
        "WSD206",
        lambda t, i, _: put(t, i, t[i].answer(SCAN + b'"', b'http://tempuri.org/"')),
        UNFINISHED | {"WSD305"},
    ),
    Kind(
        "SOAP 1.1 answer",
        "A09",
        "WSD204",
        answer(b"http://www.w3.org/2003/05/soap-envelope", b"http://schemas.xmlsoap.org/soap/envelope/"),
        UNFINISHED,
    ),
    Kind(
        "label of an answer",
        "A09",
        "WSD105",
        pattern(rb"(?i)(content-type: )application/soap\+xml", rb"\g<1>text/html"),
    ),
    Kind(
        "field line without colon",
        "A09",
        "WSD104",
        pattern(rb"(\r\n[\w-]+): ", rb"\g<1> ", of_request=True),
        frozenset({"WSD105", "WSD203"}),
    ),
    Kind(
        "ReplyTo not anonymous",
        "A06",
        "WSD306",
        pattern(rb"(ReplyTo><[\w]+:Address>)[^<]+<", rb"\g<1>http://192.0.2.99/<", of_request=True),
    ),
    Kind(
        "unknown value",
        "R26",
        "WSD211",
        pattern(rb"(InputSource>)[A-Za-z]+<", rb"\g<1>Trunk<", of_request=True),
        frozenset({"WSD702", "WSD704"}),
    ),
    Kind(
        "value out of range",
        "R17",
        "WSD210",
        pattern(rb"(?s)(Resolution>\s*<[\w]+:Width>)[0-9]+<", rb"\g<1>zero<", of_request=True),
        frozenset({"WSD704"}),
    ),
    Kind(
        "document type declaration",
        "A10",
        "WSD214",
        only("CreateScanJob", fault(b"InvalidArgs", edit=(b"<soap:Envelope ", b"<!DOCTYPE x><soap:Envelope "))),
        UNFINISHED,
    ),
    Kind(
        "octet of an image changed",
        "I07",
        None,
        image(flip),
        why_not="the entropy-coded data has no checksum; decoding it would show a smear at most",
    ),
    Kind("a poll is missing", "–", None, drop_turn("GetScannerElements"), why_not="nobody is obliged to ask"),
    Kind(
        "CreateScanJob is missing",
        "–",
        None,
        drop_turn("CreateScanJob"),
        UNFINISHED,
        "the job began before the capture, for all that can be known",
    ),
    Kind(
        "another valid JobName",
        "R02",
        None,
        pattern(rb"(JobName>)[^<]+<", rb"\g<1>other<", of_request=True),
        why_not="any name is as good",
    ),
)
