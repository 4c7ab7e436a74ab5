"""The guarded way out (SSRF guard): a request to a URL that somebody else chose, from inside our own network (ADR 11).

The name is resolved once, every address is checked, and the connection goes to the vetted address itself: a name
that changes between check and use (DNS rebinding) gains nothing. The host stays the name for SNI, certificate and
Host. No redirect is followed, no proxy or cookie used, no more of the answer is read than asked for, and at the
deadline the connection is cut, however slowly the other side drips. A name with one public and one private address
is refused whole.

Plain `http.client` on a socket of ours: urllib3 resolves by itself, and could be pinned only through its private
parts.
"""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from ..ports import AddressRefused, Answer, Request, Unreachable

CONNECT_S = 5.0  # seconds for one address
PORTS = {"http": 80, "https": 443}
LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"

# https://www.iana.org/assignments/iana-ipv4-special-registry. Written out: what `is_global` says has changed between
# patch releases of Python; it is asked as well.
FORBIDDEN_V4 = {
    ipaddress.IPv4Network(network): what
    for network, what in {
        "0.0.0.0/8": "this network",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "behind a carrier's NAT",
        "127.0.0.0/8": "loopback",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "reserved",
        "192.0.2.0/24": "for documentation",
        "192.88.99.0/24": "a 6to4 relay",
        "192.168.0.0/16": "private",
        "198.18.0.0/15": "for benchmarks",
        "198.51.100.0/24": "for documentation",
        "203.0.113.0/24": "for documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
}
# Of IPv6 only what is handed out as global unicast. Outside it lie loopback, ::ffff:1.2.3.4 and ::1.2.3.4 (IPv4 in
# disguise), NAT64, discard, unique local, link-local, multicast, segment routing (5f00::/16).
GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
FORBIDDEN_V6 = {
    ipaddress.IPv6Network("2001::/23"): "reserved (Teredo and others)",
    ipaddress.IPv6Network("2001:db8::/32"): "for documentation",
    ipaddress.IPv6Network("2002::/16"): "6to4, which hides an IPv4 address",
    ipaddress.IPv6Network("3fff::/20"): "for documentation",
}
LOOPBACK = (ipaddress.IPv4Network("127.0.0.0/8"), ipaddress.IPv6Network("::1"))

Resolve = Callable[[str, int], list[str]]


class Target(NamedTuple):
    """Where a URL leads, before its name is resolved."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """As the Host header tells it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, in the order in which they are to be tried."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedOutside:
    """`ports.Outside`. `allow_loopback` is for a stack on a laptop and for tests: nothing else ever lets it pass."""

    def __init__(
        self, *, allow_loopback: bool = False, resolve: Resolve = resolve, trust: ssl.SSLContext | None = None
    ) -> None:
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._trust = trust

    def send(self, request: Request) -> Answer:
        """As ports.Outside; Unreachable has a clause that says why there is no answer in time."""
        deadline = time.monotonic() + request.timeout
        target = read_target(request.url)
        addresses = self._vetted(target)
        try:
            with (
                _connected(addresses, target.port, deadline) as plain,
                self._dressed(plain, target) as connection,
                _cut_at(deadline, connection),
            ):
                if isinstance(connection, ssl.SSLSocket):
                    connection.do_handshake()
                return _exchange(connection, target, request)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(_why(error, deadline)) from error

    def _vetted(self, target: Target) -> list[str]:
        """The target's addresses, if every single one may be reached."""
        addresses = [target.host] if _is_address(target.host) else self._looked_up(target)
        for address in addresses:
            check_address(address, allow_loopback=self._allow_loopback)
        if target.scheme == "http" and not all(ipaddress.ip_address(one).is_loopback for one in addresses):
            raise AddressRefused("plain http is for loopback alone")
        return addresses

    def _looked_up(self, target: Target) -> list[str]:
        try:
            addresses = self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            raise Unreachable("the name does not resolve") from None
        if not addresses:
            raise Unreachable("the name does not resolve")
        return addresses

    def _dressed(self, plain: socket.socket, target: Target) -> socket.socket:
        """For https the socket that will speak TLS: its handshake, which takes time and so comes under the deadline,
        checks that the certificate is good, and for the name in the URL."""
        if target.scheme == "http":
            return plain
        self._trust = self._trust or ssl.create_default_context()
        return self._trust.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)


