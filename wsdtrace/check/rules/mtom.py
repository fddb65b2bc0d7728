"""WSD22x: multipart/related and XOP around an image."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import message_line, of_kind, quoted, sender_of, subject
from wsdtrace.check.violations import short
from wsdtrace.http import MIME_BOUNDARY, HttpAnomaly, root_part
from wsdtrace.soap import includes
from wsdtrace.state.events import MessageSeen
from wsdtrace.state.reading import SOAP_MEDIA_TYPES


def _is_multipart(event: MessageSeen) -> bool:
    http = event.message.http
    return event.exchange.is_wsd and http is not None and http.content.is_multipart


@rule(
    "WSD220",
    "mtom-boundary-malformed",
    Severity.ERROR,
    on=MessageSeen,
    when=_is_multipart,
    needs=(Need.EXACT_BYTES, Need.NO_GAP),
    alike=Alike.SUBJECT,
    source=("I05", "RFC 2046 §5.1.1", "field failure 4"),
)
def mtom_boundary_malformed(event: MessageSeen) -> Iterator[Verdict]:
    """The boundary parameter is missing, or a delimiter does not begin a line.

    Why:
        A delimiter is CRLF, two hyphens and the boundary. A parser that looks for that does not find the end of
        the image (seen: Xerox WorkCentre 3025) and reports an I/O error after the whole page came.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        mime: no line end before the last delimiter
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    for anomaly in of_kind(event.message, *MIME_BOUNDARY):
        yield Objection(
            f"{subject(event.exchange)}: {anomaly.kind}",
            (quoted(event.exchange, event.message, anomaly.span, detail=anomaly.detail),),
            fault_of=sender_of(event.exchange, event.message),
            expected="CRLF, --, boundary",
            fold=anomaly.kind,
        )


@rule(
    "WSD221",
    "mtom-line-ends",
    Severity.WARNING,
    on=MessageSeen,
    when=_is_multipart,
    needs=(Need.EXACT_BYTES,),
    alike=Alike.SUBJECT,
    source=("I05", "RFC 2046 §4.1.1"),
)
def mtom_line_ends(event: MessageSeen) -> Iterator[Verdict]:
    """LF alone stands where CRLF belongs, in part headers or around delimiters.

    Why:
        MIME lines end in CRLF. Strict parsers (sane-airscan's among them) find no part at all.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        mime: lf
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    odd = of_kind(event.message, HttpAnomaly.MIME_LINE_ENDS)
    if odd:
        yield Objection(
            f"{subject(event.exchange)}: LF where CRLF belongs around the parts",
            (quoted(event.exchange, event.message, odd[0].span, detail=odd[0].detail),),
            fault_of=sender_of(event.exchange, event.message),
            expected="CRLF",
            fold="lf",
        )


@rule(
    "WSD222",
    "mtom-unterminated",
    Severity.ERROR,
    on=MessageSeen,
    when=_is_multipart,
    needs=(Need.EXACT_BYTES, Need.WHOLE_MESSAGE),
    alike=Alike.SUBJECT,
    source=("I15", "RFC 2046 §5.1.1"),
)
def mtom_unterminated(event: MessageSeen) -> Iterator[Verdict]:
    """The HTTP content is complete and has no closing delimiter.

    Why:
        The device ended the message before it had ended the multipart: the last part may be cut, and a client
        cannot tell.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        mime: no closing delimiter
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    http = event.message.http
    assert http is not None
    lost = any(a.kind in MIME_BOUNDARY for a in http.anomalies)
    if not http.content.closed and not lost:
        yield Objection(
            f"{subject(event.exchange)}: the content ends without the closing delimiter",
            (message_line(event.exchange, event.message, f"{http.content.length} bytes", at=http.last),),
            fault_of=sender_of(event.exchange, event.message),
            expected="a closing delimiter",
        )


