"""How the text of a mail is found: charsets, wrappings, formats; and whose it is, whoever's server sent it."""

import base64
import struct
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.channels.email import opaque, rtf
from chalicelib.channels.email.automatic import by_machine, unheard
from chalicelib.channels.email.flowed import emoji, joined
from chalicelib.channels.email.formmailers import as_meant
from chalicelib.channels.email.mail import Checks, Mail
from chalicelib.channels.email.mime import UNREADABLE, read
from chalicelib.channels.email.text import markdown, written
from chalicelib.channels.msteams.text import from_html
from chalicelib.desk.arrivals import Ignored
from chalicelib.wire import charsets
from tests.channels.conftest import install_of

HEAD = "From: Ann <ann@acme.example>\r\nTo: support@in.acorn.example\r\nSubject: Webhooks\r\nMIME-Version: 1.0\r\n"
OWN = "support@in.acorn.example"


def text_of(body: bytes | str, type_: str = "text/plain; charset=utf-8", more: str = "") -> str:
    content = body.encode() if isinstance(body, str) else body
    return written(read(f"{HEAD}{more}Content-Type: {type_}\r\n\r\n".encode() + content))[0]


def parts(*each: tuple[str, bytes | str]) -> str:
    """A mail of these parts: the headers of each, and its body."""
    body = b"".join(
        b"--b\r\n" + head.encode() + b"\r\n\r\n" + (text.encode() if isinstance(text, str) else text) + b"\r\n"
        for head, text in each
    )
    return text_of(body + b"--b--\r\n", "multipart/mixed; boundary=b")


@pytest.mark.parametrize(
    "charset", ["iso-8859-1", "windows-1251", "koi8-r", "iso-8859-15", "macintosh", "big5", "gb2312"]
)
@pytest.mark.parametrize("text", ["Grüße aus Köln — bitte prüfen", "Привет, всё работает", "こんにちは", "價格"])
def test_what_is_utf8_is_read_as_that_whatever_is_declared(charset: str, text: str) -> None:
    wide = charset in ("big5", "gb2312") and all(sign < "\u0800" for sign in text)
    assert wide or text_of(text, f"text/plain; charset={charset}") == text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-8859-1", "Grüße aus Köln"),
        ("windows-1251", "Привет, всё работает"),
        ("koi8-r", "Привет"),
        ("gb2312", "联通了吗"),
        ("gbk", "é茅你好"),
        ("big5", "價格多少"),
        ("shift_jis", "こんにちは"),
        ("iso-2022-jp", "こんにちは"),
        ("utf-7", "Grüße"),
        ("euc-kr", "안녕하세요"),
        ("utf-16", "Grüße"),
    ],
)
def test_what_is_in_a_charset_is_read_in_it(charset: str, text: str) -> None:
    assert charsets.decoded(text.encode(charset), charset) == text


@pytest.mark.parametrize(
    "page",
    [
        '<html><head><meta charset="windows-1251"></head><body>{}</body></html>',
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251"></head><p>{}</p></html>',
        '<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE html><html><body>{}</body></html>',
    ],
)
def test_a_page_names_its_charset_itself(page: str) -> None:
    raw = page.format("Привет").encode("windows-1251")
    for type_ in ("text/html", "text/html; charset=us-ascii"):
        assert text_of(raw, type_) == "Привет"
    assert text_of(page.format("Привет").encode(), "text/html") == "Привет"


def test_nothing_of_a_pages_declarations_is_text() -> None:
    page = '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD"><!-- a --><html><![CDATA[b]]><p>Hello</p></html>'
    assert "xml" not in text_of(page, "text/html")
    assert text_of(page, "text/html").endswith("Hello")


def test_a_text_with_a_name_is_the_text_and_only_one_that_is_attached_is_a_file() -> None:
    assert parts(('Content-Type: text/plain; name="ATT0001.txt"', "It is broken")) == "It is broken"
    inline = 'Content-Type: text/plain; name="body.txt"\r\nContent-Disposition: inline; filename="body.txt"'
    assert parts((inline, "It is broken")) == "It is broken"
    log = 'Content-Type: text/plain; name="log.txt"\r\nContent-Disposition: attachment; filename="log.txt"'
    assert parts((log, "500"), ("Content-Type: text/plain", "See the log")) == "See the log"
    assert (
        parts(("Content-Type: text/plain", "See the log"), ('Content-Type: text/plain; name="log.txt"', "500"))
        == "See the log"
    )


