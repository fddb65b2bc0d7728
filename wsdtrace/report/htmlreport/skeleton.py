"""The page around the sections: head, policy, navigation, foot."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from wsdtrace import __version__
from wsdtrace.report.htmlreport.appendix import appendix
from wsdtrace.report.htmlreport.context import Context, ReportOptions
from wsdtrace.report.htmlreport.findings import findings
from wsdtrace.report.htmlreport.images import images
from wsdtrace.report.htmlreport.jobs import jobs
from wsdtrace.report.htmlreport.overview import masthead, participants, quality, title_of
from wsdtrace.report.htmlreport.talk import eventing, exchanges
from wsdtrace.report.htmlreport.timing import timing
from wsdtrace.report.markup import Markup, tag, trusted
from wsdtrace.report.trace import Trace

NAVIGATION = (
    ("verdict", "Verdict"),
    ("quality", "Capture"),
    ("peers", "Devices"),
    ("jobs", "Jobs"),
    ("findings", "Findings"),
    ("timing", "Timing"),
    ("images", "Pages"),
    ("eventing", "Events"),
    ("exchanges", "Exchanges"),
    ("appendix", "Appendix"),
)


def render_html(trace: Trace, options: ReportOptions) -> str:
    """The whole report as one HTML document.

    Args:
        trace: a judged capture, with all its exchanges.
        options: what stands in it.

    Raises:
        CaptureError: pictures or transfers are wanted, and the capture is gone meanwhile.
    """
    context = Context(trace, options)
    # Rows link to findings, and findings to rows, and of either some may not fit. The first pass over the rows takes
    # them as long as they can get, so that each row that a finding links to is there in the second pass as well.
    context.told = {finding.id for finding in trace.findings}
    exchanges(context)
    context.told = set()
    every_finding = findings(context)
    every_exchange = exchanges(context)
    body = [
        quality(context),
        participants(context),
        jobs(context),
        every_finding,
        timing(context),
        images(context),
        eventing(context),
        every_exchange,
        appendix(context),
    ]
    return document(f"{title_of(context)} – wsdtrace report", masthead(context), body)


def document(title: str, head: Markup, body: list[Markup]) -> str:
    """A page with our style, our script, and a policy that allows nothing else."""
    style, script = _resource("report.css"), _resource("report.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    links = [tag("li", tag("a", name, href=f"#{anchor}")) for anchor, name in NAVIGATION]
    page = tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=policy),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="referrer", content="no-referrer"),
            tag("meta", name="generator", content=f"wsdtrace {__version__}"),
            tag("title", title),
            tag("style", trusted(style)),
        ),
        tag(
            "body",
            tag("a", "Skip to the findings", href="#findings", class_="skip"),
            tag("nav", tag("ul", links), aria_label="sections"),
            tag("main", head, body),
            tag("footer", tag("p", f"Made by wsdtrace {__version__}. This file loads nothing and sends nothing.")),
            tag("script", trusted(script)),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{page}\n"


@cache
def _resource(name: str) -> str:
    """A file beside this one, as it stands between the tags of its element."""
    return files("wsdtrace.report.htmlreport").joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    """A source expression of the policy (CSP 3, 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
