"""Checks addresses that others choose and this service calls: they must not lead into private networks (D44, D71).

Only https is allowed, and only addresses of the public internet. ``address_rule`` checks the addresses of a name when
it is resolved, at every call. With ``allow_loopback``, for the local stack, this machine is allowed too, without TLS.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from settlement.domain.connectors.addresses import is_loopback

_LOOPBACK_ONLY = "; only the local stack, with Sandbox=true, calls loopback addresses without TLS"
_NAT64 = IPv6Network("64:ff9b::/32")


def url_fault(url: str, *, allow_loopback: bool) -> str | None:
    """Return why a URL is never called, None if it can be; the addresses of its name are checked at each call."""
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
        return f"the address must start with https{_LOOPBACK_ONLY if is_loopback(host) else ''}"
    return None


def address_rule(*, allow_loopback: bool) -> Callable[[str], str | None]:
    """Return the rule that refuses every address outside the public internet, with the reason."""

    def fault(address: str) -> str | None:
        if is_public(address) or (allow_loopback and is_loopback(address)):
            return None
        return "the name leads to an address that is not of the public internet"

    return fault


def is_public(address: str) -> bool:
    """Return True if an address is of the public internet and contains no other address, as NAT64 does."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip.scope_id or ip in _NAT64):
        return False
    return ip.is_global and not ip.is_multicast
