"""Exploring a capture from Python: `wsdtrace.open`, and thin views over what the pipeline found.

A view knows its trace and one object of it; it holds no data of its own, and reads messages again when they are asked
for. What of it is public are names of the package `wsdtrace`: `explore.public` lists them.
"""
