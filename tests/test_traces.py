"""A scan sees somebody through any wrapping: each of them, at any offset, and some in one another."""

import base64
import gzip
import io
import json
import quopri
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from email.header import Header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.search_index import Entry
from chalicelib.search.segment import Source, written
from chalicelib.store.rows import deflated
from tests.traces import traces

NEEDLES = ("Zoë Quillfeather", "zoe.q@acme.example", "Überraschungs-Ei 🥚", "U0QUILL")


def _zipped(raw: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", raw)
    return file.getvalue()


def _in_lines(raw: bytes) -> bytes:
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


WRAPPED: dict[str, Callable[[bytes], bytes]] = {
    "json": lambda raw: json.dumps({"text": raw.decode()}).encode(),
    "base64": base64.b64encode,
    "base64 for addresses": base64.urlsafe_b64encode,
    "base64 in lines": _in_lines,
    "quoted-printable": quopri.encodestring,
    "percent": lambda raw: urllib.parse.quote_plus(raw).encode(),
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zip": _zipped,
}
AT_ITS_BEGINNING = {"zip"}


@given(st.sampled_from(NEEDLES), st.binary(max_size=9), st.binary(max_size=9), st.sampled_from(sorted(WRAPPED)))
def test_a_word_is_seen_in_each_wrapping_wherever_that_begins(
    needle: str, before: bytes, after: bytes, name: str
) -> None:
    inner = WRAPPED[name](b"so said " + needle.encode() + b" then")
    begins = b"" if name in AT_ITS_BEGINNING else before + b'"'
    assert traces(begins + inner + b'"' + after, NEEDLES) >= {needle}


@given(st.sampled_from(NEEDLES), st.lists(st.sampled_from(sorted(WRAPPED.keys() - {"json"})), max_size=4))
def test_wrappings_lie_in_one_another(needle: str, names: list[str]) -> None:
    raw = f"She is {needle}.".encode()
    for name in names:
        raw = WRAPPED[name](raw)
    assert traces(raw, NEEDLES) == {needle}


@given(st.integers(0, 5), st.sampled_from(NEEDLES))
def test_base64_is_seen_at_any_offset_of_what_was_encoded_and_of_its_letters(offset: int, needle: str) -> None:
    encoded = base64.b64encode(b"." * offset + needle.encode())
    assert traces(b"id" * offset + encoded, NEEDLES) == {needle}


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(NEEDLES).encode(),
        json.dumps(NEEDLES, ensure_ascii=False).encode(),
        json.dumps(json.dumps(NEEDLES)).encode(),
        deflated(json.dumps(NEEDLES)),
        " ".join(NEEDLES).upper().encode(),
        "Zoe   \n Quillfeather zoe.q@acme.example Uberraschungs-Ei\t🥚 U0QUILL".encode(),
        "&#90;oë Quillfeather zoe.q&#64;acme.example &Uuml;berraschungs-Ei &#x1f95a; U0QUILL".encode(),
    ],
    ids=["ascii", "json", "json in json", "a row", "upper case", "spaces, no accents", "entities"],
)
def test_all_of_them_are_seen(raw: bytes) -> None:
    assert traces(raw, NEEDLES) == set(NEEDLES)


def test_another_encoding_is_seen() -> None:
    assert traces("Zoë Quillfeather".encode("latin-1"), NEEDLES) == {"Zoë Quillfeather"}


def test_a_mail_is_seen_whole() -> None:
    mail = EmailMessage()
    mail["From"] = "Zoë Quillfeather <zoe.q@acme.example>"
    mail["Subject"] = "Überraschungs-Ei 🥚"
    mail.set_content("U0QUILL\n" + "ä" * 40, cte="base64")
    assert traces(bytes(mail), NEEDLES) == set(NEEDLES)
    folded = Header("Zoë Quillfeather wrote of a very long thing that has to be folded", "utf-8", 40).encode()
    assert traces(f"Subject: {folded}".encode(), NEEDLES) == {"Zoë Quillfeather"}


def test_a_segment_of_search_is_seen() -> None:
    entry = Entry("m:room_1", 1, 5, {"quillfeather": 1, "=u:usr_zoe": 1, "surprise": 9})
    raw, *_ = written([Source.of([entry])], whole=True)
    assert traces(raw, ["quillfeather", "usr_zoe", "room_1", "nobody"]) == {"quillfeather", "usr_zoe", "room_1"}


@given(st.binary(max_size=300))
def test_what_is_not_there_is_not_seen(raw: bytes) -> None:
    assert traces(raw, NEEDLES) == set()


def test_an_archive_whose_list_of_places_is_wrong_is_read_as_far_as_it_goes() -> None:
    raw = _zipped(b"a" * 90)
    at = raw.index(b"PK\x01\x02")
    assert traces(raw[: at - 5] + raw[at:] + b"U0QUILL", NEEDLES) == {"U0QUILL"}
