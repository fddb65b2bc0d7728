"""A request as the device takes it."""

from wsdtrace.scanner.outcome import Asked
from wsdtrace.soap import read_envelope

TEXT = b"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:e="http://schemas.xmlsoap.org/ws/2004/08/\
eventing"><s:Header><e:Identifier> urn:x </e:Identifier></s:Header><s:Body/></s:Envelope>"""


def test_a_reference_parameter_is_found_by_its_name() -> None:
    asked = Asked("Renew", None, read_envelope(TEXT, None), "127.0.0.1", "http://127.0.0.1:1")
    assert asked.reference("Identifier") == "urn:x"
    assert asked.reference("Other") is None