@pytest.mark.parametrize(
    "text",
    [
        "This message contains HTML. Your e-mail client does not support it.",
        "To view this email, please use an HTML compatible email viewer!",
        "Diese Nachricht benötigt ein HTML-fähiges Programm.",
        "Your mail program can not display HTML mail.",
    ],
)
def test_a_text_that_only_asks_for_html_is_none(text: str) -> None:
    page = "Content-Type: text/html\r\n\r\n<p>It is broken</p>"
    body = f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--b\r\n{page}\r\n--b--"
    assert text_of(body, "multipart/alternative; boundary=b") == "It is broken"
    assert text_of(text) == text


def test_flowed_lines_are_joined_and_addresses_whole() -> None:
    url = "https://api.acorn.example/v1/keys?\r\n"
    assert text_of("It is \r\nbroken.\r\nSince noon.", "text/plain; format=flowed") == "It is broken.\nSince noon."
    delsp = "text/plain; format=flowed; delsp=yes"
    assert (
        text_of("See https://api.acorn.example/v1/ \r\nkeys?a=b now", delsp)
        == "See https://api.acorn.example/v1/keys?a=b now"
    )
    assert text_of(url, "text/plain") == url.strip()
    assert joined("> a \n> b\n>> c \n> d\n e", "flowed") == "> a b\n>> c \n> d\ne"
    assert joined("-- \nAnn", "flowed") == "-- \nAnn"
    assert joined("a \nb", "") == "a \nb"


@given(some.text("ab >\n -", max_size=60), some.sampled_from(["yes", "no", ""]))
def test_flowed_texts_keep_their_words(text: str, delsp: str) -> None:
    kept = joined(text, "flowed", delsp)
    letters = [sign for sign in text if sign in "ab"]
    assert [sign for sign in kept if sign in "ab"] == letters


def signed(content: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ann@acme.example")])
    import datetime

    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day.replace(year=2027))
    certificate = made.sign(key, hashes.SHA256())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [])


INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nIt is broken\r\n"


def test_opaque_smime_is_read() -> None:
    der = signed(INNER)
    assert opaque.signed_content(der) == INNER
    for name in ("application/pkcs7-mime; smime-type=signed-data", "application/x-pkcs7-mime; name=smime.p7m"):
        wrapped = base64.encodebytes(der)
        assert text_of(wrapped, f'{name}; name="smime.p7m"', "Content-Transfer-Encoding: base64\r\n") == "It is broken"


def test_smime_in_pieces_is_read() -> None:
    """As openssl streams it: of no told length."""

    def long(tag: int, *within: bytes) -> bytes:
        return bytes([tag, 0x80]) + b"".join(within) + b"\0\0"

    def short(tag: int, content: bytes) -> bytes:
        return bytes([tag, len(content)]) + content

    data = bytes.fromhex("06092a864886f70d010701")
    octets = long(0x24, short(4, INNER[:20]), short(4, INNER[20:]))
    inner = long(0x30, data, long(0xA0, octets))
    der = long(0x30, opaque.SIGNED_DATA, long(0xA0, long(0x30, short(2, b"\1"), short(0x31, b""), inner)))
    assert opaque.signed_content(der) == INNER


@given(some.binary(max_size=200), some.integers(0, 400))
def test_broken_wrappings_are_nothing(noise: bytes, at: int) -> None:
    opaque.signed_content(noise)
    opaque.unwrapped(opaque.TNEF + noise)
    der = DER[:at] + noise + DER[at + len(noise) :]
    opaque.signed_content(der)


DER = signed(INNER)


def tnef(*attributes: tuple[int, bytes]) -> bytes:
    body = b"".join(struct.pack("<BII", 1, id_, len(value)) + value + b"\0\0" for id_, value in attributes)
    return opaque.TNEF + b"\1\0" + body


