"""Tables of jobs, their states, images and findings."""

import pandas as pd

from wsdtrace import Trace
from wsdtrace.explore.tables import TABLES, blocks_of
from wsdtrace.explore.tables.arrow import arrow_table, data_frame
from wsdtrace.report.redact import Redactor


def test_a_job(adf: Trace) -> None:
    row = adf.jobs.to_df().iloc[0]
    assert (row.job, row.job_id, row.outcome, row.input_source) == (0, 1, "completed", "ADF")
    assert (row.resolution_x_dpi, row.resolution_y_dpi, row.images, row.images_whole) == (75, 75, 3, 3)
    assert row.image_bytes == 45118 + 46252 + 46511
    assert row.duration_s == adf.jobs[0].duration_s


def test_its_states(adf: Trace) -> None:
    frame = data_frame(arrow_table(blocks_of(TABLES["job_states"], adf._facts, adf._facts.jobs, Redactor(None))))
    assert list(frame.state) == ["created", "page 1", "page 2", "page 3", "completed"]
    assert not frame.observed.any()
    assert frame.time.is_monotonic_increasing


def test_images_tell_a_slow_device_from_a_slow_network(adf: Trace) -> None:
    frame = adf.images.to_df()
    assert list(frame.page) == [1, 2, 3]
    assert (frame.waited_s > 0).all()
    assert (frame.transfer_s > 0).all()
    assert list(frame.missing_bytes) == [0, 0, 0]


def test_findings(adf: Trace) -> None:
    frame = adf.findings.to_df()
    assert list(frame.finding) == list(range(1, 9))
    assert frame.set_index("finding").loc[5, "code"] == "WSD715"
    assert pd.isna(frame.caused_by).all()
