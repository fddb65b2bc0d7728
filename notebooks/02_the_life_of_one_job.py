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
# # 02 The life of one job
#
# **The question:** what happened to one scan job, from the ticket to the last page, and did the client get what it asked for?

# %%
import wsdtrace as wt

trace = wt.open("../captures/adf-3-pages/capture.pcap")
job = trace.jobs[0]
job

# %%
job.timeline()

# %% [markdown]
# What the client asked for, and what the device said that it would do:

# %%
job.ticket

# %%
job.ticket.resolution, job.ticket.color, job.final.region

# %% [markdown]
# The two side by side: flattened, each element is a column.

# %%
flat = trace.messages.filter("wsd.op == CreateScanJob").to_df(flatten=True)
flat.filter(like="ImagesToTransfer").T

# %% [markdown]
# Its pages, and how long each took:

# %%
pages = job.images.to_df()
pages[["page", "format", "width_px", "height_px", "image_bytes", "waited_s", "transfer_s", "complete"]]

# %%
job.images[0].picture().size

# %% [markdown]
# Why did it end? The last RetrieveImage was refused, which is how a client learns that the feeder is empty.

# %%
last = job.exchanges[-1]
last.response

# %%
job.states_df()[["step", "state", "observed"]]

# %% [markdown]
# **The answer:** the client asked for as many images as there are (`ImagesToTransfer` 0) at 75 dpi from the feeder, the device agreed,
# three whole pages of 637×876 pixels came, and the fourth RetrieveImage was answered by ClientErrorNoImagesAvailable. The job is
# complete, and nothing was lost.
