"""Agents without an open console on the running stack: assigned and named, they get one mail with links into the rooms;
what they answer is a note; and a scanner that follows every link of every mail changes nothing."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.caller import Caller, eventually, user_token
from tests.mails import basic, connect, postmark
from tests.stack import LocalStack
from tests.usage import basic as write_key

URL = re.compile(r"https?://[^\s<>\"']+")


@pytest.fixture(scope="module")
def stack(own_time: LocalStack) -> LocalStack:
    return own_time


@pytest.fixture(scope="module")
def workspace(stack: LocalStack) -> Any:
    """One of its own: answers come in over its only mail install."""
    return Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Alerted"})


@pytest.fixture(scope="module")
def api(stack: LocalStack, workspace: Any) -> Caller:
    return Caller(stack.base_url, workspace["api_key"])


@pytest.fixture(scope="module")
def install(api: Caller) -> Any:
    made = connect(api, address="alerts@in.acorn.example", away=False)
    yield made
    api("DELETE", f"/v1/installs/{made['id']}")


class Colleague:
    """An agent with an address and a key of their own."""

    def __init__(self, stack: LocalStack, api: Caller, name: str) -> None:
        self.stack, self.email = stack, f"{name.lower()}@alerted.example"
        self.id = api.post("/v1/agents", {"name": name, "role": "agent", "email": self.email})["id"]
        key = api.post("/v1/api-keys", {"name": name, "agent": self.id, "scopes": ["read", "write"]})["key"]
        self.api = Caller(stack.base_url, key)

    @property
    def mails(self) -> list[Any]:
        """What they have got, oldest first."""
        return [mail for mail in self.stack.mails() if mail["X-Envelope-To"] == self.email][::-1]


def words(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def links(mail: Any) -> set[str]:
    """Every link that a scanner finds in a mail."""
    shown = mail.get_body(("html",)).get_content()
    return (
        set(URL.findall(words(mail)))
        | set(re.findall(r'href="(http[^"]+)"', shown))
        | set(URL.findall(str(mail["List-Unsubscribe"])))
    )


def room_of(api: Caller, name: str) -> str:
    return str(api.post("/v1/rooms", {"name": name, "customer": "alerted"})["id"])


def said(api: Caller, room: str) -> list[tuple[str, str, bool]]:
    messages = api.all(f"/v1/rooms/{room}/messages")[::-1]
    return [(each["author"]["name"], each["text"], each["internal"]) for each in messages]


def test_one_mail_tells_it_all_and_its_answer_is_a_note(
    stack: LocalStack, workspace: Any, api: Caller, install: Any
) -> None:
    api("PUT", "/v1/customers/alerted", {"name": "Alerted"})
    bea, cyd = Colleague(stack, api, "Bea"), Colleague(stack, api, "Cyd")
    one, other = room_of(api, "Export"), room_of(api, "Import")
    ann = Caller(stack.base_url, user_token(workspace, "alerted", "ann", name="Ann"))
    ann.post(f"/v1/rooms/{one}/messages", {"text": "It is down"})
    assert api("PATCH", f"/v1/rooms/{one}", {"assignees": [bea.id]}).status == 200
    api.post(f"/v1/rooms/{one}/messages", {"text": "@Bea, look", "internal": True, "mentions": [bea.id]})
    api.post(f"/v1/rooms/{other}/messages", {"text": "@Bea and @Cyd", "internal": True, "mentions": [bea.id, cyd.id]})
    eventually(lambda: api.get(f"/v1/rooms/{one}")["turn"] == "vendor")
    assert bea.mails == []

    def gathered() -> bool:
        """The stream has told of all of it, whenever that was: then it is one mail."""
        stack.pass_to("+3m")
        return bool(bea.mails and cyd.mails)

    eventually(lambda: all(api.get(f"/v1/rooms/{room}") for room in (one, other)))
    eventually(gathered)
    [mail], [short] = bea.mails, cyd.mails
    assert f"{stack.base_url}/console#/inbox/open/{one}" in words(mail)
    assert f"{stack.base_url}/console#/inbox/open/{other}" in words(mail)
    assert "put you on it" in words(mail)
    assert "named you" in words(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"console#/inbox/open/{other}" in words(short)

    def everything() -> Any:
        rooms = [api.get(f"/v1/rooms/{room}") for room in (one, other)]
        return rooms, [said(api, room) for room in (one, other)], bea.api.get("/v1/me/alerts")

    before = everything()
    scanner = Caller(stack.base_url)
    for link in sorted(links(mail) | links(short)) * 2:
        for method in ("GET", "HEAD"):
            assert scanner(method, link.partition("#")[0]).status == 200, link
    assert everything() == before

    def answer(id_: str, sender: str, text: str, **more: Any) -> None:
        to = short["Reply-To"].addresses[0].addr_spec
        posted = postmark(sender=sender, to=to, id_=id_, text=text, subject=f"Re: {short['Subject']}", **more)
        got = Caller(stack.base_url)(
            "POST", f"/in/email/{install['id']}", posted, Authorization=basic(install["secret"])
        )
        assert got.status == 200, got.body

    answer("x1@alerted.example", "ann@alerted.example", "Not for customers")
    answer("x2@alerted.example", cyd.email, "Somebody else says this", spf="Fail")
    for _ in range(2):
        answer("x3@alerted.example", cyd.email, "I know this one")
    eventually(lambda: ("Cyd", "I know this one", True) in said(api, other))
    ignored = eventually(
        lambda: (found := api.all(f"/v1/installs/{install['id']}/ignored")) and len(found) == 2 and found
    )
    assert {each["because"] for each in ignored} == {
        "It answers a mail that told an agent of a room, and does not prove that agent's address."
    }
    assert [text for _, text, internal in said(api, other) if not internal] == []
    assert len([text for _, text, _ in said(api, other)]) == 2

    stop = str(mail["List-Unsubscribe"]).strip("<>")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    stopped = scanner.pool.request("POST", stop, body=b"List-Unsubscribe=One-Click", headers=form)
    assert stopped.status == 200
    assert not any("mail" in ways for ways in bea.api.get("/v1/me/alerts")["ways"].values())
    assert stack.denied() == []


def test_a_surge_is_told_its_owner_asked_once_and_explained_by_the_customer(
    stack: LocalStack, workspace: Any, api: Caller
) -> None:
    """Usage comes in over ten weeks' days; the owner hears, asks, writes the answer down; the next one asks nobody."""
    api("PUT", "/v1/customers/seasonal", {"name": "Seasonal"})
    dot = Colleague(stack, api, "Dot")
    signal = {"kind": "surge", "owner": dot.id, "sentence": "Ask them.", "period_days": 1, "on": True}
    api.post("/v1/segments", {"name": "Watched", "customers": ["seasonal"], "signal": signal})
    source = api.post("/v1/usage/sources", {"name": "Backend"})["id"]
    key = api.post(f"/v1/usage/sources/{source}/keys")["key"]

    def call(by_day: dict[int, int]) -> None:
        """Calls of days, counted from today on."""
        now = datetime.fromtimestamp(stack.now(), UTC)
        events = [
            {
                "type": "track",
                "event": "API Called",
                "messageId": f"{now:%Y%m%d}{n}",
                "userId": "ann",
                "timestamp": (now + timedelta(days=n)).isoformat(),
                "context": {"groupId": "seasonal"},
                "properties": {"key": "k1", "calls": calls, "status": 200},
            }
            for n, calls in by_day.items()
        ]
        got = Caller(stack.base_url)("POST", "/v1/batch", {"batch": events}, **write_key(key))
        assert got.status == 200, got.body

    def raised(many: int) -> Any:
        stack.pass_to("+6m")
        found = api.all("/v1/signals?customer=seasonal")
        return found if len(found) == many else None

    call({-n: 300 for n in range(1, 66)} | {0: 3000})
    (one,) = eventually(lambda: raised(1), 120)
    assert one["found"]["count"] == 3000

    def linked() -> set[str]:
        """The rooms that mails to the owner lead into."""
        stack.pass_to("+3m")
        return {room for mail in dot.mails for room in re.findall(r"room_[0-9a-z]+", words(mail))}

    eventually(lambda: one["room"] in linked())
    dot.api.post(f"/v1/signals/{one['id']}/question", {"text": "You call much more. A launch?"})
    assert dot.api("POST", f"/v1/signals/{one['id']}/question", {"text": "Well?"}).status == 409
    now = int(stack.now())
    ann = Caller(stack.base_url, user_token(workspace, "seasonal", "ann", name="Ann", iat=now, exp=now + 3600))
    triage = str(api.get("/v1/customers/seasonal")["triage_room"])
    said_by_ann = ann.post(f"/v1/rooms/{triage}/messages", {"text": "Our sales, for two weeks."})["id"]
    until = (datetime.fromtimestamp(now, UTC) + timedelta(days=14)).date().isoformat()
    reason = {"cause": "season", "until": until, "message": said_by_ann, "signal": one["id"]}
    explained = dot.api.post("/v1/customers/seasonal/reasons", reason)
    assert explained["text"] == "Our sales, for two weeks."
    before = said(api, triage)
    stack.pass_to("+48h")
    call({0: 4000})
    newest = eventually(lambda: raised(2), 120)[0]
    assert (newest["reason"], newest["room"]) == (explained["id"], None)
    assert said(api, triage) == before
    assert linked() <= {one["room"], triage}
    (asked,) = api.all("/v1/customers/seasonal/questions")
    assert (asked["why"], asked["by"], asked["about"]) == ("signal", dot.id, one["id"])
    assert stack.denied() == []
