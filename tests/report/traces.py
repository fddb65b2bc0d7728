"""Traces built by hand, in the words of the domain: a `Story` is told exchange by exchange and gives a `Trace`."""

from dataclasses import dataclass, field

from wsdtrace.check.finding import Evidence, FaultOf, Finding, Interpretation, Severity, Tally
from wsdtrace.records import Endpoint, Probe, Stamp
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.joblife import JobStep, Outcome
from wsdtrace.state.message import FaultSummary, Message, Role
from wsdtrace.state.model import Client, Device, Exchange, Image, Job, Refusal, Toward, Transport

START_NS = 1_700_000_000_123_456_789
"""2023-11-14T22:13:20.123456789Z"""

DEVICE = Endpoint("192.0.2.20", 5357)
CLIENT = Endpoint("192.0.2.10", 49152)


def at(seconds: float, frame: int) -> Stamp:
    """The place `seconds` after the first frame."""
    return Stamp(frame, START_NS + round(seconds * 1_000_000_000))


@dataclass
class Story:
    """Collects the objects of a trace; every method adds one and returns it."""

    trace: Trace = field(
        default_factory=lambda: Trace(
            InputInfo("capture.pcapng", ["capture.pcapng"], "pcapng", link_types=["Ethernet"]), wsd_seen=True
        )
    )

    def capture(self, path: str, *, frames: int = 58, seconds: float = 94.1, digits: int = 9) -> None:
        kind = "pcap" if path.endswith(".pcap") else "pcapng"
        end = START_NS + round(seconds * 1e9)
        self.trace.input = InputInfo(path, [path], kind, frames, 31_415, START_NS, end, ["Ethernet"], digits)

    def device(self, **facts: str) -> Device:
        device = Device(len(self.trace.devices) + 1, addresses={DEVICE.address: None}, sockets={DEVICE: None}, **facts)  # type: ignore[arg-type]  # names of text fields
        device.roles["scanner"] = None
        self.trace.devices.append(device)
        return device

    def client(self, user_agent: str | None = None) -> Client:
        client = Client(len(self.trace.clients) + 1, {CLIENT.address: None}, user_agent, b"Host,Accept")
        self.trace.clients.append(client)
        return client

    def exchange(
        self,
        operation: str | None,
        request: tuple[float, int],
        response: tuple[float, int] | None,
        *,
        fault: str | None = None,
        reason: str | None = "refused",
        status: int = 200,
        job: Job | None = None,
        toward: Toward = Toward.DEVICE,
    ) -> Exchange:
        asked = _message(Role.REQUEST, operation, at(*request), None, None)
        answered = None
        if response is not None:
            summary = FaultSummary("Receiver", fault, "urn:x", f"wscn:{fault}", reason, None) if fault else None
            answered = _message(Role.RESPONSE, operation, at(*response), 500 if fault else status, summary)
            answered.relates_to = asked.message_id
        exchange = Exchange(
            Transport.HTTP,
            CLIENT,
            DEVICE,
            id=len(self.trace.exchanges) + 1,
            request=asked,
            response=answered,
            operation=operation,
            toward=toward,
            client=self.trace.clients[0] if self.trace.clients else None,
            device=self.trace.devices[0] if self.trace.devices else None,
            job=job,
            ended=True,
        )
        self.trace.exchanges.append(exchange)
        if job is not None:
            job.exchanges.append(exchange)
        return exchange

    def job(self, job_id: int, outcome: Outcome, *steps: str, created: tuple[float, int] | None = None) -> Job:
        job = Job(self.trace.devices[0] if self.trace.devices else None, job_id, index=len(self.trace.jobs))
        job.outcome = outcome
        job.input_source = "ADF"
        if created is not None:
            job.created = job.last_activity = at(*created)
            job.steps = [JobStep(job.created, what, observed=False) for what in steps]
        self.trace.jobs.append(job)
        return job

    def image(self, exchange: Exchange, job: Job | None, page: int, *, complete: bool = True) -> Image:
        number = len(self.trace.images) + 1
        probe = Probe(
            1234 * number, b"\xff\xd8\xff", b"\xff\xd9", "ab" * 32 if complete else None, 0 if complete else 99
        )
        image = Image(
            number, exchange, job, page, None, "image/jpeg", "page@x", "jfif", probe, complete, None, 2480, 3508
        )
        exchange.images = (*exchange.images, image)
        self.trace.images.append(image)
        if job is not None:
            job.images.append(image)
            job.delivered += complete
        return image

    def refusal(self, exchange: Exchange, busy_with: Job | None) -> Refusal:
        refusal = Refusal(exchange, exchange.fault.subcode if exchange.fault else None, busy_with)
        self.trace.refusals.append(refusal)
        return refusal

    def finding(
        self,
        code: str,
        name: str,
        message: str,
        *evidence: Evidence,
        severity: Severity = Severity.ERROR,
        fault_of: FaultOf = FaultOf.CLIENT,
        expected: str | None = None,
        job: Job | None = None,
        because_of: Finding | None = None,
        also_seen: int = 0,
        readings: tuple[Interpretation, ...] = (),
    ) -> Finding:
        finding = Finding(
            id=len(self.trace.findings) + 1,
            code=code,
            name=name,
            severity=severity,
            fault_of=fault_of,
            message=message,
            evidence=list(evidence),
            source="T07",
            time_ns=evidence[-1].stamp.time_ns if evidence else START_NS,
            job=job,
            exchanges=[e.exchange for e in evidence if e.exchange is not None],
            expected=expected,
            interpretations=readings,
            caused_by=because_of,
            also_seen=also_seen,
        )
        self.trace.findings.append(finding)
        return finding

    def rules(self, *, fired: int = 0, passed: int = 0, inconclusive: int = 0) -> None:
        """A ledger with so many rules of each verdict."""
        numbers = iter(range(1, 100))
        for tally, count in ((Tally(fired=1), fired), (Tally(passed=3), passed), (Tally(inconclusive=2), inconclusive)):
            for _ in range(count):
                self.trace.ledger[f"WSD6{next(numbers):02}"] = Tally(tally.fired, tally.passed, tally.inconclusive)


