"""Lists of XAddrs and what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.check.xaddrs import Flaw, flaw_of

SENDER, ASKER = "10.0.0.2", "10.0.0.9"


@pytest.mark.parametrize(
    ("xaddrs", "sender", "asker", "expected"),
    [
        pytest.param("http://10.0.0.2:5357/x", SENDER, ASKER, None, id="the sender's own"),
        pytest.param("http://10.0.0.7/x", SENDER, ASKER, None, id="another of the same network"),
        pytest.param("http://10.9.0.2/ http://10.0.0.2/", SENDER, ASKER, None, id="one of two interfaces"),
        pytest.param("http://printer/x", SENDER, ASKER, None, id="a name may be anywhere"),
        pytest.param("http://10.9.0.2/ http://printer/", SENDER, ASKER, None, id="so may one of two"),
        pytest.param("ftp://10.0.0.2/", SENDER, ASKER, "ftp://10.0.0.2/ is no http(s) URL", id="another scheme"),
        pytest.param("10.0.0.2:80", SENDER, ASKER, "10.0.0.2:80 is no http(s) URL", id="no scheme"),
        pytest.param("http:///x", SENDER, ASKER, "http:///x is no http(s) URL", id="no host"),
        pytest.param("http://[fe80::1/x", SENDER, ASKER, "http://[fe80::1/x is no URL", id="no URL"),
        pytest.param("http://10.0.0.2/ https://10.0.0.2/", SENDER, ASKER, "http and https are mixed", id="mixed"),
        pytest.param("https://10.0.0.2/", SENDER, ASKER, None, id="https alone"),
        pytest.param("http://127.0.0.1/", SENDER, ASKER, "127.0.0.1 is reachable from nowhere", id="loopback"),
        pytest.param("http://127.0.0.1/", "127.0.0.1", "127.0.0.1", None, id="loopback over loopback"),
        pytest.param("http://0.0.0.0/", SENDER, ASKER, "0.0.0.0 is reachable from nowhere", id="unspecified"),
        pytest.param("http://172.16.0.2/", SENDER, ASKER, "172.16.0.2 is of another network than 10.0.0.9", id="far"),
        pytest.param("http://10.0.7.2/", SENDER, ASKER, "perhaps", id="perhaps of a larger network"),
        pytest.param("http://172.16.0.2/", SENDER, None, None, id="multicast asks for nobody"),
        pytest.param("http://10.9.0.2/", "10.9.0.2", ASKER, None, id="from behind a router"),
        pytest.param(
            "http://[fe80::1]/", SENDER, ASKER, "only link-local IPv6 addresses, told over IPv4", id="IPv4 lost"
        ),
        pytest.param("http://[fe80::1%25eth0]:5357/", "fe80::1", "fe80::9", None, id="link-local over link-local"),
        pytest.param("http://[fd00::1]/", SENDER, ASKER, None, id="another family may be reachable"),
        pytest.param("http://10.0.0.2/", "fe80::1", "fe80::9", None, id="IPv4 told over IPv6"),
        pytest.param("http://[fd00:1::1]/", "fd00::1", "fd00::9", None, id="networks of IPv6 are not judged"),
    ],
)
def test_a_list_is_useless_only_where_that_is_certain(
    xaddrs: str, sender: str, asker: str | None, expected: str | None
) -> None:
    flaw = flaw_of(tuple(xaddrs.split()), sender, asker)
    if expected == "perhaps":
        assert flaw is not None
        assert not flaw.is_certain
    else:
        assert flaw == (None if expected is None else Flaw(expected))


@given(st.lists(st.text()), st.text(), st.none() | st.text())
def test_any_list_is_judged(xaddrs: list[str], sender: str, asker: str | None) -> None:
    flaw = flaw_of(tuple(xaddrs), sender, asker)
    assert flaw is None or flaw.text
