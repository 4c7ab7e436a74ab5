"""Set-up, origins, pace, and what a browser gets."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from chalicelib.channels.form import inbound, page
from chalicelib.desk.errors import Forbidden, Invalid

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
SITE = "https://www.acme.example"
CSP = page.headers()["Content-Security-Policy"]
WHOLE = {
    "fields": {"name": "name", "email": "email", "message": "message", "file": "file", "subject": "subject"},
    "allowed_origins": [],
    "honeypot": "website",
    "per_hour": 30,
    "redirect": "",
    "max_files": 5,
}


def test_the_config_is_complete_and_stable():
    assert inbound.check({}) == WHOLE
    assert inbound.check(WHOLE) == WHOLE


def test_what_is_set_is_kept_and_origins_are_written_as_browsers_do():
    asked = {
        "fields": {"message": "text"},
        "allowed_origins": [
            "https://WWW.acme.example:443/",
            "http://localhost:3000",
            "http://a.example:80",
            "https://[::1]:8443",
        ],
        "honeypot": "",
        "redirect": "https://acme.example/thanks?x=1#top",
        "per_hour": 1,
        "max_files": 0,
    }
    kept = inbound.check(asked)
    assert kept["fields"] == WHOLE["fields"] | {"message": "text"}
    assert kept["allowed_origins"] == [
        "https://www.acme.example",
        "http://localhost:3000",
        "http://a.example",
        "https://[::1]:8443",
    ]
    assert {name: kept[name] for name in ("honeypot", "redirect", "per_hour", "max_files")} == {
        name: asked[name] for name in ("honeypot", "redirect", "per_hour", "max_files")
    }
    assert inbound.check(kept) == kept


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"colour": "red"}, "config.colour"),
        ({"fields": {"phone": "tel"}}, "config.fields.phone"),
        ({"fields": {"name": ""}}, "config.fields.name"),
        ({"fields": {"name": "a\n"}}, "config.fields.name"),
        ({"fields": {"name": "email"}}, "config.fields.email"),
        ({"fields": {"name": "website"}}, "config.fields.name"),
        ({"fields": {"name": 5}}, "config.fields[...]"),
        ({"fields": ["name"]}, "config.fields"),
        ({"honeypot": "message"}, "config.fields.message"),
        ({"honeypot": "x" * 101}, "config.honeypot"),
        ({"allowed_origins": "https://a.example"}, "config.allowed_origins"),
        ({"allowed_origins": ["https://a.example", "a.example"]}, "config.allowed_origins[1]"),
        ({"allowed_origins": ["https://a.example/path"]}, "config.allowed_origins[0]"),
        ({"allowed_origins": ["*"]}, "config.allowed_origins[0]"),
        ({"allowed_origins": ["null"]}, "config.allowed_origins[0]"),
        ({"allowed_origins": ["https://a.example"] * 51}, "config.allowed_origins"),
        ({"per_hour": 0}, "config.per_hour"),
        ({"per_hour": True}, "config.per_hour"),
        ({"per_hour": "30"}, "config.per_hour"),
        ({"max_files": -1}, "config.max_files"),
        ({"redirect": "http://a.example"}, "config.redirect"),
        ({"redirect": "//a.example"}, "config.redirect"),
        ({"redirect": "/\\a.example"}, "config.redirect"),
        ({"redirect": "thanks"}, "config.redirect"),
        ({"redirect": "javascript:alert(1)"}, "config.redirect"),
        ({"redirect": "https://a.example/\r\nx:y"}, "config.redirect"),
        ({"redirect": "https://"}, "config.redirect"),
        ({"redirect": "https://[a"}, "config.redirect"),
        ({"redirect": "https://a.example:x"}, "config.redirect"),
    ],
)
def test_what_cannot_be_is_named(asked, field):
    with pytest.raises(Invalid) as refused:
        inbound.check(asked)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("allowed", "headers", "good"),
    [
        ([], {"origin": "https://evil.example"}, True),
        ([SITE], {"origin": SITE}, True),
        ([SITE], {"origin": SITE.upper()}, True),
        ([SITE], {}, True),
        ([SITE], {"origin": "https://evil.example"}, False),
        ([SITE], {"origin": "http://www.acme.example"}, False),
        ([SITE], {"origin": SITE + ":8443"}, False),
        ([SITE], {"origin": SITE + ".evil.example"}, False),
        ([SITE], {"origin": "null"}, False),
        ([SITE], {"origin": "https://parley.example", "host": "parley.example"}, True),
        ([SITE], {"origin": "https://parley.example.evil.example", "host": "parley.example"}, False),
        ([SITE], {"origin": "https://[", "host": "parley.example"}, False),
        ([SITE], {"origin": "null", "host": ""}, False),
    ],
)
def test_origins(envelope, install, allowed, headers, good):
    def verify():
        inbound.verify(
            envelope("form", b"", **headers), install("form", **inbound.check({"allowed_origins": allowed})), {}, now=0
        )

    if good:
        return verify()
    with pytest.raises(Forbidden):
        verify()
    return None


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_the_pace_is_by_install_and_household(envelope, install, address, counted):
    import msgspec

    arrived = msgspec.structs.replace(envelope("form", b""), address=address)
    assert inbound.pace(arrived, install("form", per_hour=7)) == (f"form#ins_1#{counted}", 7)


def test_each_submission_is_a_conversation(envelope):
    assert inbound.group(envelope("form", b"")) == "env_1"


def test_what_a_script_gets(posted, install):
    for accept in ({}, {"accept": "*/*"}, {"accept": "application/json"}):
        greeting = inbound.greet(posted("json", **accept), install("form", redirect="https://a.example/"))
        assert (greeting.status, greeting.body) == (202, '{"accepted": true, "id": "env_1"}')
        assert greeting.headers == {"Content-Type": "application/json"}


def test_what_a_browser_gets(posted, install):
    greeting = inbound.greet(posted("urlencoded", accept=HTML), install("form"))
    assert greeting.status == 202
    assert "Thank you" in greeting.body
    assert [link["href"] for link in Tags(greeting.body).all("a")] == [""], "it is no dead end: another one is written"
    assert greeting.headers["Content-Security-Policy"] == CSP


def test_where_a_browser_is_sent(posted, install):
    greeting = inbound.greet(posted("urlencoded", accept=HTML), install("form", redirect="/thanks"))
    assert (greeting.status, greeting.headers, greeting.body) == (303, {"Location": "/thanks"}, "")


class Tags(HTMLParser):
    """All start tags with their attributes."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def test_the_page_has_the_fields_and_posts_to_itself(install):
    tags = Tags(page.page(install("form", fields={"message": "te<x>t"})))
    [form] = tags.all("form")
    assert (form["method"], form["enctype"], form.get("action")) == ("post", "multipart/form-data", None)
    names = [attrs["name"] for attrs in tags.all("input") + tags.all("textarea")]
    assert names == ["name", "email", "file", "website", "te<x>t"]
    needed = [attrs["name"] for attrs in tags.all("input") + tags.all("textarea") if "required" in attrs]
    assert needed == ["email", "te<x>t"], "nobody can answer a question without an address"


