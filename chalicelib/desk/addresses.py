"""URLs that an admin sets, and who asks from a network."""

from urllib.parse import SplitResult, urlsplit

from .errors import Invalid

MAX_URL = 2000
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_url(url: str, field: str) -> None:
    """Raise Invalid, naming `field`, unless it is an https URL. What can be told without asking DNS: the way out
    checks addresses at each call, since they may change."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid("url is not a URL", field) from None
    if len(url) > MAX_URL:
        raise Invalid(f"url is limited to {MAX_URL} characters", field)
    if not url.isascii() or not url.isprintable() or any(mark in url for mark in ' \\"<>'):
        raise Invalid("url must be plain ASCII: a host as xn--…, all else percent-encoded", field)
    if parts.scheme not in ("http", "https") or not host:
        raise Invalid("url must be an https URL", field)
    if parts.scheme == "http" and host not in LOOPBACK:
        raise Invalid("url must be an https URL (http is for loopback alone)", field)
    if parts.username is not None or parts.password is not None:
        raise Invalid("url must not carry a user or password", field)
    if parts.fragment:
        raise Invalid("url must not have a fragment", field)


def parts_of(url: str) -> SplitResult:
    """A URL's parts, whoever wrote it; empty ones for what is none, or has a port that cannot be."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  read here, where it may raise
    except ValueError:
        return urlsplit("")
    return parts


def network(address: str) -> str:
    """Who asks from a network address, for limits: of IPv6 its /64, which is one customer's of a provider, who may
    take another address in it for every request."""
    import ipaddress

    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)
