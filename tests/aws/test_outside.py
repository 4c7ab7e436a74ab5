"""The guarded way out, over real sockets on 127.0.0.1: what it reaches, what it never does, and how it ends."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.aws.outside import GuardedOutside, check_address, read_target, resolve
from chalicelib.ports import AddressRefused, Answer, Outside, Request, Unreachable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a=b\r\n\r\nhi"


class Server:
    """Listens on a port of its own and answers each connection with `answer(connection)`; keeps what was asked."""

    def __init__(self, answer, context=None):
        self.answer, self.context, self.asked, self.names = answer, context, [], []
        self.ended = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                self.serve(connection)
            connection.close()

    def serve(self, connection):
        connection.settimeout(5)
        if self.context:
            self.context.sni_callback = lambda _, name, __: self.names.append(name)
            connection = self.context.wrap_socket(connection, server_side=True)
        with connection:
            asked = b""
            while b"\r\n\r\n" not in asked or not asked.endswith(b"BODY"):
                piece = connection.recv(65536)
                if not piece:
                    return
                asked += piece
            self.asked.append(asked)
            self.answer(connection)

    def close(self):
        self.ended.set()
        # close() alone does not wake a thread that waits in accept().
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)


@pytest.fixture
def serve():
    servers = []

    def start(answer=OK, context=None):
        def send(connection):
            connection.sendall(answer)

        servers.append(Server(send if isinstance(answer, bytes) else answer, context))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def outside(**options):
    return GuardedOutside(allow_loopback=True, **options)


def post(url, timeout=5.0, **options):
    headers = {"content-type": "text/plain", "user-agent": "Parley"}
    return outside(**options).send(Request("POST", url, b"BODY", headers, timeout))


def test_it_is_the_port():
    port: Outside = GuardedOutside()
    assert port


def test_an_answer(serve):
    server = serve()
    answer = post(f"http://127.0.0.1:{server.port}/a/b?c=d#e")
    assert answer == Answer(200, {"content-length": "2", "x-a": "1, 2", "set-cookie": "a=b"}, b"hi")
    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    assert (line, body) == (b"POST /a/b?c=d HTTP/1.1", b"BODY")
    assert {header.lower() for header in headers} == {
        b"host: 127.0.0.1:%d" % server.port,
        b"connection: close",
        b"content-length: 4",
        b"accept-encoding: identity",
        b"content-type: text/plain",
        b"user-agent: parley",
    }


def test_no_cookie_comes_back(serve):
    server, out = serve(), outside()
    for _ in range(2):
        out.send(Request("POST", f"http://127.0.0.1:{server.port}/", b"BODY"))
    assert b"cookie" not in server.asked[1].lower()


def test_no_proxy_of_the_environment(serve, monkeypatch):
    server, proxy = serve(), serve()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    post(f"http://127.0.0.1:{server.port}/")
    assert (len(server.asked), proxy.asked) == (1, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_its_target_stays_unvisited(serve, status):
    target = serve()
    told = f"HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:{target.port}/\r\nContent-Length: 0\r\n\r\n"
    answer = post(f"http://127.0.0.1:{serve(told.encode()).port}/")
    assert (answer.status, answer.headers["location"]) == (status, f"http://127.0.0.1:{target.port}/")
    assert target.asked == []


@pytest.mark.parametrize("status", [204, 400, 404, 410, 429, 500, 503])
def test_every_status_is_an_answer(serve, status):
    answer = f"HTTP/1.1 {status} X\r\n" + ("\r\n" if status == 204 else "Content-Length: 0\r\n\r\n")
    assert post(f"http://127.0.0.1:{serve(answer.encode()).port}/").status == status


def test_a_huge_answer_is_cut(serve):
    def flood(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(10_000):
            connection.sendall(b"x" * 65536)

    answer = post(f"http://127.0.0.1:{serve(flood).port}/")
    assert (answer.status, len(answer.body)) == (200, 20_000)


def test_an_answer_in_chunks(serve):
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    assert post(f"http://127.0.0.1:{serve(answer).port}/").body == b"hi"


def silent(connection):
    time.sleep(1.5)


def dripping_head(connection):
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def dripping_body(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    dripping_head(connection)


@pytest.mark.parametrize("slow", [silent, dripping_head, dripping_body])
def test_a_slow_server_is_left_at_the_deadline(serve, slow):
    server, start = serve(slow), time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        post(f"http://127.0.0.1:{server.port}/", timeout=0.4)
    assert 0.3 < time.monotonic() - start < 10


def test_a_slow_handshake_is_left_at_the_deadline(serve):
    server, start = serve(silent), time.monotonic()  # it waits for our words, and we for its certificate
    with pytest.raises(Unreachable, match="in time"):
        post(f"https://127.0.0.1:{server.port}/", timeout=0.4)
    assert 0.3 < time.monotonic() - start < 10


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"x-%d: 1\r\n" % n for n in range(200)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000,
    ],
)
def test_an_answer_that_is_none_is_no_answer(serve, answer):
    with pytest.raises(Unreachable, match="the connection broke"):
        post(f"http://127.0.0.1:{serve(answer).port}/")


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match="refused the connection"):
        post(f"http://127.0.0.1:{port}/")


def test_the_next_address_is_tried(serve):
    server = serve()
    assert post(f"http://a.example:{server.port}/", resolve=lambda *_: ["::1", "127.0.0.1"]).status == 200


@pytest.mark.parametrize("failing", [socket.gaierror("no"), UnicodeError("label too long"), None])
def test_a_name_that_does_not_resolve(failing):
    def resolve(host, port):
        if failing:
            raise failing
        return []

    with pytest.raises(Unreachable, match="does not resolve"):
        post("https://a.example/", resolve=resolve)


# What the guard is for.


def test_a_name_that_changes_between_check_and_use_gains_nothing(serve):
    good, asked = serve(), []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    out = outside(resolve=rebinding)
    assert out.send(Request("POST", f"http://rebind.example:{good.port}/", b"BODY")).status == 200
    assert asked == ["rebind.example"]
    assert b"host: rebind.example:%d" % good.port in good.asked[0].lower()
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1 is private"):
        out.send(Request("POST", f"http://rebind.example:{good.port}/", b"BODY"))


@pytest.mark.parametrize(
    "addresses", [["93.184.215.14", "10.0.0.1"], ["127.0.0.1"], ["2606:4700::1", "::ffff:169.254.169.254"]]
)
def test_one_bad_address_refuses_the_name(addresses):
    guard = GuardedOutside(resolve=lambda *_: addresses)
    with pytest.raises(AddressRefused):
        guard.send(Request("POST", "https://a.example/"))


def test_loopback_is_refused_where_it_is_not_allowed(serve):
    server = serve()
    for host in ("127.0.0.1", "localhost", "127.0.0.1.", "localhost.", "[::1]", "LOCALHOST"):
        with pytest.raises(AddressRefused, match="loopback|global"):
            GuardedOutside().send(Request("POST", f"http://{host}:{server.port}/", b"BODY"))
    assert server.asked == []


def test_plain_http_is_for_loopback():
    with pytest.raises(AddressRefused, match="plain http"):
        post("http://a.example/", resolve=lambda *_: ["93.184.215.14"])
    with pytest.raises(AddressRefused, match="plain http"):
        post("http://a.example/", resolve=lambda *_: ["127.0.0.1", "93.184.215.14"])


REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fdff::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "4000::1",
]
PASSED = [
    "8.8.8.8",
    "93.184.215.14",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "2600:1f18::1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_refused(address):
    with pytest.raises(AddressRefused, match=" is "):
        check_address(address)
    with pytest.raises(AddressRefused):
        GuardedOutside(resolve=lambda *_: [address]).send(Request("POST", "https://a.example/"))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        GuardedOutside().send(Request("POST", f"https://{host}/"))


@pytest.mark.parametrize("address", PASSED)
def test_addresses_that_pass(address):
    check_address(address)
    check_address(address, allow_loopback=True)


@pytest.mark.parametrize("address", [one for one in REFUSED if not one.startswith("127.") and one != "::1"])
def test_allowing_loopback_allows_nothing_else(address):
    with pytest.raises(AddressRefused):
        check_address(address, allow_loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example",
        "//a.example/",
        "https://",
        "https:///path",
        "https:a.example",
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "https://user@a.example/",
        "https://user:secret@a.example/",
        "https://@a.example/",
        "https://127.0.0.1@a.example/",
        "https://a.example\\@b.example/",
        "https://a.example/\r\nX: y",
        "https://a.example/ b",
        "https://a.example\t/",
        "\x00https://a.example/",
        " https://a.example/",
        "https://a.example/\u00fc",
        "https://b\u00fccher.example/",
        "https://127\u30020\u30020\u30021/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://\u24d4xample.com/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0x/",
        "https://127.1/",
        "https://127.0.1/",
        "https://0177.0.0.1/",
        "https://010.0.0.1/",
        "https://127.0.0.1../",
        "https://1.2.3.4.5/",
        "https://256.1.1.1/",
        "https://a.example.1/",
        "https://[::1/",
        "https://::1/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[::ffff:127.0.0.1%25x]/",
        "https://[v1.x]/",
        "https://a..example/",
        "https://.a.example/",
        "https://a.example../",
        "https://-a.example/",
        "https://a%2eexample/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 127 + "aa/",
        "https://a.example:0/",
        "https://a.example:22/",
        "https://a.example:25/",
        "https://a.example:65536/",
        "https://a.example:-1/",
        "https://a.example:x/",
        "https://a.example:\u0664\u0664\u0663/",
    ],
)
def test_urls_that_two_readers_could_read_as_two_places(url):
    with pytest.raises(AddressRefused):
        GuardedOutside(resolve=lambda *_: ["93.184.215.14"]).send(Request("POST", url, timeout=0.01))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.example", ("https", "a.example", 443, "/", "a.example")),
        ("HTTPS://A.Example.:443/x?y=%20", ("https", "a.example", 443, "/x?y=%20", "a.example")),
        ("https://a.example:8443?q", ("https", "a.example", 8443, "/?q", "a.example:8443")),
        ("https://xn--bcher-kva.example/", ("https", "xn--bcher-kva.example", 443, "/", "xn--bcher-kva.example")),
        ("https://[2606:4700::1]:8443/", ("https", "2606:4700::1", 8443, "/", "[2606:4700::1]:8443")),
        ("https://my_host.1x.example/", ("https", "my_host.1x.example", 443, "/", "my_host.1x.example")),
    ],
)
def test_urls_that_pass(url, target):
    read = read_target(url)
    assert (*read, read.authority) == target


def test_the_default_resolver_knows_this_machine():
    assert set(resolve("localhost", 80)) <= {"127.0.0.1", "::1"}


# TLS: to the vetted address, for the name.


def signed(name, issuer=None, key=None):
    """A certificate for a DNS name or an address, by an issuer (certificate, key) or by itself."""
    own, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name or "Test CA")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=not name, path_length=None), critical=True)
    )
    if name:
        try:
            told = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            told = x509.DNSName(name)
        builder = builder.add_extension(x509.SubjectAlternativeName([told]), critical=False)
    return builder.sign(key or own, hashes.SHA256()), own


@pytest.fixture(scope="module")
def authority():
    return signed("")


@pytest.fixture
def certified(authority, tmp_path):
    """A server's TLS context for a name, by the authority or by itself."""

    def make(name, by_itself=False):
        certificate, key = signed(name) if by_itself else signed(name, *authority)
        path = tmp_path / f"{name}.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    return make


