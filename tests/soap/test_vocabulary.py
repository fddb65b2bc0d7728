"""What the declarations say about names."""

from wsdtrace import wsd
from wsdtrace.soap.namespaces import DISCOVERY, EVENTING, SCAN
from wsdtrace.soap.vocabulary import holds_names, known_names, qname_valued


def test_declared_elements_are_known_by_local_name() -> None:
    assert wsd.MESSAGES
    assert known_names()["CreateScanJobRequest"] == SCAN
    assert known_names()["Subscribe"] == EVENTING
    assert "Nonsense" not in known_names()


def test_places_of_qnames_are_known() -> None:
    assert qname_valued(f"{{{DISCOVERY}}}Types") == ""
    assert qname_valued(f"{{{SCAN}}}ElementData") == "Name"
    assert qname_valued(f"{{{SCAN}}}JobName") is None


def test_messages_that_may_hold_qnames_are_known() -> None:
    assert holds_names(f"{{{SCAN}}}GetScannerElementsResponse")
    assert holds_names(f"{{{DISCOVERY}}}Probe")
    assert not holds_names(f"{{{SCAN}}}CancelJobRequest")
