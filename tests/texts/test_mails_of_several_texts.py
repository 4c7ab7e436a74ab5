"""Mails of several texts: which are one and the same, and that none is lost behind another."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.channels.email.mime import read
from chalicelib.channels.email.opaque import clear_signed
from chalicelib.channels.email.text import written

HEAD = "From: Ann <ann@acme.example>\r\nTo: support@in.acorn.example\r\nSubject: Key\r\nMIME-Version: 1.0\r\n"
PLAIN, PAGE = "text/plain; charset=utf-8", "text/html; charset=utf-8"
PICTURE = ("image/png; name=a.png\r\nContent-Disposition: inline; filename=a.png", "x")
BASED = f"{PLAIN}\r\nContent-Transfer-Encoding: base64"
ENCODED = base64.encodebytes("Grüße, the key is dead. ".encode() * 5).decode()


def together(kind, *parts):
    boundary = f"b{kind}"
    body = "".join(f"--{boundary}\r\nContent-Type: {type_}\r\n\r\n{text}\r\n" for type_, text in parts)
    return f"multipart/{kind}; boundary={boundary}", f"{body}--{boundary}--"


def mailed(type_, text):
    return read(f"{HEAD}Content-Type: {type_}\r\n\r\n{text}\r\n".encode())


BOTH = together("alternative", (PLAIN, "The key is dead"), (PAGE, "<p>The <b>key</b> is dead</p>"))
ROWS = {
    "a list's footer under a page": (together("mixed", (PAGE, "<p>The key is dead</p>"), (PLAIN, "of the list")), "The key is dead\n\nof the list"),
    "a page, a picture, a text": (together("mixed", (PAGE, "<p>See:</p>"), PICTURE, (PLAIN, "Sent from a phone")), "See:\n\nSent from a phone"),
    "a text, a picture, a page": (together("mixed", (PLAIN, "See:"), PICTURE, (PAGE, "<p>And that</p>")), "See:\n\nAnd that"),
    "a footer under pictures in a page": (together("mixed", together("related", (PAGE, "<p>It fails</p>"), PICTURE), (PLAIN, "For you alone")), "It fails\n\nFor you alone"),
    "a page under both": (together("mixed", BOTH, (PAGE, "<p>Seen by a gateway</p>")), "The **key** is dead\n\nSeen by a gateway"),
    "a text under both": (together("mixed", BOTH, (PLAIN, "of the list")), "The key is dead\nof the list"),
    "both, though they are said to be two": (together("mixed", (PLAIN, "The key is dead"), (PAGE, "<p>The <b>key</b> is dead</p>")), "The key is dead"),
    "the page says more": (together("mixed", (PLAIN, "The key is dead"), (PAGE, "<p>The key is dead.</p><p>Since noon, in every region</p>")), "The key is dead.\n\nSince noon, in every region"),
    "a text that leads to the page": (together("alternative", (PLAIN, "The message: https://acme.example/m"), (PAGE, "<p>The message says that the key has been dead since noon</p>")), "The message says that the key has been dead since noon\n\nThe message: https://acme.example/m"),
    "the beginning as a text": (together("alternative", (PLAIN, "The key is"), (PAGE, "<p>The key is dead since noon, and nobody in all regions can call</p>")), "The key is dead since noon, and nobody in all regions can call"),
    "a footer that is told as the text": (together("alternative", (PLAIN, "of the list"), (PAGE, "<p>The key is dead</p>")), "The key is dead\n\nof the list"),
    "links that the text spells out": (together("alternative", (PLAIN, "See docs <https://acme.example/a/b?c=d>"), (PAGE, "<p>See <a href='https://acme.example/a/b?c=d'>docs</a></p>")), "See docs \\<https://acme.example/a/b?c=d>"),
    "an AMP page besides": (together("alternative", (PLAIN, "The key"), ("text/x-amp-html", "<html amp4email>"), (PAGE, "<p>The key</p>")), "The key"),
    "Markdown alone": (("text/markdown", "the key is dead"), "the key is dead"),
    "base64, and a footer": ((BASED, f"{ENCODED}\r\n-- \r\nSeen by a gateway"), "Grüße, the key is dead. " * 5 + "\n\\--\nSeen by a gateway"),
    "base64 in pieces": ((BASED, "\r\n".join(base64.b64encode(each).decode() for each in (b"It is ", b"broken!", b" now"))), "It is broken! now"),
    "base64 that is none": ((BASED, "The key is dead, please help!"), "The key is dead, please help!"),
    "UTF-16 that is none": (("text/html; charset=utf-16", "<p>The key is dead</p>"), "The key is dead"),
    "a page as a text": ((PLAIN, "<!DOCTYPE html><html><body><p>The <b>key</b></p></body></html>"), "The **key**"),
    "the page twice": (together("alternative", (PLAIN, "<p>The <b>key</b></p>"), (PAGE, "<p>The <b>key</b></p>")), "The **key**"),
    "HTML that is spoken of": ((PLAIN, "<b>x</b> is not bold"), "<b>x</b> is not bold"),
}  # fmt: skip


@pytest.mark.parametrize(("mail", "text"), ROWS.values(), ids=ROWS)
def test_every_text_is_read_once(mail, text):
    found = mailed(*mail)
    lines = [line.rstrip() for line in text.split("\n")]
    assert (written(found)[0].split("\n"), [part.file.name for part in found.parts if part.file.name != "a.png"]) == (
        lines,
        [],
    )


kinds = some.sampled_from([PLAIN, PAGE])


@given(some.lists(kinds, min_size=1, max_size=5))
def test_no_part_of_a_mail_is_lost_behind_another(kinds):
    texts = [f"word{number}a word{number}b" for number in range(len(kinds))]
    parts = [(kind, f"<p>{text}</p>" if kind == PAGE else text) for kind, text in zip(kinds, texts, strict=True)]
    assert written(mailed(*together("mixed", *parts)))[0].split() == " ".join(texts).split()


def test_a_signature_within_a_text_is_nothing_to_show():
    signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nIt is\n- -- \nAnn\n-----BEGIN PGP SIGNATURE-----\n\niQ=\n-----END PGP SIGNATURE-----"
    assert clear_signed(f"a\n{signed}\nb") == "a\nIt is\n-- \nAnn\nb"
    for text in ("a", signed[:60], signed[:-20]):
        assert clear_signed(text) == text
