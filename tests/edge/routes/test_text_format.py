"""`text` is CommonMark; with `"format": "plain"` it is the characters that it has, wherever it is shown."""

import pytest

from chalicelib.desk.plain_text import plain
from tests.api import Client, Tenant

SAID = "call __init__() with *args\n    # and `x`\n> done"


def glimpse(tenant: Tenant, room: str) -> str:
    return str(tenant.api.get(f"/v1/rooms/{room}").json["last_message"]["text"])


def test_what_is_plain_shows_the_same_characters(tenant: Tenant) -> None:
    room = tenant.triage()
    message = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": SAID, "format": "plain"}).json
    assert plain(message["text"]) == SAID
    assert glimpse(tenant, room) == " ".join(SAID.split())
    path = f"/v1/rooms/{room}/messages/{message['id']}"
    edited = tenant.api.patch(path, {"text": f"{SAID}\n# too", "format": "plain"}).json
    assert plain(edited["text"]) == f"{SAID}\n# too"


def test_what_is_markdown_stays_as_it_is_and_is_glimpsed_without_its_signs(tenant: Tenant) -> None:
    room = tenant.triage()
    text = "**Ann**, see `a_b` and [this](https://a.example)"
    message = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": text}).json
    assert message["text"] == text
    assert glimpse(tenant, room) == "Ann, see a_b and this"


def test_a_visitor_may_ask_in_plain_characters(tenant: Tenant) -> None:
    tenant.api.patch("/v1/workspace", {"visitors": True})
    body = {"workspace": tenant.id, "name": "V", "email": "v@x.example", "text": "*help* me", "format": "plain"}
    room = Client().post("/v1/visitors", body).json["room"]
    assert room["name"] == "*help* me"
    (said,) = tenant.api.get(f"/v1/rooms/{room['id']}/messages").json["items"]
    assert said["text"] == "\\*help\\* me"


def test_every_text_for_people_may_be_plain(tenant: Tenant) -> None:
    text, escaped = "*a* {{customer.name | *x*}}", "\\*a\\* {{customer.name | *x*}}"
    api = tenant.api
    issue = api.post("/v1/issues", {"title": "*t*", "text": "*a*", "public_text": "_b_", "format": "plain"}).json
    assert (issue["title"], issue["text"], issue["public_text"]) == ("*t*", "\\*a\\*", "\\_b\\_")
    changed = api.patch(f"/v1/issues/{issue['id']}", {"text": "# c", "format": "plain"}).json
    assert (changed["text"], changed["public_text"]) == ("\\# c", "\\_b\\_")
    assert api.patch(f"/v1/issues/{issue['id']}", {"text": "# c"}).json["text"] == "# c"
    notice = api.post(f"/v1/issues/{issue['id']}/notices", {"text": text, "format": "plain"}).json
    assert notice["text"] == escaped
    again = api.patch(f"/v1/notices/{notice['id']}", {"text": f"{text}.", "format": "plain"}).json
    assert again["text"] == f"{escaped}."
    tenant.customer("acme")
    draft = {"customers": ["acme"], "text": text, "variants": {"de": "_d_ {{customer.name}}"}, "format": "plain"}
    broadcast = api.post("/v1/broadcasts", draft).json
    assert (broadcast["text"], broadcast["variants"]) == (escaped, {"de": "\\_d\\_ {{customer.name}}"})
    snippet = api.post("/v1/snippets", {"name": "*n*", "text": text, "format": "plain"}).json
    assert (snippet["name"], snippet["text"]) == ("*n*", escaped)
    path = f"/v1/snippets/{snippet['id']}"
    assert api.patch(path, {"text": "`d`", "format": "plain"}).json["text"] == "\\`d\\`"
    assert api.patch(path, {"name": "e", "format": "plain"}).json["text"] == "\\`d\\`"


def test_a_plain_text_has_room_for_its_escaped_signs_or_is_refused_by_name(tenant: Tenant) -> None:
    got = tenant.api.post("/v1/snippets", {"name": "n", "text": "*x*" * 2_500, "format": "plain"})
    assert (got.status, got.json["field"]) == (422, "text")


@pytest.mark.parametrize("body", [{"text": "a", "format": "html"}, {"text": "a", "format": None}])
def test_another_format_is_refused_by_name(tenant: Tenant, body: dict[str, object]) -> None:
    got = tenant.api.post(f"/v1/rooms/{tenant.triage()}/messages", body)
    assert (got.status, got.json["field"]) == (422, "format")


def test_an_escaped_text_is_measured_as_it_is_kept(tenant: Tenant) -> None:
    got = tenant.api.post(f"/v1/rooms/{tenant.triage()}/messages", {"text": "*x*" * 13_000, "format": "plain"})
    assert (got.status, got.json["field"]) == (413, "text")
