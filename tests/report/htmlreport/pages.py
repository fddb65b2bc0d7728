"""Looks at a report as a browser does: it is parsed, and asked for what it holds."""

import base64
import hashlib
import re
from functools import cache
from itertools import pairwise
from typing import Any

from lxml import html

from tests.shared import CAPTURES
from wsdtrace.pipeline import Options, check_file
from wsdtrace.report.htmlreport import ReportOptions, render_html
from wsdtrace.report.trace import Trace


@cache
def case(name: str) -> Trace:
    """A recording, judged once for all tests; nobody changes it."""
    (path,) = (CAPTURES / name).glob("capture.pcap*")
    return check_file(str(path), Options(digests=True))


def page(trace: Trace, options: ReportOptions | None = None) -> Any:
    """The report of a trace, parsed; fails unless it keeps its own policy and its links lead somewhere."""
    return checked(render_html(trace, options or ReportOptions()))


def checked(text: str) -> Any:
    """A parsed report that is safe and whole."""
    text.encode()
    root: Any = html.document_fromstring(text)
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; ")
    for name in ("style", "script"):
        (element,) = root.iter(name)
        digest = base64.b64encode(hashlib.sha256((element.text or "").encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    for element in root.iter():
        if not isinstance(element.tag, str):
            raise AssertionError(f"a comment or an instruction: {element!r}")
        for attribute, value in element.attrib.items():
            assert not str(attribute).startswith("on"), attribute
            assert attribute != "style"
            if attribute in ("src", "href"):
                assert re.match(r"#|data:image/(jpeg|png|gif);base64,", str(value)), value
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    dangling = {link[1:] for link in root.xpath("//@href")} - set(ids)
    assert dangling == set()
    return accessible(root)


def accessible(root: Any) -> Any:
    """What a tool for accessibility would complain about first (WCAG 2.2: 1.1.1, 1.3.1, 2.4.4, 3.1.1, 4.1.2)."""
    assert root.get("lang") == "en"
    assert root.xpath("count(//title)") >= 1
    assert len(root.xpath("//h1")) == len(root.xpath("//main")) == 1
    levels = [int(element.tag[1]) for element in root.iter("h1", "h2", "h3", "h4")]
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels
    assert root.xpath("//img[not(@alt)]") == []
    assert root.xpath("//table[not(caption)] | //th[not(@scope)]") == []
    assert root.xpath("//input[not(ancestor::label)]") == []
    for element in root.xpath("//a | //button | //summary"):
        assert "".join(element.itertext()).strip() or element.get("aria-label")
    for element in root.iter("svg"):
        assert element.get("role") in ("img", "group")
        assert element.get("aria-label")
    for reference in root.xpath("//@aria-labelledby"):
        assert root.xpath("//*[@id=$name]", name=reference)
    for element in root.xpath("//div[contains(@class, 'scroll')]"):
        assert (element.get("tabindex"), element.get("role")) == ("0", "region")
        assert element.get("aria-label")
    return root


def text_of(root: Any, anchor: str) -> str:
    """The text of the section with this anchor, in one line."""
    (element,) = root.xpath("//*[@id=$anchor]", anchor=anchor)
    return " ".join("".join(element.itertext()).split())
