"""Which network addresses are special: not the public internet, so never reached without a grant of their own.

Addresses that carry an IPv4 address inside (IPv4-mapped, IPv4-compatible, 6to4, Teredo, NAT64) count as the address
inside: `::ffff:127.0.0.1` is loopback. Source: IANA special-purpose address registries, through `ipaddress`.
"""

from __future__ import annotations

import ipaddress

from .rights import Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_LOW_32_BITS = 0xFFFF_FFFF


def parse_address(text: str) -> Address:
    """An address as a resolver gives it. Raises ValueError for anything else."""
    return carried(ipaddress.ip_address(text))


def carried(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only carries it, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    compatible = address in _COMPATIBLE and int(address) > 1
    if address in _NAT64 or compatible:
        return ipaddress.IPv4Address(int(address) & _LOW_32_BITS)
    return address


def is_special(address: Address) -> bool:
    """Is it anything but an ordinary public address: private, loopback, link-local, shared, multicast, reserved?"""
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return True
    return not address.is_global or address.is_multicast or address.is_reserved
