"""What the guard of the way out is for: addresses that are never reached, URLs that two readers could read apart."""

import pytest

from chalicelib.aws.outside import GuardedOutside, check_address, read_target, resolve
from chalicelib.ports import AddressRefused, Request
from tests.outside import outside, post


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
