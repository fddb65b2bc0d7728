"""Failures that people met with real devices, each as a scenario and the findings that name it.

The numbers are those of the list that rules give as a source (`field failure 12`).
"""

import pytest

from wsdtrace import scenario
from wsdtrace.check.rule import all_rules

DECLARED = {rule.code for rule in all_rules()}

FAILURES = [
    pytest.param(
        """
        CreateScanJob images=0 -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        """,
        ["WSD708"],
        id="1 OKI: a job from the platen for any number of images never ends",
    ),
    pytest.param(
        """
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound
        """,
        ["WSD330"],
        id="2 Ricoh: an empty feeder is told as JobIdNotFound",
    ),
    pytest.param(
        """
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        http: status 200
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
        """,
        ["WSD327"],
        id="3 Lexmark, Xerox: a fault with HTTP 200",
    ),
    pytest.param(
        """
        CreateScanJob -> JobId=1 JobToken=t
        mime: no line end before the last delimiter
        RetrieveImage JobId=1 JobToken=t -> image
        """,
        ["WSD220"],
        id="4 Xerox: a delimiter that does not begin a line",
    ),
    pytest.param(
        """
        > no field Content-Type
        > field content-type: Application/SOAP+XML
        GetScannerElements -> HTTP 400 text/plain invalid request
        client B: GetScannerElements -> ok
        """,
        ["WSD103"],
        id="5 Canon: the letter case of Content-Type",
    ),
    pytest.param(
        """
        > drop wscn:JobInformation
        CreateScanJob -> Fault InvalidArgs
        """,
        ["WSD330"],
        id="6 Canon: a ticket without JobInformation is refused",
    ),
    pytest.param(
        """
        CreateScanJob format=png -> JobId=1 JobToken=t
        image: cut 600
        RetrieveImage JobId=1 JobToken=t -> image
        """,
        ["WSD711"],
        id="7 HP: the last third of a PNG is missing",
    ),
    pytest.param(
        """
        CreateScanJob Resolution.Width=600 Resolution.Height=600 -> Resolution.Width=300 Resolution.Height=300
        RetrieveImage -> image
        """,
        ["WSD702"],
        id="8 Canon: 300 dpi for 600",
    ),
    pytest.param(
        """
        CreateScanJob format=png -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image=jfif
        """,
        ["WSD710"],
        id="9 Pantum: declares PNG and sends JPEG",
    ),
    pytest.param("CreateScanJob -> Fault OperationFailed", ["WSD330"], id="10 Ricoh: OperationFailed"),
    pytest.param(
        "CreateScanJob -> Fault ServerErrorNotAcceptingJobs",
        ["WSD330", "WSD624"],
        id="11 Kyocera: busy until scanning is started on the panel",
    ),
    pytest.param(
        "CreateScanJob source=ADF -> Fault ServerErrorNotAcceptingJobs\nwait 1s\n" * 6,
        ["WSD331"],
        id="12 Canon: retries without end at an empty feeder",
    ),
    pytest.param(
        """
        Hello
        GetScannerElements -> HTTP 404 text/html Service not found
        """,
        ["WSD103"],
        id="13 Canon: advertised, and not there",
    ),
    pytest.param(
        """
        > replace soap: s:
        > replace xmlns:soap xmlns:s
        GetScannerElements -> Fault InvalidArgs
        client B: GetScannerElements -> ok
        """,
        ["WSD901"],
        id="14 Brother: the firmware needs literal prefixes",
    ),
    pytest.param(
        r"""
        > replace "<soap:Body>" "<soap:Body>\n  "
        CreateScanJob -> Fault InvalidArgs
        client B: CreateScanJob -> JobId=1 JobToken=t
        client B: RetrieveImage JobId=1 JobToken=t -> image
        """,
        ["WSD330"],
        id="15 Brother: the parser fails on indented XML",
    ),
    pytest.param(
        """
        > start POST /wrong HTTP/1.1
        GetScannerElements -> HTTP 400
        """,
        ["WSD103"],
        id="16 Samsung: 400 for a wrong path",
    ),
    pytest.param(
        """
        Hello
        Get -> refused
        """,
        ["WSD108"],
        id="17 HP: announces a closed port",
    ),
    pytest.param(
        'Probe -> ProbeMatches XAddrs="http://[fe80::1]:5357/device"',
        ["WSD405"],
        id="18 Kyocera: announces a link-local address only",
    ),
    pytest.param(
        """
        Probe -> ProbeMatches Types=wsdp:Device
        GetScannerElements -> ok
        """,
        ["WSD406"],
        id="19 Lexmark: does not announce the type of a scanner",
    ),
    pytest.param(
        """
        Probe -> ProbeMatches
        Probe -> nothing
        wait 5s
        GetScannerElements -> ok
        """,
        ["WSD401"],
        id="20 Brother: a Probe stays unanswered",
    ),
    pytest.param(
        "GetScannerElements -> ADFSupportsDuplex=false",
        ["WSD802"],
        id="21 Brother: no duplex, and a back side",
    ),
    pytest.param(
        """
        CreateScanJob source=ADFDuplex -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
        """,
        ["WSD714"],
        id="22 Epson: front sides only",
    ),
    pytest.param(
        """
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        wait 90s
        GetScannerElements -> ok
        """,
        ["WSD601"],
        id="23 Xerox: a job left open",
    ),
    pytest.param(
        """
        < replace http://schemas.microsoft.com/windows/2006/08/wdp/scan http://tempuri.org/
        < drop soap:Header
        CreateScanJob -> JobId=1 JobToken=t
        """,
        ["WSD206"],
        id="24 HP: wscn bound to tempuri.org, and no Header",
    ),
    pytest.param(
        """
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        wait 65s
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound
        """,
        ["WSD604"],
        id="25 Ricoh: dies in the middle of a long feed",
    ),
    pytest.param(
        """
        Hello XAddrs="http://192.0.2.100:9/dead http://192.0.2.100:5357/scan"
        > start POST /dead HTTP/1.1
        Get -> unreachable
        """,
        ["WSD108"],
        id="26 HP: two addresses, one of them dead",
    ),
    pytest.param(
        """
        < drop wsd:XAddrs
        Probe -> ProbeMatches
        """,
        ["WSD404"],
        id="27 ProbeMatches without XAddrs",
    ),
    pytest.param(
        r"""
        < replace "\" xmlns:wsa" "\"xmlns:wsa"
        Get -> ok
        """,
        ["WSD201"],
        id="28 iSpy: no space between attributes",
    ),
    pytest.param("Probe -> Fault wsa:ActionNotSupported", ["WSD413"], id="29 a camera answers a Probe by a fault"),
    pytest.param(
        """
        < replace xmlns:wsa xmlns:x
        GetScannerElements -> ok
        """,
        ["WSD202"],
        id="30 prefix wsa is not bound",
    ),
    pytest.param(
        """
        > line SOAPAction
        GetScannerElements -> ok
        """,
        ["WSD104"],
        id="31 a field line without a colon",
    ),
    pytest.param(
        """
        < content <SOAP-ENV:Fault xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"><faultcode>a</faultcode></SOAP-ENV:Fault>
        Probe -> ProbeMatches
        """,
        ["WSD203"],
        id="32 a bare Fault over UDP",
    ),
    pytest.param(
        """
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        client B: GetJobElements JobId=1 -> state=Processing
        wait 5s
        close
        client B: GetJobElements JobId=1 -> state=Completed
        """,
        ["WSD903"],
        id="33 Kyocera: an open connection keeps the job in Processing",
    ),
    pytest.param(
        """
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CancelJob JobId=1 -> ok
        """,
        ["WSD615"],
        id="34 Xerox: CancelJob after the last image keeps it busy",
    ),
    pytest.param(
        """
        > replace windows/2006/08/wdp/scan windows/2006/01/wdp/scan
        CreateScanJob ScanIdentifier=s DestinationToken=d -> Fault ClientErrorInvalidDetinationToken
        """,
        ["WSD205", "WSD322"],
        id="35 Samsung: an old namespace, answered by a misspelt fault",
    ),
    pytest.param(
        "Subscribe -> ok\nwait 60s\n" * 6,
        ["WSD506"],
        id="36 Samsung: a Subscribe every minute voids the tokens",
    ),
    pytest.param(
        """
        Subscribe -> ok
        Get -> nothing
        wait 100s
        """,
        ["WSD101"],
        id="37 Samsung: Get hangs after a subscription was left",
    ),
    pytest.param(
        """
        CreateScanJob -> JobId=1 JobToken=t
        > drop wscn:DocumentDescription
        RetrieveImage JobId=1 JobToken=t -> Fault InvalidArgs
        """,
        ["WSD207"],
        id="38 Kyocera: DocumentDescription is missing",
    ),
    pytest.param(
        """
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        wait 5s
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        wait 40s
        CreateScanJob -> JobId=2 JobToken=u
        RetrieveImage JobId=2 JobToken=u -> image
        """,
        ["WSD902"],
        id="39 Kyocera: refuses for a while after a job",
    ),
    pytest.param(
        """
        Hello
        Get To=http://192.0.2.100:5357/device -> Fault wsa:DestinationUnreachable
        """,
        ["WSD307"],
        id="40 Kyocera: To is the URL",
    ),
    pytest.param(
        """
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound after 10s
        """,
        ["WSD330"],
        id="41 Brother: the end of a feed is JobIdNotFound",
    ),
    pytest.param(
        """
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        client B: CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        client B: GetJobElements JobId=1 -> state=Processing
        client B: CancelJob JobId=1 -> Fault ClientErrorJobIdNotFound
        """,
        ["WSD624"],
        id="42 HP: busy with a job that cannot be cancelled",
    ),
    pytest.param(
        """
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CancelJob JobId=1 -> ok
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound
        """,
        ["WSD612"],
        id="43 a client asks for a page after its own cancel",
    ),
]


def test_every_failure_of_the_list_is_here_once() -> None:
    assert [int(str(row.id).split()[0]) for row in FAILURES] == list(range(1, 44))


@pytest.mark.parametrize(("text", "codes"), FAILURES)
def test_a_failure_seen_in_the_field_is_named(text: str, codes: list[str]) -> None:
    missing = [code for code in codes if code not in DECLARED]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not a rule yet")
    trace = scenario.check(text)
    assert trace.internal_errors == []
    found = {finding.code for finding in trace.findings}
    assert set(codes) <= found, [f"{f.code} {f.message}" for f in trace.findings]