def test_winmail_is_unwrapped() -> None:
    files = [(opaque.ATTACHMENT, b"x"), (opaque.TITLE, b"log.txt\0"), (opaque.DATA, b"500")]
    wrapped = base64.encodebytes(tnef((opaque.BODY, b"It is broken\0"), *files))
    head = f"{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/ms-tnef\r\n"
    mail = read(head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + wrapped + b"\r\n--b--")
    assert mail.text == "It is broken"
    assert [(part.file.name, part.file.content) for part in mail.parts] == [("log.txt", b"500")]


def test_signatures_are_no_files() -> None:
    for type_ in ("application/pkcs7-signature; name=smime.p7s", "application/pgp-signature; name=signature.asc"):
        body = f"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: {type_}\r\n\r\nx\r\n--b--"
        assert read(f"{HEAD}Content-Type: multipart/signed; boundary=b\r\n\r\n{body}".encode()).parts == ()


def test_a_mail_clients_reaction_is_one() -> None:
    assert emoji('{"version": 1, "emoji": "👍"}'.encode()) == "👍"
    for broken in (
        b"",
        b"[]",
        b'{"version": 1}',
        b'{"version": 1, "emoji": "x"}',
        b'{"version": 2, "emoji": "\xf0\x9f\x91\x8d"}',
    ):
        assert emoji(broken) == ""


def reason(headers: str, sender: str = "ann@acme.example", subject: str = "Webhooks") -> str:
    raw = f"From: {sender}\r\nTo: {OWN}\r\nSubject: {subject}\r\n{headers}\r\n\r\nHello"
    mail = read(raw.encode())
    found: Any = unheard(mail, install_of("email", provider="ses", address=OWN))
    assert found is None or isinstance(found, Ignored)
    return found.reason if found else by_machine(mail)


ANSWER = "In-Reply-To: <1@acorn.example>"


@pytest.mark.parametrize(
    ("headers", "sender", "subject", "why"),
    [
        ("List-Unsubscribe: <https://crm.example/u>", "ann@acme.example", "Webhooks", ""),
        ("List-Unsubscribe: <https://crm.example/u>", "noreply@acme.example", "News", "bulk"),
        ("List-Unsubscribe: <https://crm.example/u>\r\nPrecedence: bulk", "ann@acme.example", "Webhooks", "bulk"),
        ("List-Id: <news.acme.example>", "ann@acme.example", "Webhooks", "bulk"),
        ("X-Loop: somebody@else.example", "ann@acme.example", "Webhooks", ""),
        ("X-Original-Loop: yes", "ann@acme.example", "Webhooks", ""),
        (f"X-Loop: {OWN}", "ann@acme.example", "Webhooks", "own-mail"),
        ("X-Parley-Install: ins_1", "ann@acme.example", "Webhooks", "own-mail"),
        (ANSWER, "ann@acme.example", "Automatic reply: Webhooks", "automatic"),
        (ANSWER, "ann@acme.example", "Abwesenheitsnotiz: Webhooks", "automatic"),
        (ANSWER, "ann@acme.example", "Réponse automatique : Webhooks", "automatic"),
        (ANSWER, "ann@acme.example", "Out of Office", "automatic"),
        (ANSWER, "ann@acme.example", "自动回复：Webhooks", "automatic"),
        (ANSWER, "ann@acme.example", "Re: Automatic reply does not work", ""),
        (ANSWER, "ann@acme.example", "Automatic replies of your system", ""),
        ("X-Nothing: 1", "ann@acme.example", "Automatic reply: is it a feature?", ""),
    ],
)
def test_who_is_heard(headers: str, sender: str, subject: str, why: str) -> None:
    assert reason(headers, sender, subject) == why


