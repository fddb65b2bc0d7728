"""Filter words: `wsd.op == "RetrieveImage" and wsd.time > 5`, the same for CLI, Python and configuration.

`compile_filter` understands a text; `Filter.of` binds it to a trace, and the result says of any object of the trace
whether it is meant.
"""

from wsdtrace.filters.fields import FIELDS, Field, Subject, Values
from wsdtrace.filters.filter import Filter, compile_filter, narrow, narrow_findings

__all__ = ["FIELDS", "Field", "Filter", "Subject", "Values", "compile_filter", "narrow", "narrow_findings"]
