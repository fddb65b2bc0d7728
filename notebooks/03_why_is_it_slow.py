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
# # 03 Why is it slow: device or network?
#
# **The question:** scans take too long. Which page was slow, and who made it slow?
#
# Two captures of a job from the feeder. First one over a clean link:

# %%
import wsdtrace as wt

trace = wt.open("../captures/adf-3-pages/capture.pcap")
slowest = max(trace.images, key=lambda image: image.exchange.latency_s)
print(f"page {slowest.page}: {slowest.exchange.latency_s:.1f} s, slowed by the {slowest.slowed_by}")

# %%
slowest.shares

# %%
trace.transfer()

# %% [markdown]
# Nearly all of the time the device was silent: it scanned. No byte was sent again, and the client's window was never shut. Now one over
# a link that loses and reorders segments:

# %%
lossy = wt.open("../captures/lossy-feeder/capture.pcap")
lossy.transfer()

# %%
import pandas as pd

shares = pd.DataFrame([{"page": image.page, "slowed by": image.slowed_by, **image.shares} for image in lossy.images])
shares.set_index("page").round(3)

# %% [markdown]
# Red is what was sent again or came late. What the network did stands in the table of exchanges too: the round trip, the bytes that
# were sent again, and how long a peer could take nothing more.

# %%
network = ["operation", "first_byte_s", "latency_s", "rtt_s", "retransmitted_bytes", "zero_window_s"]
lossy.exchanges.to_df()[network].round(4)

# %% [markdown]
# The same figure to zoom into, where plotly is installed (`pip install 'wsdtrace[notebook]'`):

# %%
from wsdtrace.errors import MissingExtra

try:
    zoom = lossy.transfer().plotly()
except MissingExtra as missing:
    zoom = missing
zoom

# %% [markdown]
# Which operations took how long, over all of them:

# %%
lossy.latency()

# %%
lossy.exchanges.to_df().groupby("operation").latency_s.describe()[["count", "50%", "max"]].round(3)

# %% [markdown]
# **The answer:** in the first capture each page took 1.1 s because the device needed it: the sensor is the bottleneck, and a faster
# network would change nothing. In the second one the network took a share of every page, the largest of all of page 3: segments were
# lost and sent again, up to 23 kB of a page.
