"""Addresses that others choose and this service calls: they must not lead inside (D44, D71).

Only https, only to addresses of the public internet. Where a name leads is looked at when it is resolved, at every
call, by ``address_rule``. Where ``allow_loopback`` says so, this machine may be called too, without TLS: that is for
the sandbox.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

_NAT64 = IPv6Network("64:ff9b::/32")


def url_fault(url: str, *, allow_loopback: bool) -> str | None:
    """Tell why an address is never called, if so; where its name leads is seen at each call."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as failure:
        return f"the address is not a URL: {failure}"
    if parts.scheme not in ("http", "https") or not host:
        return "the address is not an https URL"
    if parts.username is not None or parts.fragment:
        return "the address has credentials or a fragment; send credentials in headers"
    if parts.scheme == "http" and not (allow_loopback and is_loopback(host)):
        return "the address must start with https"
    return None


def address_rule(*, allow_loopback: bool) -> Callable[[str], str | None]:
    """Return the rule that tells why an address is not connected to: it is not one of the public internet."""

    def fault(address: str) -> str | None:
        if is_public(address) or (allow_loopback and is_loopback(address)):
            return None
        return "the name leads to an address that is not of the public internet"

    return fault


def is_public(address: str) -> bool:
    """Tell whether an address is of the public internet and stands for no other one inside of it."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip.scope_id or ip in _NAT64):
        return False
    return ip.is_global and not ip.is_multicast


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its name or address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
