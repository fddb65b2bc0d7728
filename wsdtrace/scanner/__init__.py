"""A virtual WSD scanner and a client for it, built on the declarations of the messages; no hardware, no root.

`VirtualScanner` serves one device on this machine, as well-behaved as the specification asks, or as one of the
*personas*: devices that were seen in the field, each a small declaration of what it does differently. `Client` finds,
asks, subscribes and scans, and can be told to misbehave. Both ends can write what they exchange into one capture.
"""
