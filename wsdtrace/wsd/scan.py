"""The messages of WS-Scan: eight operations and seven events."""

from wsdtrace.soap.namespaces import SCAN, XMIME, XOP
from wsdtrace.soap.schema import Element, attribute, content, declare, one, opt, some
from wsdtrace.wsd.jobs import (
    ActiveJobs,
    DocumentDescription,
    Documents,
    JobEndState,
    JobHistory,
    JobStatus,
)
from wsdtrace.wsd.scanner import (
    DeviceCondition,
    DeviceConditionCleared,
    ScannerConfiguration,
    ScannerDescription,
    ScannerStatus,
    StatusSummary,
)
from wsdtrace.wsd.ticket import DocumentFinalParameters, ImageInformation, ScanTicket
from wsdtrace.wsd.values import Address, Boolean, InputSource, Name, Positive, String127, String255

# Operations on the scanner.


@declare(SCAN, name="RequestedElements")
class RequestedScannerElements(Element):
    """The sections that a client asks for."""

    name: tuple[Name | None, ...] = some(
        "ScannerDescription, ScannerConfiguration, ScannerStatus, DefaultScanTicket or a vendor's",
        source="name-for-requestedelements-element.md",
    )


@declare(SCAN)
class GetScannerElementsRequest(Element):
    """Asks a scanner about itself."""

    requested_elements: RequestedScannerElements | None = one("sections asked for")


@declare(SCAN, name="ElementData", source="elementdata-for-scannerelements-element.md", optional_choices=True)
class ScannerElementData(Element):
    """The answer to one name that was asked for."""

    name: Name | None = attribute("the name that was asked for", required=True)
    valid: Boolean | None = attribute("the device has this section, and it follows", required=True)
    scanner_description: ScannerDescription | None = one("what it is called", choice="section")
    scanner_configuration: ScannerConfiguration | None = one("what it can do", choice="section")
    scanner_status: ScannerStatus | None = one("what it does now", choice="section")
    default_scan_ticket: ScanTicket | None = one("what it does where a ticket says nothing", choice="section")


@declare(SCAN)
class ScannerElements(Element):
    """The answers of a scanner about itself."""

    element_data: tuple[ScannerElementData, ...] = some("answer to one name")


@declare(SCAN)
class GetScannerElementsResponse(Element):
    """What a scanner says of itself."""

    scanner_elements: ScannerElements | None = one("one answer for each name")


@declare(SCAN)
class ValidateScanTicketRequest(Element):
    """Asks whether a ticket would be accepted."""

    scan_ticket: ScanTicket | None = one("ticket to look at")


@declare(SCAN)
class ValidationInfo(Element):
    """Whether a ticket would be accepted."""

    valid_ticket: Boolean | None = one("it would be accepted as it is")
    image_information: ImageInformation | None = one("images that it would bring")
    valid_scan_ticket: ScanTicket | None = opt("the ticket as it would be accepted, where it would not")


@declare(SCAN)
class ValidateScanTicketResponse(Element):
    """Says whether a ticket would be accepted."""

    validation_info: ValidationInfo | None = one("the verdict")


# Operations on jobs.


@declare(SCAN)
class CreateScanJobRequest(Element):
    """Asks for a job."""

    scan_identifier: String255 | None = opt("event that this answers; with a DestinationToken or not at all")
    destination_token: String255 | None = opt("token of the destination that was chosen at the device", redact=True)
    scan_ticket: ScanTicket | None = one("what the job is to do")


@declare(SCAN)
class CreateScanJobResponse(Element):
    """Grants a job; the client has 60 seconds to ask for the first image."""

    job_id: Positive | None = one("number of the job")
    job_token: String255 | None = one("secret that goes with the number", redact=True)
    image_information: ImageInformation | None = one("how large the images will be")
    document_final_parameters: DocumentFinalParameters | None = one(
        "how the device will scan", misspelt=("DocumentFinalParamters",)
    )


@declare(SCAN)
class RetrieveImageRequest(Element):
    """Asks for the next image of a job."""

    job_id: Positive | None = one("number of the job")
    job_token: String255 | None = one("secret that goes with the number", redact=True)
    document_description: DocumentDescription | None = one("what a user is to know the document by")


@declare(XOP, source="XOP §2.1")
class Include(Element):
    """Where the bytes are that stand for this element's text."""

    href: Address | None = attribute("`cid:` and the Content-ID of a part", required=True, name="href")


@declare(SCAN)
class ScanData(Element):
    """One image, in a part of its own (or as base64, which nobody was seen to do)."""

    inline: str | None = content("base64 of the image, where it is not in a part")
    content_type: str | None = attribute("media type of the image", name="contentType", namespace=XMIME)
    include: Include | None = opt("the part", namespace=XOP, source="XOP §2.1")