def test_every_field_of_the_page_has_a_label(install):
    tags = Tags(page.page(install("form")))
    labels = {attrs["for"] for attrs in tags.all("label")}
    assert labels == {attrs["id"] for attrs in tags.all("input") + tags.all("textarea")}
    assert tags.all("html") == [{"lang": "en"}]
    assert any(attrs.get("name") == "viewport" for attrs in tags.all("meta"))


def test_the_page_escapes_and_has_no_script(install):
    html = page.page(install("form"), 'message is <b> & "needed"')
    assert "Help &amp; &lt;advice&gt;" in html
    assert "message is &lt;b&gt; &amp; &quot;needed&quot;" in html
    assert "<script" not in html
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)


def test_the_policy_allows_just_the_style_of_the_page(install):
    style = re.search(r"<style>(.*)</style>", page.page(install("form")), re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CSP
    assert "default-src 'none'" in CSP


def test_the_policy_lets_the_form_go_where_it_redirects(install):
    def policy(redirect):
        return page.headers(install("form", redirect=redirect))["Content-Security-Policy"]

    assert "form-action 'self' https://a.example:8443;" in policy("https://a.example:8443/thanks")
    assert policy("/thanks") == policy("") == CSP


def test_a_form_without_files_or_honeypot(install):
    tags = Tags(page.page(install("form", max_files=0, honeypot="")))
    assert [attrs["name"] for attrs in tags.all("input")] == ["name", "email"]
