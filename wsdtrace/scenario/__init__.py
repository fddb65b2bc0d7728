"""Conversations in one line for each exchange, and the captures that they are played into."""

from wsdtrace.scenario.model import Scenario
from wsdtrace.scenario.parse import parse
from wsdtrace.scenario.run import capture, check, record

__all__ = ["Scenario", "capture", "check", "parse", "record"]
