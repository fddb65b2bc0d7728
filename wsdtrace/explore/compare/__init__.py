"""What two captures do differently: firmware A against B, driver A against B.

`diff` gives a `Diff`: differences by section, each with what stands on either side. Ids, tokens, times and addresses
differ from capture to capture and are left out; so a capture does not differ from itself, nor from the same traffic
captured again, as far as both sides did the same.
"""

from wsdtrace.explore.compare.diff import Diff, diff
from wsdtrace.explore.compare.difference import SECTIONS, Difference

__all__ = ["SECTIONS", "Diff", "Difference", "diff"]
