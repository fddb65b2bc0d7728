"""The table of messages."""

import pytest

from wsdtrace.soap.namespaces import DISCOVERY, DISCOVERY_11, DPWS, EVENTING, METADATA, SCAN, TRANSFER, WSA, WSA_2005
from wsdtrace.wsd import MESSAGES, OUT_OF_SCOPE, Role, lookup_action, message_of_body


@pytest.mark.parametrize(
    ("uri", "operation", "role"),
    [
        pytest.param(f"{SCAN}/CreateScanJob", "CreateScanJob", Role.REQUEST, id="request"),
        pytest.param(f"{SCAN}/CreateScanJobResponse", "CreateScanJob", Role.RESPONSE, id="response"),
        pytest.param(f"{SCAN}/JobEndStateEvent", "JobEndStateEvent", Role.EVENT, id="event"),
        pytest.param(f"{EVENTING}/Subscribe", "Subscribe", Role.REQUEST, id="subscribe"),
        pytest.param(f"{EVENTING}/RenewResponse", "Renew", Role.RESPONSE, id="renewed"),
        pytest.param(f"{EVENTING}/SubscriptionEnd", "SubscriptionEnd", Role.ONE_WAY, id="end of a subscription"),
        pytest.param(f"{TRANSFER}/Get", "Get", Role.REQUEST, id="get"),
        pytest.param(f"{TRANSFER}/GetResponse", "Get", Role.RESPONSE, id="metadata"),
        pytest.param(f"{METADATA}/GetMetadata/Request", "GetMetadata", Role.REQUEST, id="get metadata"),
        pytest.param(f"{METADATA}/GetMetadata/Response", "GetMetadata", Role.RESPONSE, id="metadata exchange"),
        pytest.param(f"{DISCOVERY}/ProbeMatches", "Probe", Role.RESPONSE, id="matches"),
        pytest.param(f"{DISCOVERY_11}/Hello", "Hello", Role.ONE_WAY, id="hello of 1.1"),
        pytest.param(f"{WSA}/fault", None, Role.FAULT, id="fault"),
        pytest.param(f"{WSA_2005}/soap/fault", None, Role.FAULT, id="fault of 2005/08"),
        pytest.param(f"{DPWS}/Fault", None, Role.FAULT, id="fault of DPWS"),
    ],
)
def test_what_an_action_says(uri: str, operation: str | None, role: Role) -> None:
    info = lookup_action(uri)
    assert info is not None
    assert (info.operation, info.role, info.alias, info.canonical) == (operation, role, False, uri)
    printed = lookup_action("https" + uri[4:])
    assert printed is not None
    assert (printed.operation, printed.role, printed.alias, printed.canonical) == (operation, role, True, uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/",
        "CreateScanJob",
        f"{SCAN}",
        f"{SCAN}/",
        f"{SCAN}/Bogus",
        f"{DISCOVERY}/CreateScanJob",
        "urn:x/CreateScanJob",
    ],
)
def test_what_is_in_no_table(uri: str) -> None:
    assert lookup_action(uri) is None


def test_a_pre_release_action_is_an_alias() -> None:
    info = lookup_action("https://schemas.microsoft.com/windows/2006/01/wdp/scan/CancelJob")
    assert info is not None
    assert info.alias
    assert (info.canonical, info.namespace) == (f"{SCAN}/CancelJob", SCAN)


def test_the_generation_is_that_of_the_namespace() -> None:
    info = lookup_action(f"{DISCOVERY_11}/Probe")
    assert info is not None
    assert (info.family, info.namespace) == (DISCOVERY, DISCOVERY_11)


@pytest.mark.parametrize(
    ("suffix", "bodies"),
    [
        pytest.param("CancelJob", ("CancelJobRequest", "CancelJobResponse"), id="response with the request's action"),
        pytest.param("CancelJobResponse", ("CancelJobResponse",), id="response"),
        pytest.param(
            "GetJobElements", ("GetJobElementsRequest", "GetJobElements", "GetJobElementsResponse"), id="misspelt body"
        ),
    ],
)
def test_bodies_that_go_with_an_action(suffix: str, bodies: tuple[str, ...]) -> None:
    info = lookup_action(f"{SCAN}/{suffix}")
    assert info is not None
    assert info.bodies == bodies


def test_an_action_may_have_an_empty_body() -> None:
    info = lookup_action(f"{TRANSFER}/Get")
    assert info is not None
    assert info.bodies == ()


def test_every_body_element_belongs_to_a_message() -> None:
    for message in MESSAGES:
        if message.type is None:
            continue
        found = message_of_body(
            f"{{{METADATA if message.family == TRANSFER else message.family}}}{message.type.__name__}"
        )
        assert found is not None
        assert found.type is message.type
    assert message_of_body(f"{{{SCAN}}}GetJobElements") is message_of_body(f"{{{SCAN}}}GetJobElementsRequest")
    assert message_of_body("{urn:x}Y") is None


def test_no_action_stands_twice() -> None:
    actions = [(message.family, message.suffix) for message in MESSAGES]
    assert len(actions) == len(set(actions))


def test_neighbouring_vocabularies_are_known_by_name() -> None:
    assert "WS-Print" in OUT_OF_SCOPE.values()
    assert not {message.family for message in MESSAGES} & OUT_OF_SCOPE.keys()