@pytest.mark.parametrize(
    ("sender", "answer", "writer"),
    [
        ("noreply@acme.example", "Zoe <zoe@mail.example>", "zoe@mail.example"),
        ("no-reply@acme.example", "zoe@mail.example", "zoe@mail.example"),
        ("wordpress@acme.example", "zoe@mail.example", "zoe@mail.example"),
        ("donotreply@acme.example", "noreply@acme.example", "donotreply@acme.example"),
        ("noreply@acme.example", "a@b.example, c@d.example", "noreply@acme.example"),
        ("noreply@acme.example", f"support+x@{OWN.partition('@')[2]}", "noreply@acme.example"),
        ("noreply@acme.example", "", "noreply@acme.example"),
        ("ann@acme.example", "zoe@mail.example", "ann@acme.example"),
        ("norbert@acme.example", "zoe@mail.example", "norbert@acme.example"),
    ],
)
def test_a_forms_mail_is_its_writers_whom_nothing_proves(sender: str, answer: str, writer: str) -> None:
    raw = f"From: Form <{sender}>\r\nReply-To: {answer}\r\nTo: {OWN}\r\n\r\nHello"
    mail = as_meant(read(raw.encode(), checks=Checks(dmarc="pass")), OWN)
    assert (mail.sender, mail.checks.dmarc) == (writer, "" if writer == "zoe@mail.example" else "pass")


@pytest.mark.parametrize("line", ["https://acme.example/a?b=1", "notes.html", "/var/log/messages"])
def test_html_that_is_an_address_or_a_files_name_is_its_words(line: str) -> None:
    assert markdown(line) == from_html(line) == line


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>It works,\nsince the key\n is new.</p>", "It works, since the key is new."),
        ("<div>a\n<b>b\nc</b>\n<a href='https://acme.example'>d\ne</a></div>", "a **b c** [d e](https://acme.example)"),
        ("<p>it is\n- not a list\n# nor a title</p>", "it is - not a list # nor a title"),
        ("<p>a<br>\nb</p>", "a  \nb"),
        ("<pre>a\nb</pre><p>c</p>", "```\na\nb\n```\n\nc"),
        ('<div style="white-space: pre-wrap">a\nb <i>c\nd</i></div>', "a  \nb *c  \nd*"),
        ('<div style="white-space:pre-line">a\nb<p style="WHITE-SPACE:normal">c\nd</p></div>', "a  \nb\n\nc d"),
    ],
)
def test_a_line_breaks_where_people_see_it_break(page: str, text: str) -> None:
    assert markdown(page) == text
    assert "white-space" in page.lower() or "<br>" in page or from_html(page) == text


# As the format's own description has them (MS-OXRTFCP): words that are packed, and a run that reaches into itself.
PACKED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
RUN = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
PAGE = rb"""{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset0 A;}{\f1\fmodern\fcharset204 C;}}
{\*\generator Exchange;}{\*\htmltag18 <html>}{\*\htmltag241 <style>}{\*\htmltag241 p \{m:0\}}{\*\htmltag249 </style>}
{\*\htmltag50 <body>}\htmlrtf \lang1033 \htmlrtf0 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 It is {\*\htmltag84 <b>}\htmlrtf
{\b\htmlrtf0 br\'f6ken\htmlrtf }\htmlrtf0{\*\htmltag92 </b>} {\f1\'ef\'f0} \u8364?
{\*\htmltag84 &nbsp;}\htmlrtf\'a0\htmlrtf0 a < b
{\*\htmltag72 </p>}{\*\mhtmltag64 <p>}{\*\htmltag84 <img src="cid:1">}}}"""
RICH = (
    rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 A;}}{\info{\title x}}{\pict\bin3 }}}}{\*\none x}"
    rb"\pard\f0 \'cf\'f0\'e8\'e2\'e5\'f2\par It is \ldblquote broken\rdblquote\line \u-10179?\u-8704?\{a\\b\}}"
)


def test_rich_text_is_unpacked() -> None:
    assert rtf.unpacked(PACKED) == rb"{\rtf1\ansi\ansicpg1252\pard hello world}" + b"\r\n"
    assert rtf.unpacked(RUN) == rb"{\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert rtf.unpacked(b"\0" * 8 + b"MELA\0\0\0\0{whole}") == b"{whole}"
    assert rtf.unpacked(b"\xff\xff\xff\xff" * 2 + b"LZFu" + b"\0" * 4 + b"\0" + b"a" * 8) == b"a" * 8