def seen(
    frame: int,
    seconds: float,
    label: str,
    detail: str = "",
    *,
    role: str = "request",
    exchange: Exchange | None = None,
    excerpt: str | None = None,
    caret: tuple[int, int] | None = None,
) -> Evidence:
    return Evidence(at(seconds, frame), role, label, detail, exchange, excerpt=excerpt, caret=caret)


def _message(
    role: Role, operation: str | None, stamp: Stamp, status: int | None, fault: FaultSummary | None
) -> Message:
    sender, receiver = (CLIENT, DEVICE) if role is Role.REQUEST else (DEVICE, CLIENT)
    return Message(
        role,
        sender,
        receiver,
        stamp,
        stamp,
        content_bytes=1204,
        complete=True,
        status=status,
        is_soap=True,
        labelled_soap=True,
        well_formed=True,
        operation=operation,
        action=f"urn:action/{operation}" if operation else None,
        message_id=f"urn:uuid:{stamp.number}" if role is Role.REQUEST else None,
        fault=fault,
    )


def orphaned_job() -> Trace:
    """The example of the manual: a client that fetched one page of a feeder job and never came back."""
    story = Story()
    story.capture("captures/orphaned-job/capture.pcapng")
    story.device(model="ScanStation 9")
    story.client("WSDAPI")
    story.client("sane-airscan")
    job = story.job(1, Outcome.ORPHANED, "Created", "Processing", created=(2.114, 18))
    create = story.exchange("CreateScanJob", (2.101, 17), (2.114, 18), job=job)
    retrieve = story.exchange("RetrieveImage", (2.2, 20), (7.31, 24), job=job)
    story.image(retrieve, job, 1)
    refused = story.exchange("CreateScanJob", (14.0, 40), (14.02, 44), fault="ServerErrorNotAcceptingJobs")
    story.refusal(refused, busy_with=job)
    job.last_activity = at(7.31, 24)
    story.finding(
        "WSD601",
        "job-orphaned",
        "job 1: nothing for 86.8 s after page 1, limit 60 s",
        seen(17, 2.101, "CreateScanJobRequest", exchange=create),
        seen(18, 2.114, "CreateScanJobResponse", "JobId 1", role="response", exchange=create),
        seen(24, 7.31, "RetrieveImageResponse", "page 1, JPEG 2480×3508", role="response", exchange=retrieve),
        expected="RetrieveImage, CancelJob or a JobEndStateEvent",
        job=job,
    )
    story.finding(
        "WSD202",
        "prefix-unbound",
        "fault subcode uses 'wscn', which is not bound",
        seen(
            44,
            14.02,
            "Fault",
            role="response",
            exchange=refused,
            excerpt="<soap:Value>wscn:ServerErrorNotAcceptingJobs</soap:Value>",
            caret=(12, 16),
        ),
        fault_of=FaultOf.DEVICE,
    )
    for name in ("fault-reported", "job-refused"):
        story.finding("WSD330", name, "refused", seen(44, 14.02, "Fault", exchange=refused), severity=Severity.INFO)
    story.rules(fired=3, passed=54, inconclusive=4)
    return story.trace
