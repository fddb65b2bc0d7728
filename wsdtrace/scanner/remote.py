"""Somebody at this machine presses a button of a scanner that runs in another process.

A request of its own on the scanner's port, taken from this machine only and only with a field that no web page can
send; it is no part of the record.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
from urllib.parse import parse_qs, quote, urlsplit

from wsdtrace.errors import UsageError
from wsdtrace.scanner.http import HttpMessage
from wsdtrace.scanner.panel import Panel

PATH = "/panel/"
FIELD = "X-Wsdtrace-Panel"
"""A page of a browser cannot send it to another origin without being asked first (Fetch standard, CORS)."""
WAIT_S = 10.0


def press(host: str, port: int, destination: str | None, source: str) -> str | None:
    """Press the button; the ScanIdentifier, or None where nobody can be chosen.

    Raises:
        UsageError: no virtual scanner is there.
    """
    query = f"source={quote(source)}" + ("" if destination is None else f"&to={quote(destination)}")
    connection = http.client.HTTPConnection(host, port, timeout=WAIT_S)
    try:
        connection.request("POST", f"{PATH}press?{query}", headers={FIELD: "1", "Content-Length": "0"})
        response = connection.getresponse()
        content = response.read(64 * 1024)
    except (OSError, http.client.HTTPException) as error:
        raise UsageError(f"no virtual scanner answers at {host}:{port}: {error}") from error
    finally:
        connection.close()
    if response.status != 200:
        raise UsageError(f"what listens at {host}:{port} is no virtual scanner, or not on this machine")
    identifier = json.loads(content).get("pressed")
    return None if identifier is None else str(identifier)


def answer(request: HttpMessage, peer: str, own: str, panel: Panel) -> tuple[int, str]:
    """Do what is asked; status and content of the answer.

    Args:
        request: as it came.
        peer: address of who asks.
        own: address at which it was taken: who asks from there is at this machine.
        panel: of the scanner.
    """
    is_here = peer == own or ipaddress.ip_address(peer).is_loopback
    if not is_here or request.get(FIELD) is None:
        return 403, "the panel is for people at this machine"
    parts = urlsplit(request.start.split(" ")[1])
    if parts.path != f"{PATH}press":
        return 404, "no such button"
    asked = parse_qs(parts.query)
    pressed = panel.press(asked.get("to", [None])[0], asked.get("source", ["Platen"])[0] or "Platen")
    return 200, json.dumps({"pressed": pressed})
