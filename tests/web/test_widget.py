"""The widget as it is served: small, of one piece, cached, for pages of any origin, in two languages."""

import gzip

import pytest

from chalicelib.edge.pages.serve import built
from tests.api import Client
from tests.web.javascript import needs_node, run

LARGEST = 25 * 1024  # bytes, as API Gateway sends it


def test_it_is_small_with_its_styles_and_strings() -> None:
    size = len(gzip.compress(built("widget.js")[0].encode(), 6))
    assert size <= LARGEST, size


@pytest.mark.usefixtures("parley")
def test_it_is_served_to_any_origin_and_cached() -> None:
    got = Client().get("/widget.js")
    assert got.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=300" in got.headers["Cache-Control"]
    etag = got.headers["ETag"]
    again = Client()("GET", "/widget.js", headers={"If-None-Match": etag})
    assert (again.status, again.text) == (304, "")
    assert "immutable" in Client().get("/widget.js", v=etag.strip('"')).headers["Cache-Control"]
    assert "immutable" not in Client().get("/widget.js", v="old").headers["Cache-Control"]


def test_it_loads_nothing_from_elsewhere() -> None:
    text = built("widget.js")[0]
    assert not [word for word in ("importScripts", "<script", "cdn.", "@import", "url(") if word in text]


@needs_node
@pytest.mark.parametrize("module", ["strings", "usage_strings"])
def test_every_language_says_everything(module: str) -> None:
    code = f"""import {{STRINGS}} from "widget/{module}.js";
    const shape = (all) => Object.entries(all).map(([key, said]) => [key, typeof said === "string" ? 0 : said.length]);
    tell(Object.fromEntries(Object.entries(STRINGS).map(([name, all]) => [name, shape(all)])))"""
    fields = {name: dict(pairs) for name, pairs in run(code).items()}
    assert set(fields) == {"en", "de"}
    same = {"reacted"}  # said alike
    assert {key: fields["en"][key] for key in fields["en"] if key not in same} == fields["de"]


@needs_node
def test_a_language_is_chosen_by_its_tag() -> None:
    code = """import {speaker} from "widget/strings.js";
    tell([speaker("de-AT")("send"), speaker("fr")("send"), speaker("de")("cancel"), speaker("en")("openUnread", 3)])"""
    assert run(code) == ["Senden", "Send", "Abbrechen", "Open support, 3 unread"]