@declare(SCAN)
class RetrieveImageResponse(Element):
    """Brings one image, or one file of several."""

    scan_data: ScanData | None = one("the image")


@declare(SCAN)
class CancelJobRequest(Element):
    """Asks to stop a job."""

    job_id: Positive | None = one("number of the job")


@declare(SCAN)
class CancelJobResponse(Element):
    """Says that a job will stop."""


@declare(SCAN, name="RequestedElements")
class RequestedJobElements(Element):
    """The sections of a job that a client asks for."""

    name: tuple[Name | None, ...] = some(
        "JobStatus, ScanTicket, Documents or a vendor's", source="name-for-requestedelements-element.md"
    )


@declare(SCAN)
class GetJobElementsRequest(Element):
    """Asks about one job."""

    job_id: Positive | None = one("number of the job")
    requested_elements: RequestedJobElements | None = one("sections asked for")


@declare(SCAN, name="ElementData", source="elementdata-for-jobelements-element.md", optional_choices=True)
class JobElementData(Element):
    """The answer to one name that was asked for."""

    name: Name | None = attribute("the name that was asked for", required=True)
    valid: Boolean | None = attribute("the device has this section, and it follows", required=True)
    job_status: JobStatus | None = one("where the job is in its life", choice="section")
    scan_ticket: ScanTicket | None = one("what it was asked to do", choice="section")
    documents: Documents | None = one("its documents", choice="section")


@declare(SCAN)
class JobElements(Element):
    """The answers about one job."""

    element_data: tuple[JobElementData, ...] = some("answer to one name")


@declare(SCAN)
class GetJobElementsResponse(Element):
    """What a scanner says of one job."""

    job_elements: JobElements | None = one("one answer for each name")


@declare(SCAN)
class GetActiveJobsRequest(Element):
    """Asks for the jobs that have not ended."""


@declare(SCAN)
class GetActiveJobsResponse(Element):
    """The jobs that have not ended."""

    active_jobs: ActiveJobs | None = one("the list; empty when there are none")


@declare(SCAN)
class GetJobHistoryRequest(Element):
    """Asks for the jobs that have ended."""


@declare(SCAN)
class GetJobHistoryResponse(Element):
    """The jobs that have ended."""

    job_history: JobHistory | None = one("the list; empty when there are none")


# Events, and what a subscription to them carries.


@declare(SCAN)
class ScanDestination(Element):
    """One thing that a user may choose at the device."""

    client_display_name: String127 | None = one(
        "text on the device's display", redact=True, misspelt=("ClientDisplayString",)
    )
    client_context: String255 | None = one("what the client knows it by; unique within the subscription")


@declare(SCAN)
class ScanDestinations(Element):
    """What a user may choose at the device; in a Subscribe to ScanAvailableEvent."""

    scan_destination: tuple[ScanDestination, ...] = some("one of them")


@declare(SCAN)
class DestinationResponse(Element):
    """The token for one destination."""

    client_context: String255 | None = one("the destination's")
    destination_token: String255 | None = one("to be shown when the job is asked for", redact=True)


@declare(SCAN)
class DestinationResponses(Element):
    """The tokens for all destinations; in a SubscribeResponse."""

    destination_response: tuple[DestinationResponse, ...] = some("one for each destination")


@declare(SCAN)
class ScanAvailableEvent(Element):
    """A user chose this client at the device."""

    client_context: String255 | None = one("destination that was chosen")
    scan_identifier: String255 | None = one("names this event in the CreateScanJobRequest that answers it")
    input_source: InputSource | str | None = opt("where the original is (schema and devices; not documented)")


@declare(SCAN)
class ElementChanges(Element):
    """Sections that changed, each of them whole."""

    scanner_description: ScannerDescription | None = opt("what it is called")
    scanner_configuration: ScannerConfiguration | None = opt("what it can do")
    default_scan_ticket: ScanTicket | None = opt("what it does where a ticket says nothing")


@declare(SCAN)
class ScannerElementsChangeEvent(Element):
    """A scanner's description, configuration or default ticket changed."""

    element_changes: ElementChanges | None = one("what changed")


@declare(SCAN)
class ScannerStatusSummaryEvent(Element):
    """A scanner's state changed."""

    status_summary: StatusSummary | None = one("state and reasons")


@declare(SCAN)
class ScannerStatusConditionEvent(Element):
    """A condition began."""

    device_condition: DeviceCondition | None = one("the condition")


@declare(SCAN)
class ScannerStatusConditionClearedEvent(Element):
    """A condition ended."""

    device_condition_cleared: DeviceConditionCleared | None = one("which, and when")


@declare(SCAN)
class JobStatusEvent(Element):
    """A job's status changed."""

    job_status: JobStatus | None = one("where it is in its life")


@declare(SCAN)
class JobEndStateEvent(Element):
    """A job ended."""

    job_end_state: JobEndState | None = one("how it ended")
