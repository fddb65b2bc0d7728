"""The versions of SOAP."""

from __future__ import annotations

from enum import StrEnum


class SoapVersion(StrEnum):
    """Which SOAP an envelope is of."""

    SOAP_11 = "1.1"
    SOAP_12 = "1.2"
