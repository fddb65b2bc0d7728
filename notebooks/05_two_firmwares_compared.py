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
# # 05 Two firmwares compared
#
# **The question:** one device scans well and another, or the same one with other firmware, does not. What do they do differently?
#
# The same client (sane-airscan) scanned one page from two implementations of the service.

# %%
import wsdtrace as wt

found = wt.diff("../captures/clean-flatbed/capture.pcap", "../captures/go-server/capture.pcap")
frame = found.to_df()
frame.groupby(["section", "kind"], sort=False).size()

# %% [markdown]
# Ids, tokens, times and addresses are left out. What they say that they can do:

# %%
for difference in found.section("capabilities"):
    print(f"{difference.subject}\n    A  {difference.a}\n    B  {difference.b}")

# %% [markdown]
# What they said that they would do with the same wish:

# %%
final = frame[frame.section == "final"]
final.groupby("kind").size()

# %%
final[final.kind == "changed"][["subject", "a", "b"]]

# %%
for difference in [*found.section("order"), *found.section("timing"), *found.section("jobs")]:
    print(difference)

# %% [markdown]
# And what the rules object to, on one side only:

# %%
findings = frame[(frame.section == "findings") & (frame.kind == "only in B")]
findings[["subject", "meaning"]]

# %% [markdown]
# A capture does not differ from itself:

# %%
wt.diff("../captures/go-server/capture.pcap", "../captures/go-server/capture.pcap")

# %% [markdown]
# **The answer:** both scan, but B leaves most of the final parameters out (WSD707), so a client cannot know what it will get; it
# lists a format twice (WSD802), gives no size of the image (WSD207), and takes 18 times as long for the page. The client asks both for
# the same; the tickets differ only in the size of the platen.
