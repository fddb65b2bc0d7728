"""Every bound of this room, and the kinds of anomalies that it reports."""

from __future__ import annotations

from enum import StrEnum

from wsdtrace.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class NetLimits:
    """Bounds on what is held while frames are put together. Each leaves a `Gap` or a `NetAnomaly` when it bites.

    The law of cut invariance (any re-batching gives the same output) holds as long as the bounds over several
    connections do not bite; a bound of one direction never breaks it.
    """

    connections: int = 16_384
    """Connections remembered, ended ones included (20 MB). Beyond: the one idle longest goes, ended ones first;
    an open one ends as EVICTED."""
    direction_bytes: int = 16 * 1024 * 1024
    """Bytes held behind a hole in one direction: 2.5x the largest receive window of Linux (tcp_rmem, 6 MiB).
    Beyond: the hole becomes a Gap(LIMIT)."""
    total_bytes: int = 64 * 1024 * 1024
    """Bytes held behind holes in all connections. Beyond: the hole of the direction that holds most is given up."""
    piece_overhead: int = 256
    """Bytes charged for each held segment besides its data, so that 1-byte segments cannot fill the memory."""
    ack_grace_frames: int = 64
    """A hole that the peer acknowledged is given up after so many more frames of the connection: captures of several
    queues show an acknowledgement some frames before its data, never so many (seen: 25 % reordered, at most 30)."""
    ack_grace_ns: int = 1_000_000_000
    """… or after so much capture time."""
    one_sided_frames: int = 1024
    """A hole in a direction whose peer was never seen is given up after so many frames: more than a window (64 KiB to
    1.5 MB), so a retransmission would have come."""
    one_sided_ns: int = 10_000_000_000
    """… or after so much capture time: several retransmission time-outs (RFC 6298: 1 s and up)."""
    far_bytes: int = 256 * 1024 * 1024
    """A segment farther than this from its stream's next byte is no part of it, unless the next one agrees."""
    syn_timeout_ns: int = 30_000_000_000
    """An unanswered SYN is reported after so much capture time; Windows gives up after 21 s."""
    fragmented_packets: int = 1024
    """IP packets of which some fragments are there. Beyond: the oldest goes."""
    fragment_bytes: int = 8 * 1024 * 1024
    """Bytes of fragments held, `piece_overhead` for each included. Beyond: the oldest packet goes."""
    fragment_ns: int = 60_000_000_000
    """Capture time that fragments wait for the rest (RFC 8200 §4.5: 60 s)."""
    anomalies: int = 1000
    """Anomalies of one kind that are reported one by one; the next one says that there are more."""
    history_bytes: int = 16 * 1024
    """Last bytes of a direction kept to compare retransmissions with."""


class NetAnomalyKind(StrEnum):
    """Kinds of oddities below the stream."""

    FRAME_SNAPPED = "frame_snapped"
    """the snap length cut frames of this connection (told once, at the first)"""
    TIME_BACKWARDS = "time_backwards"
    """a frame more than 1 s older than one before it (told once per excursion)"""
    OVERLAP_DIFFERS = "overlap_differs"
    """a segment repeats bytes with other values; the first copy counts (told once per direction)"""
    SEQUENCE_FAR = "sequence_far"
    """a segment far from its stream was set aside (told once per direction)"""
    RESET_IGNORED = "reset_ignored"
    """a reset whose sequence number is far from its stream"""
    DATA_AFTER_END = "data_after_end"
    """bytes behind a FIN or a reset, or in place of a hole that was given up (told once per direction)"""
    HEADER_DAMAGED = "header_damaged"
    """an IP, TCP or UDP header that contradicts itself or is cut"""
    LIMIT_REACHED = "limit_reached"
    """one of our bounds dropped something"""
