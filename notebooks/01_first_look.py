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
# # 01 First look
#
# **The question:** somebody sent a capture of a scan that went wrong. What is in it, what went wrong, and whose fault was it?

# %%
import wsdtrace as wt

trace = wt.open("../captures/orphaned-job/capture.pcapng")
trace

# %% [markdown]
# The capture was read once and judged; that was what `wsdtrace check` prints. The ladder shows who said what to whom:

# %%
trace.ladder()

# %% [markdown]
# Everything in it is an object that you can ask.

# %%
trace.exchanges

# %%
trace.findings.filter('wsd.finding == "WSD601"')[0]

# %% [markdown]
# A finding names its evidence. Each piece of it is an exchange; its messages print as trees with units and meanings, and know
# the display filter that shows them in Wireshark.

# %%
created = trace.exchanges.filter("wsd.op == CreateScanJob")[0]
created.request

# %%
created.wireshark_filter

# %% [markdown]
# A finding is explained by its rule:

# %%
print(trace.findings.filter("wsd.finding == WSD601")[0].explain())

# %% [markdown]
# Tables are pandas DataFrames; what their columns mean is in docs/reference/tables.md.

# %%
trace.exchanges.to_df()[["exchange", "operation", "client", "http_status", "fault_subcode", "latency_s"]]

# %% [markdown]
# **The answer:** the first client took one page of its job and never came back: no further RetrieveImage, no CancelJob. The device
# kept the job, and so it refused the second client, twelve seconds later, with ServerErrorNotAcceptingJobs. The fault is the first
# client's.
