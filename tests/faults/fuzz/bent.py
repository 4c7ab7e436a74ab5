"""Values, texts, bytes and headers bent out of shape (mutation), as a seed draws them."""

import json
import random
from copy import deepcopy
from typing import Any
from urllib.parse import quote

TEXTS = (
    "", " ", "\x00", "a\x00b", "\n", "\r\nX: y", "\ud800", "a\udc00b", "\u202e\u2028\u2029", "\ufeff", "😀" * 50,
    "e\u0301" * 200,
    "null", "true", "NaN", "-0", "1e999", "0x10", "٣", "..", "../../etc/passwd", "%00", "%ed%a0%80", "{room}",
    "'\"`;--", "<b>&amp;",
    "a@b@c", "@", "javascript:alert(1)", "http://127.0.0.1/", "http://[::1", "https://user:pw@x.example:99999/",
    "9999-12-31T23:59:60Z",
    "0000-00-00T00:00:00Z", "2026-02-30", "+999999999-01-01T00:00:00Z", "=1+1", "*" * 200, "_`[(" * 80,
    "> " * 300, "(" * 900,
    " " * 3000, "x" * 201, "x" * 5000, "ä" * 70_000, "T0ELSE", "msg_x_1", "room_", "cus_", "\U0010ffff",
    "\uffff", "ﷺ" * 40,
)  # fmt: skip
NUMBERS = (0, -1, 1, 2, 0.5, -0.0, 1e308, 2**31, 2**53 + 1, -(2**63), 2**64, 10**30, 10**400, 5e-324)
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], {"": None}, [{}], {"a": {"a": {"a": 1}}})
HEADERS = {
    "Content-Type": (
        "",
        "application/json",
        "application/json; charset=utf-16",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=" + "x" * 300,
        "application/xml",
        "é",
        "/",
        "a/b;;;=",
    ),
    "Idempotency-Key": ("k", "k2", "", "x" * 256, "\x00", "é", "\ud800"),
    "If-Match": ("*", '"1"', 'W/"1"', '"x"', "1", "", '"99999999999999999999999"', '"\ud800"', '"-1"', '"1", "2"'),
    "Accept": ("text/html", "*/*", "application/json;q=x", "", "\ud800"),
    "Origin": ("null", "https://evil.example", "https://parley.test", "http://[", "\ud800", "x" * 4000),
    "Host": ("", "evil.example", "[", "parley.test:99999"),
    "Cookie": (
        "__Host-parley-session=ps_x_y",
        "a=b; a=c",
        "=;;;",
        '__Host-parley-session="\\777"',
        "\x00",
        "[]=1; __Host-parley-session=ps_1",
    ),
    "X-Parley-Console": ("1", ""),
    "Authorization": (
        "",
        "Bearer",
        "Bearer ",
        "Bearer a.b.c",
        "Bearer pk_x_y_z",
        "Basic ===",
        "Basic YTpi",
        "HMAC x",
        "Bearer \ud800",
        "Bearer ps_x",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer " + "a" * 9000,
        "Bearer eyJhbGciOiJIUzI1NiJ9.bnVsbA.x",
        "Bearer pk_",
        "Bearer pv.pv.pv",
    ),
    "User-Agent": ("", "x" * 9000),
    "X-Forwarded-For": ("1.2.3.4, 5.6.7.8", "é"),
    "Accept-Language": ("de", "xx-" + "y" * 500, "\x00", "de;q=nan"),
    "Content-Encoding": ("gzip",),
    "X-Requested-With": ("x",),
}
FEW = 40  # nodes of a body that are looked at, at most


def odd(rng: random.Random) -> Any:
    """A value that hardly fits anywhere."""
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(TEXTS)
    if kind < 0.7:
        return rng.choice(NUMBERS)
    if kind < 0.72:
        return deep(rng.choice((5, 40, 62, 70)))
    if kind < 0.75:
        return [rng.choice((*TEXTS[:20], *NUMBERS, *OTHERS)) for _ in range(rng.choice((2, 60, 400)))]
    return deepcopy(rng.choice(OTHERS))


def deep(levels: int) -> Any:
    """Lists within lists."""
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


