"""A body as browsers and scripts send it in, what was said out."""

import pytest

from chalicelib.channels.form import inbound
from chalicelib.desk.arrivals import File, Ignored, Said, Speaker
from chalicelib.desk.errors import Invalid, Malformed, TooLarge, WrongMediaType

NOW = 1_770_000_000_000
ZOE = Speaker(name="Zoë", email="zoe@acme.example")
PNG = b"\x89PNG\r\n\x1a\n\n\n--\x00\xff"


def test_url_encoded(said):
    speaker = Speaker(name="Zoë M", email="zoe@acme.example")
    hello = Said(id="env_1", speaker=speaker, text="Hello,\nworld", at=NOW, fresh_room=True)
    assert said("urlencoded") == hello


def test_multipart(said):
    png = File(name="a b.png", type="image/png", content=PNG)
    hello = Said(id="env_1", speaker=ZOE, text="Hello,\nworld", at=NOW, fresh_room=True, files=(png,))
    assert said("multipart") == hello


def test_json(said):
    assert said("json") == Said(id="env_1", speaker=ZOE, text="Hello\nworld", at=NOW, fresh_room=True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plus-and-percent-20", "a b c+d"),
        ("percent-malformed", "100%"),
        ("percent-not-utf8", "café €"),
        ("charset-parameter", "Привет"),
        ("charset-field", "テスト"),
        ("charset-unknown", "\\u0041"),
        ("raw-bytes", "größer"),
        ("duplicate-keys", "first"),
        ("semicolons-stay", "a;b=c"),
        ("empty-pairs", "x"),
        ("subject", "Invoices X\n\nThey fail"),
        ("honeypot-blank", "Hello"),
        ("file-name-only", "x"),
        ("json-bom", "Hello"),
        ("json-charset", "größer"),
        ("json-null", "Hello"),
        ("json-list-value", "Hello"),
        ("multipart-quoted-printable", "größer"),
        ("multipart-charset-part", "café"),
        ("multipart-charset-field", "テスト"),
        ("multipart-not-utf8", "café"),
        ("multipart-duplicate-keys", "first"),
        ("multipart-lower-case-headers", "Hello"),
        ("multipart-unnamed-part", "x"),
    ],
)
def test_text(said, name, text):
    assert said(name).text == text
    assert said(name).files == ()


def test_names_that_are_no_names_are_kept_as_they_came(said):
    assert said("percent-malformed").speaker.name == "%zz%4"
    assert said("percent-not-utf8").speaker.name == "Zoë"
    assert said("duplicate-keys").speaker.email == "a@b.example"


def test_a_name_has_no_control_or_direction_marks(said):
    assert said("name-marks").speaker.name == "Ada L"


@pytest.mark.parametrize(
    "name",
    [
        "multipart-quoted-boundary",
        "multipart-boundary-70",
        "multipart-preamble",
        "multipart-no-final-dashes",
        "multipart-no-final-dashes-crlf",
    ],
)
def test_what_clients_get_wrong_says_the_same(said, name):
    assert said(name) == said("multipart")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("multipart-lf-only", File(name="a.png", type="image/png", content=PNG)),
        ("multipart-filename-star", File(name="naïve €.png", type="image/png", content=PNG)),
        ("multipart-ie-path", File(name="a.png", type="image/png", content=PNG)),
        ("multipart-unix-path", File(name="passwd", type="application/octet-stream", content=b"root")),
        ("multipart-escaped-name", File(name="a_bc.png", type="image/png", content=PNG)),
        ("multipart-filename-latin1", File(name="café.txt", type="text/plain", content=b"x")),
        ("multipart-file-of-no-bytes", File(name="empty.txt", type="text/plain", content=b"")),
        ("multipart-file-without-name", File(name="file", type="application/octet-stream", content=b"abc")),
        ("multipart-base64", File(name="a.png", type="image/png", content=PNG)),
        ("multipart-odd-type", File(name="a", type="application/octet-stream", content=b"x")),
    ],
)
def test_files(said, name, file):
    assert said(name).files == (file,)


def test_transfer_encodings_and_bare_line_feeds_leave_the_text_whole(said):
    assert said("multipart-base64").text == "größer"
    assert said("multipart-lf-only").text == "Hello,\nworld"


@pytest.mark.parametrize("name", ["multipart-empty-file-part", "multipart-other-file-field"])
def test_no_file(said, name):
    assert said(name).files == ()


def test_several_files_under_the_name_that_php_gives_them(said):
    assert [file.content for file in said("multipart-several-files").files] == [b"0", b"1", b"2"]


def test_a_file_field_of_another_name(said):
    assert said("multipart-other-file-field", fields={"file": "photo"}).files[0].content == PNG


@pytest.mark.parametrize("name", ["honeypot", "multipart-honeypot"])
def test_a_bot_is_greeted_like_a_person_and_ignored(posted, parse, install, name):
    assert parse(posted(name)) == Ignored(reason="honeypot")
    assert inbound.greet(posted(name), install("form")) == inbound.greet(posted("json"), install("form"))


