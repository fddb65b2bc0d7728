"""Discovery clients of others find the virtual scanner by multicast, each in a network that the test makes itself."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from tests.scanner.driver import needs_driver
from tests.scanner.elsewhere import needs_avahi, needs_networks
from tests.scanner.judge import look_for, unexplained
from wsdtrace.pipeline import check_file

pytestmark = [pytest.mark.driver, needs_networks]

needs_wsdiscovery = pytest.mark.skipif(
    importlib.util.find_spec("wsdiscovery") is None, reason="no WSDiscovery: pip install WSDiscovery"
)
needs_wsdd = pytest.mark.skipif(shutil.which("wsdd") is None, reason="no wsdd: apt install wsdd")

WELL, DEAD, NO_XADDRS = "well-behaved", "dead-xaddr", "no-xaddrs"


@pytest.mark.parametrize(
    ("client", "who", "said", "sent", "asked", "finds"),
    [
        pytest.param(
            "wsdiscovery", WELL, "['http://", {"Probe"}, [], set(),
            id="WSDiscovery finds its endpoint and address", marks=needs_wsdiscovery,
        ),
        pytest.param(
            "wsdiscovery", NO_XADDRS, "['http://", {"Probe", "Resolve"}, [], {"WSD404"},
            id="WSDiscovery resolves what has no XAddrs", marks=needs_wsdiscovery,
        ),
        pytest.param(
            "wsdiscovery", DEAD, ":1/gone', 'http://", {"Probe"}, [], set(),
            id="WSDiscovery gives a dead XAddr and the right one, and asks neither", marks=needs_wsdiscovery,
        ),
        pytest.param(
            "wsdd", WELL, "probe match", {"Probe", "Get"}, ["Get 200"], set(),
            id="wsdd reads its metadata", marks=needs_wsdd,
        ),
        pytest.param(
            "wsdd", NO_XADDRS, "probe match", {"Probe", "Resolve", "Get"}, ["Get 200"], {"WSD404"},
            id="wsdd resolves what has no XAddrs", marks=needs_wsdd,
        ),
        pytest.param(
            "wsdd", DEAD, "InvalidURL", {"Probe"}, [], set(),
            id="wsdd takes two XAddrs for one URL (field failure 26)", marks=needs_wsdd,
        ),
        pytest.param(
            "sane", WELL, "is a WSD wsdtrace Virtual scanner ip=", {"Probe", "Get"}, ["Get 200"], set(),
            id="sane-airscan lists it", marks=[needs_driver, needs_avahi],
        ),
    ],
)  # fmt: skip
def test_a_discovery_client_of_others(
    tmp_path: Path, client: str, who: str, said: str, sent: set[str], asked: list[str], finds: set[str]
) -> None:
    told = look_for(client, tmp_path, who)
    assert said in told["said"]
    assert set(told["asked"]) == set(asked)
    own, wire = check_file(str(tmp_path / "own.pcapng")), check_file(str(tmp_path / "wire.pcapng"))
    for trace in (own, wire):
        assert {e.operation for e in trace.exchanges} - {"Hello", "Bye"} == sent
        assert {f.code for f in trace.findings} - {"WSD904"} == finds
        assert unexplained(trace, finds) == []
    if client == "wsdiscovery":
        assert told["endpoint"] in told["said"]
