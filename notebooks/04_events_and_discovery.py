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
# # 04 Events and discovery
#
# **The question:** somebody pressed the button of the scanner. Did the computer hear of it, and what did it do?

# %%
import wsdtrace as wt

trace = wt.open("../captures/push-scan/capture.pcap")
trace.subscriptions

# %% [markdown]
# The client found the device by a Probe (over UDP, each sent several times) and subscribed. What it subscribed to, and what it was
# granted:

# %%
subscription = trace.subscriptions[0]
subscription.creation.request

# %%
subscription.actions, subscription.expires_s, subscription.ended_by

# %% [markdown]
# Then somebody pressed the button:

# %%
trace.events

# %%
event = trace.events[0]
event.answered_by

# %%
events, exchanges = trace.events.to_df(), trace.exchanges.to_df()
merged = events.merge(exchanges, left_on="answered_by", right_on="exchange", suffixes=("", "_answer"))
merged["reaction_ms"] = (merged.request_time - merged.time).dt.total_seconds() * 1000
merged[["name", "operation", "reaction_ms"]]

# %%
trace.jobs[0].ladder()

# %% [markdown]
# And where a device is not found at all? Here a client asked, and the answer came late:

# %%
late = wt.open("../captures/discovery-wsdd/capture.pcap")
late.check(["WSD4"])

# %%
probe = late.exchanges.filter("wsd.op == Probe")[0]
probe.latency_s, probe.answers[0]

# %% [markdown]
# **The answer:** the computer had a live subscription to ScanAvailableEvent, acknowledged the event, and created a job 6 ms later that
# brought its page: push scan works. In the second capture the device answered a Probe only after 7.2 s. Windows waits 4 s: it would
# not have found it.
