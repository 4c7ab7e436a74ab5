"""One reader of multipart forms, whoever sends them: what scripts get wrong is forgiven, what was cut off is not."""

import pytest

from chalicelib.channels.email import forms
from chalicelib.channels.form import bodies
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.errors import Malformed, TooLarge
from chalicelib.wire import charsets
from chalicelib.wire.multipart import segments

HEADER = "multipart/form-data; boundary=X"
PART = '--X\nContent-Disposition: form-data; name="text"\n\nGrüße\n'
FILE = '--X\nContent-Disposition: form-data; name="a"; filename="é.txt"\nContent-Type: text/plain\n\n1\n'
WHOLE = f"{PART}{FILE}--X--\n"


def envelope(body: bytes) -> Envelope:
    headers = {"content-type": HEADER}
    return Envelope(id="1", workspace="w", install="ins_1", channel="form", received_at=1, headers=headers, body=body)


@pytest.mark.parametrize("body", [WHOLE.replace("\n", "\r\n"), WHOLE, f"{PART}{FILE}--X\n"])
def test_a_form_and_a_mails_provider_are_read_alike(body: str) -> None:
    came = envelope(body.encode())
    mail, form = forms.read(came), bodies.read(came, ("text", "a"))
    assert (mail["text"], form.values["text"]) == ("Grüße", ["Grüße"])
    assert [(name, filename) for name, filename, *_ in mail.files] == [("a", "é.txt")]
    assert [(name, file.name) for name, file in form.files] == [("a", "é.txt")]


@pytest.mark.parametrize("body", [WHOLE[:-20].encode(), b"", b"--Y\r\n"])
def test_what_was_cut_off_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        segments(body, HEADER, most=9)


def test_more_parts_than_are_taken() -> None:
    with pytest.raises(TooLarge):
        segments(WHOLE.replace("\n", "\r\n").encode(), HEADER, most=1)


@pytest.mark.parametrize(
    ("raw", "names", "text"),
    [
        ("Zoë".encode(), (), "Zoë"),
        ("Zoë".encode(), ("us-ascii",), "Zoë"),
        (b"Zo\xeb", (), "Zoë"),
        (b"Zo\xeb", ("iso-8859-1",), "Zoë"),
        (b"\xf0", ("iso-8859-9",), "ğ"),
        ("株".encode("cp932"), ("Shift_JIS",), "株"),
        ("中".encode("gb18030"), ("gb2312",), "中"),
        (b"+AGE-", ("utf-7",), "+AGE-"),
        (b"ab", ("utf-16",), "ab"),
        (b"a", ("zip", "no such"), "a"),
    ],
)
def test_a_forms_bytes_are_what_a_browser_means(raw: bytes, names: tuple[str, ...], text: str) -> None:
    assert charsets.of_form(raw, *names) == text