@rule(
    "WSD223",
    "mtom-cid-dangling",
    Severity.ERROR,
    on=MessageSeen,
    when=lambda event: _is_multipart(event) and event.message.envelope is not None,
    needs=(Need.EXACT_BYTES, Need.WHOLE_MESSAGE, Need.WELL_FORMED),
    alike=Alike.SUBJECT,
    source=("I03", "RFC 2392"),
)
def mtom_cid_dangling(event: MessageSeen) -> Iterator[Verdict]:
    """An xop:Include names a part that is not there.

    Why:
        The envelope says where the image is, and nothing is there: a strict client has no page.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        < replace cid: cid:not-
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    message = event.message
    assert message.http is not None
    assert message.envelope is not None
    there = {part.content_id for part in message.http.content.parts}
    for include in includes(message.envelope.root):
        if include.content_id is not None and include.content_id not in there:
            yield Objection(
                short(f"{subject(event.exchange)}: xop:Include names {include.href!r}, no part has this Content-ID"),
                (message_line(event.exchange, message, path=include.path),),
                fault_of=sender_of(event.exchange, message),
                expected="a part with this Content-ID",
                fold="cid",
            )


@rule(
    "WSD224",
    "mtom-part-unreferenced",
    Severity.INFO,
    on=MessageSeen,
    when=lambda event: _is_multipart(event) and event.message.envelope is not None,
    needs=(Need.EXACT_BYTES, Need.WHOLE_MESSAGE, Need.WELL_FORMED),
    alike=Alike.SUBJECT,
    source="I03",
)
def mtom_part_unreferenced(event: MessageSeen) -> Iterator[Verdict]:
    """A part that no xop:Include names.

    Why:
        What it holds belongs to nothing in the message. Clients that take the last part for the image save the
        wrong one.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        mime: extra part
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    message = event.message
    assert message.http is not None
    assert message.envelope is not None
    content = message.http.content
    named = {include.content_id for include in includes(message.envelope.root)}
    root = root_part(content)
    for part in content.parts:
        if part is not root and (part.content_id is None or part.content_id not in named):
            yield Objection(
                f"{subject(event.exchange)}: part {part.index + 1} of {len(content.parts)} is named by no xop:Include",
                (message_line(event.exchange, message, part.content_type or "", at=part.first),),
                fault_of=sender_of(event.exchange, message),
                expected="an xop:Include for each part but the first",
                fold="unreferenced",
            )


@rule(
    "WSD225",
    "mtom-root-wrong",
    Severity.WARNING,
    on=MessageSeen,
    when=_is_multipart,
    needs=(
        Need.EXACT_BYTES,
        Need.NO_GAP,
    ),
    alike=Alike.SUBJECT,
    source=("I02", "XOP 1.0 §4.1"),
)
def mtom_root_wrong(event: MessageSeen) -> Iterator[Verdict]:
    """The root part is not the first one, is not XML, or is not labelled as XOP needs it.

    Why:
        Clients read the first part as the envelope; few look at the start parameter.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        mime: root last
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    message = event.message
    assert message.http is not None
    content = message.http.content
    root = root_part(content)
    if root is None:
        return
    label = (root.content_type or "").split(";", 1)[0].strip().lower()
    if root.index != 0:
        wrong = "the root part is not the first"
    elif root.data is not None and root.data.lstrip()[:1] not in (b"<", b"\xef", b"\xff", b"\xfe", b""):
        wrong = "the root part is not XML"
    elif label not in SOAP_MEDIA_TYPES:
        wrong = f"the root part is labelled {label or 'nothing'}"
    else:
        return
    yield Objection(
        short(f"{subject(event.exchange)}: {wrong}"),
        (message_line(event.exchange, message, at=root.first),),
        fault_of=sender_of(event.exchange, message),
        expected="the envelope first, as application/xop+xml",
        fold=wrong,
    )


ENCODED = frozenset({"base64", "quoted-printable", "uuencode", "x-uuencode"})
"""Transfer encodings under which the bytes of a part are not those of the image."""


@rule(
    "WSD226",
    "mtom-encoding-wrong",
    Severity.WARNING,
    on=MessageSeen,
    when=_is_multipart,
    needs=(Need.EXACT_BYTES,),
    alike=Alike.SUBJECT,
    source=("I04", "DPWS 2006/02 R0037"),
)
def mtom_encoding_wrong(event: MessageSeen) -> Iterator[Verdict]:
    """A part is not labelled Content-Transfer-Encoding: binary.

    Why:
        XOP is made to send bytes as they are. A part in base64 is saved by most clients as it stands, and no viewer
        opens it. Another label, or none, changes no byte: that is only worth knowing.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        mime: encoding base64
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    message = event.message
    assert message.http is not None
    for part in message.http.content.parts:
        label = next((f.value for f in part.fields if f.name.lower() == "content-transfer-encoding"), None)
        encoding = (label or "").strip().lower()
        if encoding == "binary":
            continue
        yield Objection(
            f"{subject(event.exchange)}: part {part.index + 1} has Content-Transfer-Encoding {label or 'missing'}"[
                :100
            ],
            (message_line(event.exchange, message, part.content_type or "", at=part.first),),
            severity=None if encoding in ENCODED else Severity.INFO,
            fault_of=sender_of(event.exchange, message),
            expected="Content-Transfer-Encoding: binary",
            fold=f"{encoding}",
        )
