"""`--format json`: the names, types and order that other people's programs rely on."""

import json
from typing import Any

import pytest

from tests.report.traces import START_NS, Story, at, orphaned_job, seen
from tests.shared import REPOSITORY
from wsdtrace.records import LocatorKind, Stamp
from wsdtrace.report.json import SCHEMA, render_json
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Toward

TOP = ["schema", "wsdtrace", "input", "devices", "clients", "exchanges", "jobs", "images", "findings", "ledger"]
KEYS = {
    "input": {"path", "files", "format", "frames", "bytes", "first_time", "last_time", "link_types", "comments"},
    "devices": {"id", "endpoint", "addresses", "model", "manufacturer", "serial", "roles"},
    "clients": {"id", "addresses", "user_agent", "fingerprint"},
    "exchanges": {
        "id", "transport", "operation", "action", "message_id", "relates_to", "client", "device", "direction",
        "copy_of", "request", "response", "fault", "job", "images", "anomalies", "net",
    },
    "jobs": {
        "job_id", "device", "generation", "clients", "created_time", "initiated_by", "state", "outcome", "exchanges",
        "images", "input_source", "format", "resolution",
    },
    "images": {
        "id", "job", "exchange", "page", "side", "content_type", "format", "bytes", "sha256", "complete", "width",
        "height",
    },
    "findings": {
        "id", "code", "name", "severity", "fault_of", "message", "job", "exchanges", "frames", "locators", "time",
        "evidence", "expected", "source", "interpretations", "caused_by", "also_seen", "fingerprint",
    },
}  # fmt: skip
"""What the format promises; more is allowed."""


def parsed(trace: Trace, **options: bool) -> Any:
    return json.loads(render_json(trace, **options))


def test_the_keys_and_their_order() -> None:
    document = parsed(orphaned_job())
    assert list(document) == TOP
    assert document["schema"] == SCHEMA == 1
    assert KEYS["input"] <= set(document["input"])
    for name, keys in KEYS.items():
        if name != "input":
            assert [keys - set(row) for row in document[name]] == [set()] * len(document[name])
            assert document[name], f"the example has {name}"


def test_an_exchange() -> None:
    exchange = parsed(orphaned_job())["exchanges"][2]
    assert exchange["request"] == {
        "first_frame": 40, "last_frame": 40, "time": "2023-11-14T22:13:34.123456789Z", "bytes": 1204, "complete": True,
    }  # fmt: skip
    assert exchange["response"] == {
        "first_frame": 44,
        "last_frame": 44,
        "time": "2023-11-14T22:13:34.143456789Z",
        "first_byte_time": "2023-11-14T22:13:34.143456789Z",
        "bytes": 1204,
        "http_status": 500,
        "complete": True,
    }
    assert exchange["fault"] == {
        "code": "Receiver",
        "subcode": "ServerErrorNotAcceptingJobs",
        "subcode_ns": "urn:x",
        "subcode_raw": "wscn:ServerErrorNotAcceptingJobs",
        "reason": "refused",
        "detail": None,
    }
    assert exchange["direction"] == "client→device"
    assert (exchange["transport"], exchange["operation"], exchange["net"]) == ("http", "CreateScanJob", None)
    assert exchange["relates_to"] == exchange["message_id"] == "urn:uuid:40"


def test_ids_and_indexes_join() -> None:
    document = parsed(orphaned_job())
    assert [e["id"] for e in document["exchanges"]] == [1, 2, 3]
    assert document["jobs"][0]["exchanges"] == [1, 2]
    assert document["exchanges"][0]["job"] == 0
    assert document["exchanges"][2]["job"] is None
    assert document["exchanges"][1]["images"] == document["jobs"][0]["images"] == [1]
    assert document["findings"][0]["exchanges"] == [1, 1, 2]


def test_a_finding_points_at_frames() -> None:
    finding = parsed(orphaned_job())["findings"][0]
    assert finding["frames"] == [17, 18, 24]
    assert finding["locators"] == [{"kind": "frame", "n": n} for n in (17, 18, 24)]
    assert finding["time"] == "2023-11-14T22:13:27.433456789Z"
    assert (finding["job"], finding["caused_by"], finding["also_seen"]) == (0, None, 0)


def test_evidence_with_bytes() -> None:
    evidence = parsed(orphaned_job())["findings"][1]["evidence"][0]
    start, end = evidence["caret"]
    assert evidence["excerpt"][start:end] == "wscn"
    assert (evidence["role"], evidence["exchange"], evidence["precision"]) == ("response", 3, "message")


