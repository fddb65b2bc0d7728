"""What a file that is no capture looks like."""

import gzip

import pytest

from wsdtrace.capture.formats import SNIFF_BYTES, describe

ETL = (65536).to_bytes(4, "little") + (65536).to_bytes(4, "little") + bytes(0x2E) + b"\x04\x00" + bytes(100)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(b"", "an empty file", id="empty"),
        pytest.param(bytes(100), "a file of zero bytes", id="zeros"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG image", id="png"),
        pytest.param(b"%PDF-1.7", "a PDF document", id="pdf"),
        pytest.param(b"PK\x03\x04" + bytes(9), "a ZIP archive; unpack it first", id="zip"),
        pytest.param(gzip.compress(b"x"), "a gzip file in a gzip file", id="gzip again"),
        pytest.param(b'{"log": 1}', "a JSON file", id="json"),
        pytest.param(b"\xef\xbb\xbf<?xml version='1.0'?>", "an XML file", id="xml with bom"),
        pytest.param(b"<!DOCTYPE html><html>", "an HTML page (a failed download?)", id="html"),
        pytest.param(b"No. Time Source\r\n1 0.0 a", "a text file", id="text"),
        pytest.param("Täst".encode("utf-16"), "a text file (UTF-16)", id="utf-16"),
        pytest.param(bytes(257) + b"ustar\x0000" + bytes(200), "a tar archive; unpack it first", id="tar"),
        pytest.param(
            b"\x01\x80\x02" + bytes(9), "something else: it starts with 01 80 02 00 00 00 00 00", id="unknown"
        ),
    ],
)
def test_what_it_looks_like(head: bytes, expected: str) -> None:
    assert describe(head[:SNIFF_BYTES]) == expected


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"snoop\0\0\0\0\0\0\2", id="snoop"),
        pytest.param(b"GMBU" + bytes(20), id="network monitor"),
        pytest.param(ETL, id="event trace"),
    ],
)
def test_what_can_be_helped_says_how(head: bytes) -> None:
    assert " first: " in describe(head)
