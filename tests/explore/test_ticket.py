"""`Ticket`: what people ask of a ticket."""

from wsdtrace import Ticket, Trace
from wsdtrace.wsd.ticket import DocumentParameters, ScanTicket


def test_what_a_ticket_says(adf: Trace) -> None:
    ticket = adf.jobs[0].ticket
    assert ticket is not None
    assert (ticket.format, ticket.input_source, ticket.color) == ("jfif", "ADF", "RGB24")
    assert (ticket.resolution, ticket.images_to_transfer) == ((75, 75), 0)
    assert ticket.region == (0, 0, 8500, 11690)
    assert ticket.content_type is None
    assert isinstance(ticket.value, ScanTicket)
    assert repr(ticket) == "<Ticket ADF jfif RGB24 75×75 dpi>"
    assert "DocumentParameters" in str(ticket)


def test_final_parameters_are_asked_the_same_way(adf: Trace) -> None:
    final = adf.jobs[0].final
    assert final is not None
    assert (final.format, final.content_type, final.resolution) == ("jfif", "Auto", (75, 75))


def test_an_empty_ticket_says_nothing(adf: Trace) -> None:
    for value in (ScanTicket(), ScanTicket(document_parameters=DocumentParameters())):
        ticket = Ticket(adf, value)
        facts = (ticket.format, ticket.resolution, ticket.region, ticket.color, ticket.images_to_transfer)
        assert facts == (None,) * 5
        assert repr(ticket) == "<Ticket>"
