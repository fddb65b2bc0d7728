"""The budget of held bytes; what each bound does when it bites is tested where it bites."""

from dataclasses import fields

from wsdtrace.http.limits import Budget, HttpLimits


def test_a_budget_grants_what_is_left() -> None:
    budget = Budget(10)
    assert [budget.take(4), budget.take(4), budget.take(4), budget.take(4)] == [4, 4, 2, 0]
    budget.give(3)
    assert budget.take(5) == 3


def test_every_bound_is_a_positive_number() -> None:
    assert all(getattr(HttpLimits(), one.name) > 0 for one in fields(HttpLimits))


def test_a_connection_that_is_not_understood_holds_less_than_one_that_is() -> None:
    limits = HttpLimits()
    assert limits.opening < limits.header_section < limits.held_content < limits.held_total
