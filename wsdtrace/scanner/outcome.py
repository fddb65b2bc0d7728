"""What a device decides to answer, before it is put into words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wsdtrace.dataclass import dataclass
from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.schema import Element


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the device takes it."""

    operation: str
    value: Element | None
    """Its typed body."""
    envelope: Envelope
    peer: str
    """Address of who asks."""
    base: str
    """`http://HOST:PORT` under which the device was reached."""
    directed: bool = True
    """It came over HTTP."""

    def reference(self, local: str) -> str | None:
        """Text of the header block of a name, such as the Identifier of a subscription."""
        for block in self.envelope.headers.reference_parameters:
            if str(block.tag).rpartition("}")[2] == local:
                return (block.text or "").strip()
        return None


@dataclass(frozen=True, slots=True)
class Said:
    """A good answer."""

    body: Element | None
    image: bytes | None = None
    media_type: str = ""
    sent: Callable[[bool], None] | None = None
    """Called when the answer is out (True), or its receiver vanished (False)."""


@dataclass(frozen=True, slots=True)
class Denied:
    """A fault."""

    subcode: str
    """Local name, or with a prefix other than that of WS-Scan."""
    detail: str = ""


Outcome = Said | Denied
Facts = dict[str, Any]
"""What the situation is; keys of `persona.FACTS`."""
