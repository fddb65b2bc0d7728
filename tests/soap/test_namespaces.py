"""The table of namespaces."""

import pytest

from wsdtrace.soap.namespaces import (
    DISCOVERY,
    DISCOVERY_11,
    DPWS_11,
    FAMILIES,
    SCAN,
    SOAP11,
    SOAP12,
    WSA,
    WSA_2005,
    XOP,
    NamespaceKind,
    canonical,
    family,
    family_tag,
    split,
)


@pytest.mark.parametrize(
    ("uri", "meant", "kind"),
    [
        pytest.param(SCAN, SCAN, NamespaceKind.EXACT, id="scan"),
        pytest.param(SCAN.replace("2006/08", "2006/01"), SCAN, NamespaceKind.ALIAS, id="pre-release scan"),
        pytest.param(SCAN.replace("http:", "https:"), SCAN, NamespaceKind.ALIAS, id="https scan"),
        pytest.param(
            SCAN.replace("http:", "https:").replace("08", "01"), SCAN, NamespaceKind.ALIAS, id="https pre-release scan"
        ),
        pytest.param(WSA.replace("2004/08", "2003/03"), WSA, NamespaceKind.ALIAS, id="addressing 2003/03"),
        pytest.param(XOP.replace("2004/08", "2003/12"), XOP, NamespaceKind.ALIAS, id="xop 2003/12"),
        pytest.param(WSA_2005, WSA_2005, NamespaceKind.PUBLISHED, id="addressing 2005/08"),
        pytest.param("https" + WSA_2005[4:], WSA_2005, NamespaceKind.ALIAS, id="https addressing 2005/08"),
        pytest.param(DISCOVERY_11, DISCOVERY_11, NamespaceKind.PUBLISHED, id="discovery 1.1"),
        pytest.param(DPWS_11, DPWS_11, NamespaceKind.PUBLISHED, id="DPWS 1.1"),
        pytest.param(SOAP11, SOAP11, NamespaceKind.PUBLISHED, id="SOAP 1.1"),
        pytest.param("http://tempuri.org/", "http://tempuri.org/", None, id="unknown"),
        pytest.param("", "", None, id="none"),
        pytest.param(SCAN + "/", SCAN + "/", None, id="a slash makes another name"),
        pytest.param(SCAN.upper(), SCAN.upper(), None, id="letter case counts"),
    ],
)
def test_what_a_namespace_stands_for(uri: str, meant: str, kind: NamespaceKind | None) -> None:
    known = canonical(uri)
    assert (known.uri, known.kind) == (meant, kind)


def test_versions_of_one_vocabulary_are_one_family() -> None:
    assert canonical(DISCOVERY_11).family == DISCOVERY
    found = family(SOAP11)
    assert found is not None
    assert found.canonical == SOAP12
    assert family("urn:x") is None


def test_no_namespace_is_in_two_rows() -> None:
    uris = [uri for row in FAMILIES for uri in (row.canonical, *row.published, *row.aliases)]
    assert len(uris) == len(set(uris))
    assert all(uri.startswith("http://") for uri in uris)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        pytest.param(f"{{{SCAN}}}JobId", f"{{{SCAN}}}JobId", id="canonical"),
        pytest.param("{https://schemas.microsoft.com/windows/2006/01/wdp/scan}JobId", f"{{{SCAN}}}JobId", id="alias"),
        pytest.param(f"{{{DISCOVERY_11}}}Hello", f"{{{DISCOVERY}}}Hello", id="other version"),
        pytest.param("{urn:x}JobId", "{urn:x}JobId", id="vendor"),
        pytest.param("wscn:JobId", f"{{{SCAN}}}JobId", id="unbound conventional prefix"),
        pytest.param("zzz:JobId", "zzz:JobId", id="unbound prefix that nobody uses"),
        pytest.param("JobId", "JobId", id="no namespace"),
    ],
)
def test_names_of_all_versions_are_one(tag: str, expected: str) -> None:
    assert family_tag(tag) == expected


def test_a_name_is_split_into_namespace_and_local_part() -> None:
    assert split("{urn:x}y") == ("urn:x", "y")
    assert split("y") == ("", "y")
    assert split("p:y") == ("", "p:y")
