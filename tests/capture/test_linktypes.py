"""Names of link types."""

import pytest

from wsdtrace.capture.linktypes import linktype_name, linktype_of


@pytest.mark.parametrize(
    ("field", "name"),
    [
        pytest.param(1, "ETHERNET", id="ethernet"),
        pytest.param(276, "LINUX_SLL2", id="any interface"),
        pytest.param(12, "RAW", id="raw ip by the number of most systems"),
        pytest.param(14, "RAW", id="raw ip by the number of openbsd"),
        pytest.param(9999, "LINKTYPE 9999", id="no name here"),
    ],
)
def test_a_link_type_has_a_name(field: int, name: str) -> None:
    assert linktype_name(linktype_of(field)) == name