def read_target(url: str) -> Target:
    """The parts of a URL. AddressRefused for what two readers could read as two different places."""
    if not re.fullmatch(r"[!#-;=?-\[\]-~]+", url):
        raise AddressRefused("a URL is plain ASCII: a host as xn--…, all else percent-encoded")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise AddressRefused("that is no URL") from None
    if parts.scheme not in PORTS:
        raise AddressRefused("only https is spoken (and http on loopback)")
    if "@" in parts.netloc:
        raise AddressRefused("a URL must not carry a user or password")
    if ("[" in parts.netloc) != (":" in host):
        raise AddressRefused("brackets are for IPv6 addresses")
    _check_host(host)
    port = PORTS[parts.scheme] if port is None else port
    if port < 1024 and port not in PORTS.values():
        raise AddressRefused(f"port {port} belongs to another service")
    return Target(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def check_address(address: str, *, allow_loopback: bool = False) -> None:
    """AddressRefused, with the reason, unless it is a public address."""
    parsed = ipaddress.ip_address(address)
    if allow_loopback and any(parsed in network for network in LOOPBACK):
        return
    if isinstance(parsed, ipaddress.IPv4Address):
        what = next((what for network, what in FORBIDDEN_V4.items() if parsed in network), "")
    else:
        what = next((what for network, what in FORBIDDEN_V6.items() if parsed in network), "")
        what = what or ("" if parsed in GLOBAL_V6 else "not a global address")
    if what or not parsed.is_global:
        raise AddressRefused(f"{address} is {what or 'not a global address'}")


def _check_host(host: str) -> None:
    """A name, or an address in its one plain form. `2130706433`, `0x7f.1`, `127.1` and `010.0.0.1` are addresses to
    some readers and names to others: a host whose last label is a number is an address (WHATWG) or refused."""
    if _is_address(host):
        return
    if not re.fullmatch(rf"{LABEL}(\.{LABEL})*", host) or len(host) > 253:
        raise AddressRefused("the host is neither a name nor a plain address")
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rpartition(".")[2]):
        raise AddressRefused("a host that ends in a number must be a plain IPv4 address")


def _is_address(host: str) -> bool:
    """Zone ids (`fe80::1%eth0`) name an interface of ours, not a place."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _connected(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """A connection to the first address that takes one. Addresses are numbers here: nothing is resolved again."""
    failed: OSError = TimeoutError()
    for address in addresses:
        left = min(CONNECT_S, deadline - time.monotonic())
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), left)
        except OSError as error:
            failed = error
    raise failed


@contextlib.contextmanager
def _cut_at(deadline: float, connection: socket.socket) -> Iterator[None]:
    """Time-outs of a socket are per read: one byte now and then would keep it open for hours. The twin is the same
    connection, and still ours to cut when the socket itself is closed beside it."""
    left = max(0.0, deadline - time.monotonic())
    connection.settimeout(left + 1)  # only should the timer fail
    twin = socket.fromfd(connection.fileno(), connection.family, connection.type)

    def cut() -> None:
        with contextlib.suppress(OSError):
            twin.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(left, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
        if time.monotonic() >= deadline:  # a body that ends where the connection does looks whole
            raise TimeoutError
    finally:
        timer.cancel()
        twin.close()


def _exchange(connection: socket.socket, target: Target, request: Request) -> Answer:
    sent = request.headers | {"host": target.authority, "connection": "close"}
    client = http.client.HTTPConnection(target.host, target.port)
    client.sock = connection
    client.request(request.method, target.path, request.body or None, sent)
    with client.getresponse() as answer:
        content = answer.read(request.most)
        if len(content) < request.most and answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        received: dict[str, str] = {}
        for name, value in answer.getheaders():
            name = name.lower()
            received[name] = f"{received[name]}, {value}" if name in received else value
        return Answer(answer.status, received, content)


def _why(error: Exception, deadline: float) -> str:
    """A clause for the delivery's record. Never what the other side sent."""
    if time.monotonic() >= deadline or isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "TLS failed"
    if isinstance(error, ConnectionRefusedError):
        return "it refused the connection"
    if isinstance(error, http.client.HTTPException | ConnectionError):
        return "the connection broke before the answer was whole"
    return "no connection"