def test_rich_text_is_the_page_that_it_wraps_or_its_words() -> None:
    page, is_page = rtf.read(PAGE)
    assert is_page
    assert page.endswith('<p>It is <b>bröken</b> пр €&nbsp;a &lt; b</p><img src="cid:1">')
    assert rtf.read(RICH) == ("Привет\nIt is “broken”\n😀{a\\b}", False)


@given(some.text("{}\\*abu1'e4 \n", max_size=80), some.binary(max_size=60))
def test_broken_rich_text_is_what_could_be_read(text: str, noise: bytes) -> None:
    rtf.read(text.encode())
    rtf.unpacked(noise)
    rtf.unpacked(PACKED[:16] + noise)
    opaque.unwrapped(tnef((opaque.PROPERTIES, noise)))


def properties(*values: tuple[int, int, bytes]) -> bytes:
    listed = [
        struct.pack("<HHII", kind, id_, 1, len(value)) + value + b"\0" * (-len(value) % 4)
        for kind, id_, value in values
    ]
    number = struct.pack("<HHI", 3, 0x0E07, 1)
    named = struct.pack("<HH16sII", 3, 0x8001, b"g" * 16, 0, 7) + b"\1\0\0\0"
    called = (
        struct.pack("<HH16sII", 0x1E, 0x8002, b"g" * 16, 1, 6)
        + b"a\0b\0\0\0\0\0"
        + struct.pack("<II", 1, 2)
        + b"x\0\0\0"
    )
    return struct.pack("<I", 3 + len(values)) + number + named + called + b"".join(listed)


def winmail(*attributes: tuple[int, bytes]) -> Mail:
    head = f"{HEAD}Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return read(head.encode() + base64.encodebytes(tnef(*attributes)))


def test_exchanges_rich_text_page_or_text_is_the_mails() -> None:
    whole = b"\0" * 8 + b"MELA\0\0\0\0"
    assert written(winmail((opaque.PROPERTIES, properties((0x102, opaque.RICH, PACKED)))))[0] == "hello world"
    file = [(opaque.ATTACHMENT, b"x"), (opaque.TITLE, b"IMAGE0~1.PNG\0"), (opaque.DATA, b"500")]
    long = properties((0x1F, opaque.NAME, "bild ü.png\0".encode("utf-16-le")), (0x1E, opaque.CONTENT_ID, b"1\0"))
    rich = (opaque.PROPERTIES, properties((0x102, opaque.RICH, whole + PAGE)))
    mail = winmail(rich, *file, (opaque.OF_ATTACHMENT, long))
    assert written(mail)[0] == "It is **bröken** пр € a < b\n\n[bild ü.png]"
    assert [part.file.name for part in mail.parts] == ["bild ü.png"]
    assert (
        written(winmail((opaque.PROPERTIES, properties((0x1F, opaque.PLAIN, "Grüße\0".encode("utf-16-le"))))))[0]
        == "Grüße"
    )
    page = b'<html><meta charset="windows-1251"><p>\xcf\xf0</p></html>'
    assert written(winmail((opaque.PROPERTIES, properties((0x102, opaque.PAGE, page)))))[0] == "Пр"


ENVELOPED = bytes.fromhex("308006092a864886f70d010703a080308002010031")


@pytest.mark.parametrize(
    "body",
    [
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(ENVELOPED).decode(),
        "Content-Type: multipart/encrypted; protocol=application/pgp-encrypted; boundary=b\r\n\r\n--b\r\n"
        "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream; "
        "name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\nx\r\n--b--",
    ],
)
def test_of_an_encrypted_mail_the_room_is_told_that_it_came(body: str) -> None:
    mail = read(f"{HEAD}{body}".encode())
    assert written(mail)[0] == UNREADABLE
    assert mail.parts == ()
    head = f"{HEAD}Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n"
    beside = f"{head}Content-Type: text/plain\r\n\r\nSee within\r\n--c\r\n{body}\r\n--c--"
    assert written(read(beside.encode()))[0] == f"See within\n\n{UNREADABLE}"
