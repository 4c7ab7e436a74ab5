"""What is shown in place is what a file's bytes prove it to be, whatever a stranger calls it."""

import re

import pytest

from chalicelib.desk.files import TEXT_SHOWN
from tests.api import Client, Tenant
from tests.fakes import Parley

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
FILES: dict[str, tuple[str, bytes, str]] = {
    "a PDF": ("application/pdf", b"%PDF-1.7\n\xe2\xe3", "application/pdf"),
    "a PDF that says it is a page": ("text/html", b"%PDF-1.7\n", "application/pdf"),
    "a picture": ("image/png", PNG, "image/png"),
    "a picture of another kind": ("image/png", b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
    "a page that says it is a PDF": ("application/pdf", b"<html><script>x()</script>", "text/plain"),
    "a drawing that runs scripts": ("image/svg+xml", b'<svg onload="x()"/>', "text/plain"),
    "a log with colours": ("application/octet-stream", "12:00 \x1b[31mFehler: zu spät\n".encode(), "text/plain"),
    "a log with a mark before it": ("text/plain", b"\xef\xbb\xbfwell", "text/plain"),
    "an archive": ("application/zip", b"PK\x03\x04\0\0", ""),
    "a program that says it is text": ("text/plain", b"\x7fELF\x02\x01\x01\0", ""),
    "letters of another set": ("text/plain", "zu spät".encode("latin-1"), ""),
}


def kept(parley: Parley, tenant: Tenant, type_: str, content: bytes) -> str:
    """The lasting link to a file, as a path."""
    made = tenant.user().post("/v1/attachments", {"name": "file", "size": len(content), "type": type_}).json
    parley.files.put(made["upload"]["fields"]["key"], content, type_)
    return re.sub("^https?://[^/]+", "", made["url"])


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_shown_as_what_it_is(parley: Parley, tenant: Tenant, name: str) -> None:
    declared, content, type_ = FILES[name]
    got = Client().get(kept(parley, tenant, declared, content) + "/view")
    if not type_:
        assert got.status == 404
        return
    assert got.json["type"] == type_
    if type_ == "text/plain":
        assert (got.json["url"], got.json["text"]) == (None, content.decode("utf-8-sig"))
    else:
        assert f"inline={type_}" in got.json["url"], "the bucket says it, and nothing else"


def test_a_long_log_is_shown_from_its_beginning_and_no_letter_is_cut(parley: Parley, tenant: Tenant) -> None:
    log = "x" + "ä" * TEXT_SHOWN
    got = Client().get(kept(parley, tenant, "text/plain", log.encode()) + "/view").json
    assert got["whole"] is False
    assert got["text"] == log[: TEXT_SHOWN // 2]


def test_whoever_has_not_the_link_sees_nothing(parley: Parley, tenant: Tenant) -> None:
    path = kept(parley, tenant, "text/plain", b"ours")
    assert Client().get(path[:-1] + "/view").status == 404


@pytest.mark.usefixtures("parley")
def test_the_page_frames_what_lies_in_the_bucket_and_nothing_else() -> None:
    policy = Client().get("/console").headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["frame-src"] == "https://bucket.example"
    assert rules["trusted-types"] == "parley-worker"
