"""The ladder as Mermaid: lines of the grammar, whatever the capture says.

The grammar here is ours. Mermaid itself (11.17.2 under node, by hand, November 2026) parsed the ladders and the issues
of all case captures and of the hostile trace, 66 texts, as sequence diagrams.
"""

import re

import pytest

from tests.report.hostile import ATTACKS, hostile_trace
from tests.report.traces import Story, orphaned_job
from wsdtrace.report.mermaid import MAX_DIAGRAM, ladder_mermaid, literal
from wsdtrace.report.trace import InputInfo, Trace

LABEL = r"(?:[0-9A-Za-z .,/()×·–…→←✖‹›µ_-]|#\d+;)+"
GRAMMAR = re.compile(
    rf"    (?:participant [CDSMX]\d* as {LABEL}|[CDSM]\d*(?:->>|-->>|--x)[CDSM]\d*: {LABEL}"
    rf"|Note over [CDSM]\d*(?:,[CDSM]\d*)?: {LABEL})"
)


def test_it_is_what_a_person_would_write() -> None:
    assert ladder_mermaid(orphaned_job()).splitlines() == [
        "sequenceDiagram",
        "    participant C1 as client 1 (WSDAPI)",
        "    participant D1 as device 1 (ScanStation 9)",
        "    C1->>D1: CreateScanJob",
        "    D1-->>C1: JobId 1 · 13.0 ms · WSD601",
        "    C1->>D1: RetrieveImage",
        "    Note over C1,D1: 5.1 s idle",
        "    D1-->>C1: page 1, jfif 2480×3508, 1.2 kB · 5.1 s · WSD601",
        "    Note over C1,D1: 6.7 s idle",
        "    C1->>D1: CreateScanJob",
        "    D1--xC1: ✖ ServerErrorNotAcceptingJobs · 20.0 ms · WSD202",
    ]


def test_a_hostile_trace_stays_in_the_grammar() -> None:
    first, *lines = ladder_mermaid(hostile_trace()).splitlines()
    assert first == "sequenceDiagram"
    assert [line for line in lines if not GRAMMAR.fullmatch(line)] == []


@pytest.mark.parametrize("attack", [*ATTACKS, "", ";", "#", "%%{init: {}}%%", "<br/>", "end\nloop"])
def test_every_label_is_harmless(attack: str) -> None:
    assert re.fullmatch(LABEL, literal(attack))


def test_a_trace_without_messages_is_a_diagram_too() -> None:
    assert ladder_mermaid(Trace(InputInfo("x", [], "pcap"))) == "sequenceDiagram\n    participant X as nobody\n"


def test_a_diagram_never_outgrows_what_is_drawn() -> None:
    story = Story()
    story.capture("x.pcap")
    story.device()
    story.client()
    for i in range(200):
        story.exchange("漢" * 200 + str(i), (i, 2 * i + 1), (i, 2 * i + 2), fault="字" * 200)
    text = ladder_mermaid(story.trace)
    assert len(text) <= MAX_DIAGRAM
    assert "not drawn" in text
