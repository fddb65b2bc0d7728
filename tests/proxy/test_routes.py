"""URLs are taken apart and put together; the guard lets nobody reach what is not the device's."""

import pytest

from wsdtrace.proxy.routes import Guard, Server, Url, host_of_authority, is_address, parse_url, plain_host
from wsdtrace.records import Endpoint


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://192.0.2.20:5357/scan", Url("http", "192.0.2.20", 5357, "/scan")),
        ("HTTP://Printer.Local./a?b#c", Url("http", "printer.local", 80, "/a?b#c")),
        ("https://[2001:DB8::1]/x", Url("https", "2001:db8::1", 443, "/x")),
        ("http://[fe80::1%25eth0]:80", Url("http", "fe80::1", 80, "", "eth0")),
        ("http://192.0.2.20", Url("http", "192.0.2.20", 80, "")),
        ("urn:uuid:1", None),
        ("http://user@192.0.2.20/", None),
        ("http://192.0.2.20:99999/", None),
        ("ftp://192.0.2.20/", None),
        ("http://", None),
    ],
)
def test_a_url_is_taken_apart(text: str, url: Url | None) -> None:
    assert parse_url(text) == url


def test_only_scheme_host_and_port_change_at_another_place() -> None:
    url = parse_url("http://192.0.2.20:5357/a?b=%20#c")
    assert url is not None
    assert url.at("http", Endpoint("2001:db8::2", 80)) == "http://[2001:db8::2]/a?b=%20#c"
    assert url.at("https", Endpoint("192.0.2.1", 80)) == "https://192.0.2.1:80/a?b=%20#c"


def test_a_server_is_named_as_a_host_field_names_it() -> None:
    assert Server("http", "192.0.2.1", 80).authority == "192.0.2.1"
    assert Server("http", "2001:db8::1", 81).url == "http://[2001:db8::1]:81"
    assert host_of_authority("[2001:DB8::1]:81") == "2001:db8::1"
    assert host_of_authority("bad host") == ""
    assert plain_host("[FE80::1%eth0]") == "fe80::1"
    assert is_address("fe80::1")
    assert not is_address("printer")


def test_the_guard_admits_the_device_the_subscriber_and_what_was_allowed() -> None:
    guard = Guard({"192.0.2.20", "printer.local"}, {"Allowed.Host"})
    assert guard.is_device("192.0.2.20")
    assert guard.is_device("allowed.host")
    assert not guard.is_device("192.0.2.21")
    assert guard.is_sink("192.0.2.10", "192.0.2.10")
    assert not guard.is_sink("192.0.2.20", "192.0.2.10")
    assert guard.is_sink("allowed.host", "192.0.2.10")
