"""Differences as text, JSON and a page; hostile ones too."""

import json

from lxml import etree, html

from tests.report.hostile import PAYLOAD
from wsdtrace.explore.compare.difference import Difference
from wsdtrace.explore.compare.render import NOTHING, diff_html, diff_json, diff_text

FOUND = [
    Difference("tickets", "job 1: Format", "jfif", "png", "file format"),
    Difference("findings", "WSD708", None, "once"),
    Difference("requests", PAYLOAD, PAYLOAD, PAYLOAD, PAYLOAD),
]


def test_text_has_a_paragraph_for_each_section() -> None:
    text = diff_text("a.pcap", "b.pcap", FOUND)
    assert text.startswith("A  a.pcap\nB  b.pcap\n\nwhat the clients send (1)\n")
    assert "  job 1: Format   file format\n    A  jfif\n    B  png\n" in text
    assert "  WSD708\n    A  –\n    B  once\n" in text
    assert text.endswith("\n3 differences.\n")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_json_has_everything_and_null_for_what_is_not_there() -> None:
    report = json.loads(diff_json("a", "b", FOUND))
    assert (report["schema"], report["a"], report["b"]) == (1, "a", "b")
    assert report["differences"][1] == {
        "section": "findings", "subject": "WSD708", "kind": "only in B", "a": None, "b": "once", "meaning": "",
    }  # fmt: skip
    assert report["differences"][2]["a"] == PAYLOAD
    assert json.loads(diff_json("a", "b", []))["differences"] == []


def test_the_page_has_no_script_and_a_policy() -> None:
    page = diff_html("a.pcap", f"b{PAYLOAD}", FOUND, page=True)
    root = html.document_fromstring(page)

    def found(path: str) -> list[etree._Element]:
        elements = root.xpath(path)
        assert isinstance(elements, list)
        return [element for element in elements if isinstance(element, etree._Element)]

    assert found("//script | //link | //img | //*[@onclick or @onload or @href or @src]") == []
    (policy,) = found("//meta[@http-equiv='Content-Security-Policy']")
    assert policy.get("content", "").startswith("default-src 'none'")
    assert len(found("//tbody/tr")) == 3
    assert "\x1b" not in page


def test_nothing_different_is_said() -> None:
    assert NOTHING in diff_text("a", "b", [])
    assert NOTHING in diff_html("a", "b", [], page=True)
    assert "<html" not in diff_html("a", "b", FOUND, page=False)
