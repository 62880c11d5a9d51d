"""Addresses that requests name, judged by their form; nothing is looked up or called (D121)."""

from ipaddress import ip_address
from urllib.parse import urlsplit

MAX_ADDRESS_CHARACTERS = 2_000


def is_loopback(host: str) -> bool:
    """Return True if a host is this machine, by name or address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_ip_address(text: str) -> bool:
    """Return True if a text is an IPv4 or IPv6 address, without a zone."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def return_url_fault(url: str, *, allow_loopback: bool) -> str | None:
    """Return why a shopper is not sent to a URL, None if it is allowed.

    It is https; with ``allow_loopback``, this machine is allowed too, without TLS.
    """
    if len(url) > MAX_ADDRESS_CHARACTERS:
        return f"has {len(url)} characters; the limit is {MAX_ADDRESS_CHARACTERS}"
    if not url.isascii() or not url.isprintable() or " " in url:
        return "must be an https URL of printable ASCII characters without spaces"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as failure:
        return f"must be an https URL: {failure}"
    if host and parts.username is None:
        if parts.scheme == "https":
            return None
        if allow_loopback and parts.scheme == "http" and is_loopback(host):
            return None
    return "must be an https URL with a host and without credentials"
