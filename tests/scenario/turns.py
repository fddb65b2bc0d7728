"""Turns of one client and one device, for tests of default messages."""

from wsdtrace.scenario.book import Book
from wsdtrace.scenario.hosts import Faces, Host, HostKind
from wsdtrace.scenario.model import Assignment, Place
from wsdtrace.scenario.turn import Turn
from wsdtrace.soap.schema import Element

DEVICE, CLIENT = Host(HostKind.DEVICE, 0), Host(HostKind.CLIENT, 0)
FACES = Faces("192.0.2.10", "192.0.2.100")


def turn(book: Book | None = None, request: Element | None = None, word: str = "ok", **assigned: str) -> Turn:
    """A turn of one client and one device."""
    assignments = [Assignment((name,), None, value, Place(1, 1)) for name, value in assigned.items()]
    return Turn(CLIENT, DEVICE, FACES, book or Book(), 0, assignments, word, request)
