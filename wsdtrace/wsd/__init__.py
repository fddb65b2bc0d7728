"""The messages of a WSD scanner, each declared once: WS-Scan, WS-Eventing, WS-Discovery, DPWS metadata."""

from wsdtrace.wsd.actions import MESSAGES, OUT_OF_SCOPE, ActionInfo, Message, Role, lookup_action, message_of_body
from wsdtrace.wsd.faults import FAULTS, FaultInfo, FaultMatch, lookup_fault, nearest_fault
from wsdtrace.wsd.messages import Decoded, decode_message, operation_of

__all__ = [
    "FAULTS",
    "MESSAGES",
    "OUT_OF_SCOPE",
    "ActionInfo",
    "Decoded",
    "FaultInfo",
    "FaultMatch",
    "Message",
    "Role",
    "decode_message",
    "lookup_action",
    "lookup_fault",
    "message_of_body",
    "nearest_fault",
    "operation_of",
]
