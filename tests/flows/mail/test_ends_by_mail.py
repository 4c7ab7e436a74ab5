"""Who wrote by mail is told by mail how it ended, and says by one click on a page that it is not solved; whoever opens
all links of all mails, as scanners do, changes nothing."""

import re
from typing import Any

import pytest

from chalicelib.desk.outcomes import WORDS
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.flows.mail.test_mails import answer, come, rooms, said
from tests.mails import connect, read
from tests.proofs import prove

ANYONE = Client()
LINK = re.compile(r"https?://[^\s\"'<>)]+")


@pytest.fixture
def install(parley: Parley, tenant: Tenant) -> dict[str, Any]:
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "Ann@acme.example"})
    return connect(tenant.api)


def ended(parley: Parley, tenant: Tenant, install: Any, **customer: str) -> tuple[dict[str, Any], str]:
    """A room that ended, and the path that its mail has to say that it did not."""
    tenant.api.put("/v1/customers/acme", customer)
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    body = {"state": "resolved", "outcome": "solved", "tell": True}
    assert tenant.api.patch(f"/v1/rooms/{room['id']}", body).status == 200
    parley.settle()
    (path,) = {link.partition("parley.test")[2] for link in links(parley) if link.endswith("/end")}
    return room, path


def links(parley: Parley) -> list[str]:
    found = []
    for raw, _ in parley.mailer.sent:
        mail = read(raw)
        for kind in ("plain", "html"):
            found += LINK.findall(mail.get_body((kind,)).get_content())
        found += LINK.findall(str(mail["List-Unsubscribe"]))
    return list(dict.fromkeys(found))


def shown(tenant: Tenant, room: dict[str, Any]) -> tuple[str, str, Any]:
    got = tenant.api.get(f"/v1/rooms/{room['id']}").json
    return got["state"], got["outcome"], got["turn"]


@pytest.mark.parametrize(("language", "words"), [("", "Not solved?"), ("de", "Nicht gelöst?")])
def test_one_click_opens_it_again_with_its_clock(
    parley: Parley, tenant: Tenant, install: Any, language: str, words: str
) -> None:
    room, path = ended(parley, tenant, install, language=language)
    text = read(parley.mailer.sent[-1][0]).get_body(("plain",)).get_content()
    assert " ".join(WORDS[language or "en"]["solved"].split()) in " ".join(text.split())
    assert words in text
    page = ANYONE.get(path)
    assert (page.status, '<button name="do" value="not_solved">' in page.text) == (200, True)
    assert shown(tenant, room) == ("resolved", "solved", None)
    pressed = ANYONE("POST", path, raw="do=not_solved")
    assert (pressed.status, "not_solved" in pressed.text) == (200, False)
    assert shown(tenant, room) == ("open", "", "vendor")
    since = tenant.api.get(f"/v1/rooms/{room['id']}").json["waiting_since"]
    assert since
    ANYONE("POST", path, raw="do=not_solved")
    assert tenant.api.get(f"/v1/rooms/{room['id']}").json["waiting_since"] == since


def test_a_reply_opens_it_again_too(parley: Parley, tenant: Tenant, install: Any) -> None:
    room, _ = ended(parley, tenant, install)
    mail = read(parley.mailer.sent[-1][0])
    come(parley, install, text="No", id_="m7@acme.example", to=mail["Reply-To"].addresses[0].addr_spec)
    assert said(tenant, room)[-1]["text"] == "No"
    assert shown(tenant, room) == ("open", "", "vendor")


def test_who_asked_says_on_the_page_how_it_was(parley: Parley, tenant: Tenant, install: Any) -> None:
    room, path = ended(parley, tenant, install)
    assert "Were you happy with it?" in ANYONE.get(path).text
    done = ANYONE("POST", path, raw="do=unhappy&why=Too+slow%00%3Cb%3E")
    assert (done.status, "Thank you" in done.text, "<b>" in done.text) == (200, True, False)
    (given,) = tenant.api.get("/v1/ratings").json["items"]
    assert (given["room"], given["happy"], given["why"]) == (room["id"], False, "Too slow<b>")
    assert tenant.api.get(f"/v1/rooms/{room['id']}/rating").json == given


def test_whoever_follows_every_link_of_every_mail_changes_nothing(parley: Parley, tenant: Tenant, install: Any) -> None:
    ended(parley, tenant, install)
    before = {key: row.d for key, row in parley.table.rows.items() if row.t not in ("Counter",)}
    found = links(parley)
    assert len(found) >= 2
    for link in found:
        path = link.partition("parley.test")[2]
        for method in ("GET", "HEAD", "OPTIONS"):
            assert ANYONE(method, path).status in (200, 204), (method, path)
    after = {key: row.d for key, row in parley.table.rows.items() if row.t not in ("Counter",)}
    assert after == before


@pytest.mark.parametrize("body", ["", "do=solved", "do=mute", "List-Unsubscribe=One-Click"])
def test_what_does_not_say_that_it_is_not_solved_opens_nothing(
    parley: Parley, tenant: Tenant, install: Any, body: str
) -> None:
    room, path = ended(parley, tenant, install)
    assert ANYONE("POST", path, raw=body).status == 422
    assert shown(tenant, room)[0] == "resolved"


def test_who_is_blocked_or_nobody_opens_nothing(parley: Parley, tenant: Tenant, install: Any) -> None:
    room, path = ended(parley, tenant, install)
    assert ANYONE("POST", "/mails/nothing/end", raw="do=not_solved").status == 404
    tenant.api.put("/v1/customers/acme", {"state": "blocked"})
    assert ANYONE("POST", path, raw="do=not_solved").status == 404
    assert shown(tenant, room)[0] == "resolved"