def test_a_name_that_is_too_long_is_cut(said):
    assert said("name-long").speaker.name == "n" * 200


def test_without_a_honeypot_the_field_is_one_like_any_other(said):
    assert said("multipart-honeypot", honeypot="").text == "x"


@pytest.mark.parametrize(
    ("name", "error", "field", "reason"),
    [
        ("message-missing", Invalid, "message", "invalid"),
        ("message-blank", Invalid, "message", "invalid"),
        ("message-nul", Invalid, "message", "invalid"),
        ("empty", Invalid, "message", "invalid"),
        ("email-bad", Invalid, "email", "invalid"),
        ("email-header-break", Invalid, "email", "invalid"),
        ("too-many-fields", TooLarge, "", "too-large"),
        ("json-number", Invalid, "message", "invalid"),
        ("json-object-value", Invalid, "message", "invalid"),
        ("json-file", Invalid, "file", "invalid"),
        ("json-nul", Invalid, "message", "invalid"),
        ("json-list", Malformed, "", "malformed"),
        ("json-empty", Malformed, "", "malformed"),
        ("json-duplicate", Malformed, "", "malformed"),
        ("json-nan", Malformed, "", "malformed"),
        ("json-1e400", Malformed, "", "malformed"),
        ("json-surrogate", Malformed, "", "malformed"),
        ("json-deep", Malformed, "", "malformed"),
        ("json-not-utf8", Malformed, "", "malformed"),
        ("multipart-cut-off", Malformed, "", "malformed"),
        ("multipart-cut-in-headers", Malformed, "", "malformed"),
        ("multipart-base64-bad", Malformed, "", "malformed"),
        ("multipart-no-disposition", Malformed, "", "malformed"),
        ("multipart-part-length-wrong", Malformed, "", "malformed"),
        ("multipart-no-boundary", Malformed, "", "malformed"),
        ("multipart-empty-boundary", Malformed, "", "malformed"),
        ("multipart-long-boundary", Malformed, "", "malformed"),
        ("multipart-other-boundary", Malformed, "", "malformed"),
        ("multipart-empty", Malformed, "", "malformed"),
        ("multipart-only-the-end", Invalid, "message", "invalid"),
        ("multipart-message-as-file", Invalid, "message", "invalid"),
        ("multipart-too-many-files", TooLarge, "file", "too-large"),
        ("multipart-refused-type", Invalid, "file", "invalid"),
        ("text-plain", WrongMediaType, "", "media-type"),
        ("xml", WrongMediaType, "", "media-type"),
        ("no-type", WrongMediaType, "", "media-type"),
    ],
)
def test_what_no_room_could_take_is_told_at_once(posted, install, name, error, field, reason):
    with pytest.raises(error) as refused:
        inbound.greet(posted(name), install("form"))
    assert (type(refused.value), refused.value.field) == (error, field)
    assert field in refused.value.detail
    assert inbound.parse(posted(name), install("form")) == [Ignored(reason=reason)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"message=" + b"x" * 40_001, "message"),
        (b"subject=" + b"s" * 200 + b"&message=" + b"x" * 39_900, "message"),
        (b"message=" + b"%F0%9F%98%80" * 17_000, "message"),
        (b"message=x&file=" + b"x" * 6 * 1024 * 1024, ""),
    ],
)
def test_limits_of_size(envelope, install, body, field):
    with pytest.raises(TooLarge) as refused:
        inbound.greet(envelope("form", body, "application/x-www-form-urlencoded"), install("form"))
    assert refused.value.field == field


def test_a_limit_of_parts(envelope, install):
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    arrived = envelope("form", part * 201 + b"--b--", "multipart/form-data; boundary=b")
    with pytest.raises(TooLarge):
        inbound.greet(arrived, install("form"))


def test_the_vendors_own_names_for_the_fields(envelope, install, parse):
    fields = {"message": "your-text", "email": "mail", "name": "who"}
    body = b"your-text=Hi&mail=a%40b.example&who=Ada&message=other"
    arrival = parse(envelope("form", body, "application/x-www-form-urlencoded"), fields=fields)
    assert (arrival.text, arrival.speaker) == ("Hi", Speaker(name="Ada", email="a@b.example"))
    with pytest.raises(Invalid, match="your-text is needed") as refused:
        inbound.greet(envelope("form", b"mail=", "application/x-www-form-urlencoded"), install("form", fields=fields))
    assert refused.value.field == "your-text"


def test_a_content_length_that_lies_changes_nothing(posted, parse):
    assert parse(posted("multipart", content_length="3")) == parse(posted("multipart"))


@pytest.mark.parametrize(
    "email",
    ["zoë@bücher.example", "a+b@c.example", "a.b'c@d", "x@[1.2.3.4]", "a@b..c", "@b", "a@", "a b@c.d", "<a@b.c>"],
)
def test_e_mail_addresses(envelope, install, email):
    arrived = envelope("form", f'{{"message":"x","email":"{email}"}}'.encode())
    good = email in ("zoë@bücher.example", "a+b@c.example", "a.b'c@d")
    assert isinstance(inbound.parse(arrived, install("form"))[0], Said) is good
