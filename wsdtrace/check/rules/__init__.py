"""The rules, a file per topic. Importing this package declares all of them."""

from wsdtrace.check.rules import (
    addressing,
    capture,
    discovery,
    faults,
    http,
    images,
    jobs,
    jobstate,
    metadata,
    mtom,
    retrieval,
    schema,
    xml,
)

__all__ = [
    "addressing",
    "capture",
    "discovery",
    "faults",
    "http",
    "images",
    "jobs",
    "jobstate",
    "metadata",
    "mtom",
    "retrieval",
    "schema",
    "xml",
]
