"""Columns of plain values: secrets are replaced in free text only."""

from tests.report.traces import Story
from wsdtrace.explore.tables import TABLES, values_of
from wsdtrace.report.redact import Redactor
from wsdtrace.state.joblife import Outcome


def test_free_text_is_redacted() -> None:
    story = Story()
    job = story.job(1, Outcome.COMPLETED)
    job.token = "secret-token"
    story.exchange("RetrieveImage", (1.0, 1), (2.0, 2), fault="ServerErrorInternalError", reason="no secret-token here")
    facts = story.trace
    columns = {c.name: v for c, v in values_of(TABLES["exchanges"], facts, facts.exchanges, Redactor(facts))}
    assert columns["fault_reason"] == ["no ‹redacted› here"]
    shown = {c.name: v for c, v in values_of(TABLES["exchanges"], facts, facts.exchanges, Redactor(facts, show=True))}
    assert shown["fault_reason"] == ["no secret-token here"]


def test_every_column_has_a_value_for_each_row() -> None:
    story = Story()
    story.device(model="M")
    story.client("agent")
    job = story.job(1, Outcome.COMPLETED)
    exchange = story.exchange("RetrieveImage", (1.0, 1), None, job=job)
    story.image(exchange, job, 1)
    facts = story.trace
    for name in ("exchanges", "jobs", "images", "devices", "clients"):
        rows = getattr(facts, name)
        for column, values in values_of(TABLES[name], facts, rows, Redactor(facts)):
            assert len(values) == len(rows), f"{name}.{column.name}"
