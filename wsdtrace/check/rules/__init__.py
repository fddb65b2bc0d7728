"""The rules, a file per topic. Importing this package declares all of them."""

from wsdtrace.check.rules import (
    addressing,
    capture,
    faults,
    http,
    images,
    jobs,
    jobstate,
    mtom,
    retrieval,
    schema,
    xml,
)

__all__ = [
    "addressing",
    "capture",
    "faults",
    "http",
    "images",
    "jobs",
    "jobstate",
    "mtom",
    "retrieval",
    "schema",
    "xml",
]