def text(rng: random.Random, value: str) -> str:
    """A text that is nearly the same."""
    at = rng.randint(0, len(value))
    return rng.choice(
        (
            lambda: value[:at],
            lambda: value[:at] + rng.choice(TEXTS)[:300] + value[at:],
            lambda: value * rng.choice((2, 3, 30)),
            lambda: value.swapcase(),
            lambda: value[::-1],
            lambda: value + rng.choice(("\n", "/", " ", "\x00", "%", "'", "#", "+", ".", "\ud83d")),
        )
    )()[:200_000]


def value(rng: random.Random, whole: Any, names: list[str]) -> Any:
    """JSON's value with one thing in it changed. `names` are ids and words that belong elsewhere."""
    whole = deepcopy(whole)
    places: list[tuple[Any, Any]] = []
    rows: list[Any] = [whole]
    while rows and len(places) < FEW:
        node = rows.pop(0)
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            places.append((node, key))
            rows.append(node[key])
    if not places or rng.random() < 0.02:
        return odd(rng)
    node, key = rng.choice(places)
    how = rng.random()
    if how < 0.35:
        node[key] = odd(rng)
    elif how < 0.5:
        node[key] = rng.choice(names) if names else odd(rng)
    elif how < 0.6:
        del node[key]
    elif how < 0.7:
        other, elsewhere = rng.choice(places)
        node[key] = deepcopy(other[elsewhere])
    elif how < 0.78:
        node[key] = [node[key]] * rng.choice((1, 2, 60))
    elif how < 0.84:
        node[key] = {"id": node[key], "value": node[key]}
    elif how < 0.9 and isinstance(node, dict):
        node[rng.choice(("", "id", "type", "x" * 300, "\x00", "__proto__", "as", "text", "\ud800"))] = odd(rng)
    elif isinstance(node[key], str):
        node[key] = text(rng, node[key])
    else:
        node[key] = str(node[key])
    return whole


def raw(rng: random.Random, body: bytes) -> bytes:
    """Bytes that are nearly the same."""
    at, end = sorted((rng.randint(0, len(body)), rng.randint(0, len(body))))
    return rng.choice(
        (
            lambda: body[:at],
            lambda: body[at:],
            lambda: body[:at] + body[end:],
            lambda: (
                body[:at]
                + rng.choice(
                    (
                        b"\x00",
                        b"\xff",
                        b"\xed\xa0\x80",
                        b'"',
                        b"{",
                        b"]",
                        b"\\ud800",
                        b"\r\n\r\n",
                        b"--",
                        b"&",
                        b"=%",
                        b"1e999",
                        b"\xef\xbb\xbf",
                    )
                )
                + body[at:]
            ),
            lambda: body[:end] + body[at:end] * rng.choice((1, 5)) + body[end:],
            lambda: b"\xef\xbb\xbf" + body,
            lambda: b"[" * rng.choice((50, 100, 20_000)) + body,
            lambda: body.replace(b'": ', b'": ' + b"[" * 900, 1).replace(b", ", b"]" * 900 + b", ", 1),
            lambda: body.replace(b'":', b'":' + rng.choice((b'null,"x":', b"[", b'1e400,"y":', b'NaN,"z":')), 1),
            lambda: body.decode("utf-8", "replace").encode("utf-16"),
            lambda: b"",
        )
    )()[:300_000]


def path_part(rng: random.Random, id_: str) -> str:
    """An id as a part of a path, mostly quoted as it should be."""
    how = rng.random()
    if how < 0.9:
        return quote(id_, safe="", errors="surrogatepass")
    return rng.choice(("%", "%zz", "%ff", "%00", "%2F", "..", "a%2Fb", "{}", "x" * 5000, "%ED%A0%80", id_ + "%0a", "*"))


def headers(rng: random.Random, given: dict[str, str]) -> dict[str, str]:
    """A request's headers with one or two that are odd."""
    made = dict(given)
    for _ in range(rng.choice((1, 1, 2))):
        name = rng.choice(list(HEADERS))
        made[name] = rng.choice(HEADERS[name])
    return made


def written(body: Any) -> bytes:
    """JSON's text, of whatever there is."""
    return json.dumps(body, ensure_ascii=True).encode()
