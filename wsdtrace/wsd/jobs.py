"""What a scanner says of its jobs (jobstatus.md, jobsummary.md, job.md)."""

from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Element, declare, many, one, opt, some
from wsdtrace.wsd.scanner import Time
from wsdtrace.wsd.ticket import DocumentFinalParameters, ScanTicket
from wsdtrace.wsd.values import Count, JobState, JobStateReason, Positive, String255


@declare(SCAN)
class JobStateReasons(Element):
    """Why a job is in its state."""

    job_state_reason: tuple[JobStateReason | str, ...] = some("one of the reasons")


@declare(SCAN)
class JobStatus(Element):
    """Where a job is in its life."""

    job_id: Positive | None = one("number of the job")
    job_state: JobState | str | None = one("its state")
    job_state_reasons: JobStateReasons | None = opt("why")
    scans_completed: Count | None = one("images scanned so far; each side counts", unit="images")
    job_created_time: Time | None = opt("when it was created, by the device's clock")
    job_completed_time: Time | None = opt("when it ended, by the device's clock")


@declare(SCAN)
class JobSummary(Element):
    """A job in a list of jobs."""

    job_id: Positive | None = one("number of the job")
    job_name: String255 | None = one("name of the job")
    job_originating_user_name: String255 | None = one("user who asked for it", redact=True)
    job_state: JobState | str | None = one("its state; the final one in a history")
    job_state_reasons: JobStateReasons | None = opt("why")
    scans_completed: Count | None = one("images scanned so far; each side counts", unit="images")


@declare(SCAN)
class JobEndState(Element):
    """How a job ended."""

    job_id: Positive | None = one("number of the job")
    job_completed_state: JobState | str | None = one("Aborted, Canceled, Completed or Terminating")
    job_completed_state_reasons: JobStateReasons | None = one("why")
    job_name: String255 | None = one("name of the job")
    job_originating_user_name: String255 | None = one("user who asked for it", redact=True)
    scans_completed: Count | None = one("images scanned; each side counts", unit="images")
    job_completed_time: Time | None = opt("when, by the device's clock")


@declare(SCAN)
class DocumentDescription(Element):
    """What a user is to know a document by."""

    document_name: String255 | None = one("name of the document")


@declare(SCAN)
class Document(Element):
    """A document of a job."""

    document_description: DocumentDescription | None = one("what a user knows it by")


@declare(SCAN)
class Documents(Element):
    """The documents of a job, and how they are scanned."""

    document_final_parameters: DocumentFinalParameters | None = one("how they are scanned")
    document: tuple[Document, ...] = some("one of them")


@declare(SCAN)
class Job(Element):
    """Everything that a scanner knows of a job."""

    job_status: JobStatus | None = one("where it is in its life")
    scan_ticket: ScanTicket | None = one("what it was asked to do")
    documents: Documents | None = opt("its documents")


@declare(SCAN, name="ActiveJobs")
class ActiveJobs(Element):
    """The jobs that have not ended."""

    job_summary: tuple[JobSummary, ...] = many("one of them")


@declare(SCAN, name="JobHistory")
class JobHistory(Element):
    """The jobs that have ended; how many are kept is up to the device."""

    job_summary: tuple[JobSummary, ...] = many("one of them")


@declare(SCAN, name="ActiveJobs", source="activejobs.md")
class ActiveJobList(Element):
    """The jobs of a JobTable that have not ended."""

    job: tuple[Job, ...] = many("one of them")


@declare(SCAN, name="JobHistory", source="jobhistory2.md")
class JobHistoryList(Element):
    """The jobs of a JobTable that have ended."""

    job: tuple[Job, ...] = many("one of them")


@declare(SCAN)
class JobTable(Element):
    """All jobs; no operation sends it (documentation defect D17)."""

    active_jobs: ActiveJobList | None = one("jobs that have not ended")
    job_history: JobHistoryList | None = opt("jobs that have")
