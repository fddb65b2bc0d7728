"""Per-device ignores: they name the device, the rule and the reason."""

from __future__ import annotations

import pytest

from tests.shared import CAPTURES
from wsdtrace.pipeline import check_file
from wsdtrace.report.waivers import Waiver, waive
from wsdtrace.state.model import Device

DEVICE = Device(1, endpoint="urn:uuid:1", addresses={"192.0.2.5": None, "fe80::1": None}, model="ECOSYS M2040dn")


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        pytest.param({"address": "192.0.2.*"}, True, id="any of its addresses"),
        pytest.param({"model": "ecosys*"}, True, id="letter case does not matter"),
        pytest.param({"model": "ECOSYS*", "address": "10.*"}, False, id="every one has to fit"),
        pytest.param({"serial": "*"}, False, id="an unknown fact fits nothing"),
        pytest.param({"endpoint": "urn:uuid:1"}, True, id="endpoint"),
    ],
)
def test_a_waiver_fits_a_device(match: dict[str, str], fits: bool) -> None:
    assert Waiver(tuple(match.items()), frozenset(), "x").fits(DEVICE) is fits


def test_findings_of_other_devices_and_rules_stay() -> None:
    trace = check_file(str(CAPTURES / "orphaned-job/capture.pcapng"))
    waive(trace, (Waiver((("address", "*"),), frozenset({"WSD207"}), "an emulator"),))
    waived = {f.code for f in trace.findings if f.waived == "an emulator"}
    assert waived == {"WSD207"}
    assert any(f.code == "WSD601" and f.is_cause for f in trace.findings)
    assert any("WSD207" in note and "an emulator" in note for note in trace.notes)
