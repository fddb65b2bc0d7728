"""The table of operations."""

import pytest

from wsdtrace.scenario.answers import ANSWERS
from wsdtrace.scenario.operations import OPERATIONS, Operation, Toward
from wsdtrace.scenario.requests import REQUESTS
from wsdtrace.wsd.actions import MESSAGES, Role


@pytest.mark.parametrize("operation", [o for o in OPERATIONS.values() if o.known], ids=lambda o: o.name)
def test_every_operation_is_one_of_the_declared_messages(operation: Operation) -> None:
    assert operation.name in {message.operation for message in MESSAGES}


def test_every_declared_operation_can_be_played_but_one() -> None:
    assert {m.operation.partition("/")[0] for m in MESSAGES} - set(OPERATIONS) == {"GetMetadata"}


@pytest.mark.parametrize("operation", [o for o in OPERATIONS.values() if o.known], ids=lambda o: o.name)
def test_every_declared_body_has_a_default(operation: Operation) -> None:
    for message in MESSAGES:
        if message.operation != operation.name or message.type is None:
            continue
        table = ANSWERS if message.role is Role.RESPONSE else REQUESTS
        assert operation.name in table


@pytest.mark.parametrize("name", ["Hello", "Bye"])
def test_a_farewell_is_not_answered(name: str) -> None:
    assert OPERATIONS[name].one_way
    assert OPERATIONS[name].by_device


def test_devices_send_what_goes_to_sinks() -> None:
    sent = {name for name, operation in OPERATIONS.items() if operation.by_device}
    assert sent == {name for name, o in OPERATIONS.items() if o.toward is Toward.SINK} | {"Hello", "Bye"}
