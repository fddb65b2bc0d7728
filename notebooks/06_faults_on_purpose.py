# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 06 Faults on purpose
#
# **The question:** what does a client do when the device is busy, cuts a page off, or is simply strange? There is no such device here.
#
# There need not be one: a virtual scanner on this machine, a client, and the proxy between them, which injects faults. No hardware, no
# root, no network.

# %%
import tempfile
from pathlib import Path

import wsdtrace as wt
from wsdtrace.proxy import Proxy
from wsdtrace.scanner.client import Client, NoReply
from wsdtrace.scanner.server import VirtualScanner

folder = Path(tempfile.mkdtemp())


async def scan(name, faults=(), persona="well-behaved"):
    """One scan through the proxy; returns how it ended for the client, and the proxy's own capture of it."""
    record = folder / f"{name}.pcapng"
    async with VirtualScanner(persona) as scanner:
        async with Proxy(scanner.addresses.service, record=str(record), faults=faults) as proxy:
            async with Client(proxy.url) as client:
                try:
                    done = await client.scan()
                    ended = f"pages: {len(done.pages)}, {done.end or 'complete'}"
                except NoReply:
                    ended = "no reply"
    return ended, wt.open(record)


# %% [markdown]
# First without any fault:

# %%
ended, well = await scan("well")
print(ended)
well.findings.where(lambda finding: finding.severity != "info")

# %% [markdown]
# The device is busy:

# %%
ended, busy = await scan("busy", ["CreateScanJob:fault=ServerErrorNotAcceptingJobs"])
print(ended)
busy.exchanges[-1].response

# %% [markdown]
# The connection breaks in the middle of the page:

# %%
ended, broken = await scan("broken", ["RetrieveImage:drop=middle"])
print(ended)
broken.check(["WSD1", "WSD6", "WSD7"])

# %% [markdown]
# And the device itself can be strange: each persona is one that somebody met in the field. This one leaves out the end of its pages.

# %%
ended, cut = await scan("cut", persona="cut-page")
print(ended)
cut.findings.where(lambda finding: finding.severity == "error")[0]

# %% [markdown]
# What is different in the broken scan from the one without faults?

# %%
wt.diff(well, broken).section("jobs")

# %% [markdown]
# **The answer:** a busy device costs the client its job, and it says so; a broken connection leaves the job at the device without an end,
# which is what the next client will trip over; and a page that was cut looks like a success to a client that does not look into it. The
# capture that the proxy wrote proves each.
