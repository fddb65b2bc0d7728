"""`wsdtrace report`: a `Trace` becomes one HTML file that works without network and without script.

Theory of operation: each section is a function from a `Context` to `Markup`; `skeleton` puts them into a page whose
content security policy allows the one style sheet and the one script by their digests and nothing else. What grows with
the capture is fitted into a budget of bytes (`Context.fitted`), so that a report of any capture stays below 1 MB before
its images; what did not fit is counted in its place.
"""

from wsdtrace.report.htmlreport.context import ImageMode, ReportOptions
from wsdtrace.report.htmlreport.skeleton import render_html

__all__ = ["ImageMode", "ReportOptions", "render_html"]
