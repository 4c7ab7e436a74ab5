"""TLS of the guarded way out: to the vetted address, for the name."""

import datetime
import ipaddress
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.ports import Unreachable
from tests.outside import OK, dripping_body, post, there


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
            alternative = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            alternative = x509.DNSName(name)
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
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
