"""Link types: LINKTYPE_ numbers (https://www.tcpdump.org/linktypes.html) → their names, as people read them."""

from __future__ import annotations

from typing import Final

NULL: Final = 0
ETHERNET: Final = 1
RAW: Final = 101
LOOP: Final = 108
LINUX_SLL: Final = 113
IPV4: Final = 228
IPV6: Final = 229
LINUX_SLL2: Final = 276

NO_LINK: Final = 0xFFFF
"""Ours: a record that has a frame number but is no frame (a journal entry), or whose interface is unknown."""

_NAMES: Final = {
    NULL: "NULL",
    ETHERNET: "ETHERNET",
    3: "AX25",
    6: "IEEE802_5",
    7: "ARCNET_BSD",
    8: "SLIP",
    9: "PPP",
    10: "FDDI",
    50: "PPP_HDLC",
    51: "PPP_ETHER",
    100: "ATM_RFC1483",
    RAW: "RAW",
    104: "C_HDLC",
    105: "IEEE802_11",
    107: "FRELAY",
    LOOP: "LOOP",
    LINUX_SLL: "LINUX_SLL",
    117: "PFLOG",
    119: "IEEE802_11_PRISM",
    122: "IP_OVER_FC",
    127: "IEEE802_11_RADIOTAP",
    147: "USER0",
    163: "IEEE802_11_AVS",
    187: "BLUETOOTH_HCI_H4",
    189: "USB_LINUX",
    192: "PPI",
    195: "IEEE802_15_4_WITHFCS",
    201: "BLUETOOTH_HCI_H4_WITH_PHDR",
    220: "USB_LINUX_MMAPPED",
    IPV4: "IPV4",
    IPV6: "IPV6",
    239: "NFLOG",
    240: "NETANALYZER",
    249: "USBPCAP",
    252: "WIRESHARK_UPPER_PDU",
    253: "NETLINK",
    LINUX_SLL2: "LINUX_SLL2",
}

_DLT: Final = {12: RAW, 14: RAW}
"""Operating systems' own numbers for raw IP that old tools wrote into files (12 most, 14 OpenBSD)."""


def linktype_name(number: int) -> str:
    """The name of a LINKTYPE_ value without its prefix; `LINKTYPE 9999` when it has none here."""
    return _NAMES.get(number, f"LINKTYPE {number}")


def linktype_of(field: int) -> int:
    """LINKTYPE_ value of a file's 16-bit link-type field, with operating systems' own numbers put right."""
    return _DLT.get(field, field)
