"""Faults are understood or refused in words, and chance can be repeated."""

from pathlib import Path

import pytest

from wsdtrace.errors import BadConfiguration, UsageError
from wsdtrace.proxy.faults import KINDS, Fault, Faults, parse_fault, problem_of, read_plan


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "CreateScanJob:fault=ServerErrorNotAcceptingJobs",
            Fault("CreateScanJob", "fault", "ServerErrorNotAcceptingJobs"),
        ),
        ("RetrieveImage#2:drop=5000", Fault("RetrieveImage", "drop", "5000", 2)),
        ("RetrieveImage:drop=middle", Fault("RetrieveImage", "drop", "middle")),
        ("*:delay=0.5%50", Fault("*", "delay", "0.5", 0, 0.5)),
        ("JobStatusEvent:swallow", Fault("JobStatusEvent", "swallow")),
        ("RetrieveImage:corrupt", Fault("RetrieveImage", "corrupt")),
    ],
)
def test_a_fault_is_read_and_written(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault
    assert parse_fault(str(fault)) == fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "expected OPERATION"),
        ("CreateScanJo:drop=before", "did you mean CreateScanJob"),
        ("CreateScanJob:dorp=before", "did you mean drop"),
        ("CreateScanJob:fault=ServerErrorNotAcceptingJob", "did you mean ServerErrorNotAcceptingJobs"),
        ("CreateScanJob:swallow", "is for events"),
        ("CreateScanJob:stale-token", "is for RetrieveImage"),
        ("*:drop=never", "expected before, middle or bytes"),
        ("*:delay=x", "expected seconds"),
        ("*:delay=99999", "at most 3600"),
        ("*:status=7", "expected an HTTP status"),
        ("*:truncate", "expected bytes"),
        ("*:corrupt=x", "expected bytes"),
        ("*:relates-to=x", "takes no value"),
        ("*:delay=1%0", "between 0 and 100"),
        ("*:delay=1%1.2.3", "no percentage"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_fault(text)


def test_ordinals_count_exchanges_of_an_operation() -> None:
    faults = Faults([parse_fault("RetrieveImage#2:drop=1")])
    hits = [faults.choose(o, event=False) for o in ("RetrieveImage", "CreateScanJob", "RetrieveImage", "RetrieveImage")]
    assert [hit and hit.text for hit in hits] == [None, None, "drop=1 into RetrieveImage (2)", None]
    assert Faults([parse_fault("*:delay=1")]).choose(None, event=False) is None


def test_chance_is_repeated_with_its_seed() -> None:
    def hits(seed: int) -> list[bool]:
        faults = Faults([parse_fault("*:delay=1%50")], seed)
        return [faults.choose("CreateScanJob", event=False) is not None for _ in range(64)]

    assert hits(1) == hits(1) != hits(2)
    assert 16 < sum(hits(1)) < 48


def test_faults_of_events_hit_events_only() -> None:
    faults = Faults([parse_fault("*:swallow")])
    assert faults.choose("CreateScanJob", event=False) is None
    assert faults.choose("ScanAvailableEvent", event=True) is not None
    faults.add(parse_fault("*:stale-token"))
    assert faults.choose("CreateScanJob", event=False) is None
    with pytest.raises(UsageError):
        faults.add(Fault("*", "nothing"))


def test_a_plan_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('seed = 7\n[[fault]]\noperation = "RetrieveImage"\nkind = "drop"\nvalue = 5000\nordinal = 2\n')
    assert read_plan(str(path)) == (7, [Fault("RetrieveImage", "drop", "5000", 2)])
    path.write_text("")
    assert read_plan(str(path)) == (None, [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x", "is no TOML"),
        ("sed = 1", "unknown: sed"),
        ("seed = 'x'", "expected a whole number"),
        ("fault = 1", "expected tables"),
        ("fault = [1]", "fault 1: expected a table"),
        ("[[fault]]\nkid = 'drop'", "did you mean kind"),
        ("[[fault]]\nkind = 1", "expected str"),
        ("[[fault]]\nvalue = 1", "lacks kind"),
        ("[[fault]]\nkind = 'drop'\nvalue = 'x'", "expected before"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(BadConfiguration, match=words):
        read_plan(str(path))
    with pytest.raises(BadConfiguration, match="cannot be read"):
        read_plan(str(tmp_path / "none.toml"))


def test_every_kind_is_described() -> None:
    assert all(kind.meaning for kind in KINDS.values())
    assert problem_of(Fault("*", "relates-to")) == ""