@pytest.fixture
def trust(authority):
    """A client that trusts the authority."""
    pem = authority[0].public_bytes(serialization.Encoding.PEM).decode()
    return ssl.create_default_context(cadata=pem)


def there(*_):
    return ["127.0.0.1"]


def test_tls_to_the_vetted_address_under_the_name(serve, certified, trust):
    server = serve(context=certified("hooks.example"))
    answer = post(f"https://hooks.example:{server.port}/", resolve=there, trust=trust)
    assert (answer.status, answer.body, server.names) == (200, b"hi", ["hooks.example"])
    assert b"host: hooks.example:%d" % server.port in server.asked[0].lower()


def test_tls_to_an_address(serve, certified, trust):
    server = serve(context=certified("127.0.0.1"))
    assert post(f"https://127.0.0.1:{server.port}/", trust=trust).status == 200


def test_a_self_signed_certificate_is_refused(serve, certified, trust):
    server = serve(context=certified("hooks.example", by_itself=True))
    for options in ({}, {"trust": trust}):
        with pytest.raises(Unreachable, match="certificate is not good: self"):
            post(f"https://hooks.example:{server.port}/", resolve=there, **options)
    assert server.asked == []


def test_a_certificate_for_another_name_is_refused(serve, certified, trust):
    server = serve(context=certified("other.example"))
    with pytest.raises(Unreachable, match="certificate is not good: Hostname mismatch"):
        post(f"https://hooks.example:{server.port}/", resolve=there, trust=trust)
    assert server.asked == []


def test_an_answer_in_plain_text_to_tls(serve):
    def plain(connection):
        connection.sendall(OK)

    server = serve(plain)
    server.serve = plain
    with pytest.raises(Unreachable, match=r"TLS failed|broke"):
        post(f"https://hooks.example:{server.port}/", resolve=there)


def test_a_dripping_tls_server_is_left_at_the_deadline(serve, certified, trust):
    server, start = serve(dripping_body, certified("hooks.example")), time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        post(f"https://hooks.example:{server.port}/", timeout=0.5, resolve=there, trust=trust)
    assert time.monotonic() - start < 10
