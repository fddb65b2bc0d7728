"""What sane-airscan's `trace =` option writes, `.log` and `.tar`: the client's own record of what it said and heard."""

from wsdtrace.capture.airscan.source import AirscanSource, RecordFact, logs_in, looks_like_trace, open_airscan

__all__ = ["AirscanSource", "RecordFact", "logs_in", "looks_like_trace", "open_airscan"]