def test_the_ledger_counts_every_rule() -> None:
    ledger = parsed(orphaned_job())["ledger"]
    assert len(ledger) == 61
    assert ledger["WSD601"] == {"fired": 1, "passed": 0, "inconclusive": 0}


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        pytest.param(9, "2023-11-14T22:13:20.123456789Z", id="nanoseconds"),
        pytest.param(6, "2023-11-14T22:13:20.123456Z", id="microseconds"),
        pytest.param(0, "2023-11-14T22:13:20Z", id="seconds"),
    ],
)
def test_times_have_the_digits_of_the_capture(digits: int, shown: str) -> None:
    story = Story()
    story.capture("x.pcap", digits=digits)
    assert parsed(story.trace)["input"]["first_time"] == shown


def test_a_trace_without_dates_has_seconds_from_its_start() -> None:
    story = Story(Trace(InputInfo("trace", ["a.log"], "airscan")))
    finding = story.finding("WSD601", "job-orphaned", "x")
    finding.evidence = [seen(3, 0.0, "x")]
    finding.evidence[0] = type(finding.evidence[0])(Stamp(3, 1_500_000_000, LocatorKind.LOG_LINE), "event", "x")
    finding.time_ns = 1_500_000_000
    row = parsed(story.trace)["findings"][0]
    assert (row["time"], row["t_s"], row["frames"]) == (None, 1.5, [])
    assert row["locators"] == [{"kind": "log_line", "n": 3}]


def test_an_exchange_without_a_known_operation_and_without_an_answer() -> None:
    story = Story()
    story.exchange(None, (1.0, 1), None, toward=Toward.CLIENT)
    exchange = parsed(story.trace)["exchanges"][0]
    assert (exchange["operation"], exchange["response"], exchange["client"]) == (None, None, None)
    assert exchange["direction"] == "device→client"


def test_a_consequence_names_its_cause() -> None:
    story = Story()
    cause = story.finding("WSD102", "response-incomplete", "cut", seen(1, 1.0, "x"))
    story.finding("WSD711", "image-truncated", "cut", seen(1, 1.0, "x"), because_of=cause, also_seen=2)
    row = parsed(story.trace)["findings"][1]
    assert (row["caused_by"], row["also_seen"]) == (1, 2)


def test_secrets_are_redacted_unless_asked_for() -> None:
    story = Story()
    job = story.job(1, Outcome.OPEN)
    job.token, job.destination_token = "tok-4711", "1"
    story.finding("WSD610", "token-mismatch", "sent tok-4711", seen(1, 1.0, "R", excerpt="<JobToken>zzz</JobToken>"))
    hidden, shown = render_json(story.trace), render_json(story.trace, show_secrets=True)
    assert "tok-4711" not in hidden
    assert "zzz" not in hidden
    assert (
        json.loads(hidden)["jobs"][0]["job_token"] == json.loads(hidden)["jobs"][0]["destination_token"] == "‹redacted›"
    )
    assert json.loads(shown)["jobs"][0]["job_token"] == "tok-4711"
    assert "zzz" in shown


def test_equal_traces_give_equal_bytes() -> None:
    assert render_json(orphaned_job()) == render_json(orphaned_job())


def test_json_lines_are_one_line_each_and_say_the_same() -> None:
    line = render_json(orphaned_job(), one_line=True)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert json.loads(line) == parsed(orphaned_job())


def test_an_object_for_reading_has_a_line_for_each_row() -> None:
    lines = render_json(orphaned_job()).splitlines()
    assert sum(line.startswith('  {"id":') for line in lines) == 1 + 2 + 3 + 1 + 4
    assert lines[0] == "{"
    assert lines[-1] == "}"


def test_an_empty_trace_is_an_object_all_the_same() -> None:
    document = parsed(Trace(InputInfo("x.pcap", ["x.pcap"], "pcap")))
    assert [document[name] for name in TOP[3:]] == [[], [], [], [], [], [], {}]
    assert document["input"]["first_time"] is None


def test_a_path_that_is_no_unicode_is_spelled_out() -> None:
    trace = Trace(InputInfo("caf\udce9.pcap", ["caf\udce9.pcap"], "pcap", first_time_ns=START_NS))
    assert parsed(trace)["input"]["path"] == r"caf\udce9.pcap"


def test_a_message_of_the_future_does_not_break_a_date() -> None:
    story = Story()
    story.capture("x.pcap")
    story.finding("WSD009", "time-backwards", "x", seen(1, 1.0, "x")).time_ns = at(1e9, 1).time_ns * 1000
    assert parsed(story.trace)["findings"][0]["time"].startswith("9999-12-31")


def test_every_name_is_documented() -> None:
    text = (REPOSITORY / "docs" / "reference" / "json.md").read_text()
    undocumented = sorted(name for name in names_in(parsed(orphaned_job())) if f"`{name}`" not in text)
    assert undocumented == []


def names_in(value: object) -> set[str]:
    """Every key of a document, but for the codes of the ledger."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if not isinstance(value, dict):
        return set()
    return {k for k in value if not k.startswith("WSD")}.union(*map(names_in, value.values())) - {
        "passed",
        "fired",
        "inconclusive",
        "kind",
        "n",
    }
