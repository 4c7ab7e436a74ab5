"""Slack on the running stack: what a customer types in one channel appears in another and in the vendor's own, the
agent's answer there in all others; edit, delete, reaction and file cross, and nothing echoes."""

import time

import urllib3

from tests.emulators import emulators
from tests.journeys.caller import Caller, eventually
from tests.slack import AGENT, ANN, BOT, SEED, SIGNING, EmulatedSlack
from tests.stack import LocalStack


def test_a_conversation_crosses_between_channels_and_the_vendors_own(stack: LocalStack) -> None:
    api = Caller(stack.base_url, stack.workspace["api_key"])
    api.post("/v1/agents", {"name": "Agent Smith", "role": "agent", "email": "agent@vendor.example"})
    room = api("PUT", "/v1/customers/slackers", {"name": "Slackers"}).json["triage_room"]
    with emulators("slack", seed=SEED) as at:
        install = api.post("/v1/installs", {"kind": "slack", "name": "Slack", "credentials": {"signing": SIGNING}})
        try:
            play(api, room, install, at["slack"])
        finally:
            assert api("DELETE", f"/v1/installs/{install['id']}").status == 204


def play(api: Caller, room: str, install: dict, base: str) -> None:
    def post(raw: bytes, headers: dict[str, str]) -> None:
        got = urllib3.request("POST", install["url"], body=raw, headers=headers, retries=False, timeout=60)
        assert got.status == 200, got.data

    slack = EmulatedSlack(base, post, times=2)
    one, two, support = (slack.channels[name] for name in ("acme-help", "beta-help", "support"))
    config = {"base_url": base, "team": slack.team, "agent_channel": support}
    assert api("PATCH", f"/v1/installs/{install['id']}", {"config": config, "credentials": {"bot": BOT}}).status == 200
    shown = api.post(f"/v1/installs/{install['id']}/try")
    assert (shown["account"], shown["missing"]) == ("Vendor", [])
    for channel in (one, two):
        api.post(f"/v1/rooms/{room}/bridges", {"install": install["id"], "conversation": channel})
    time.sleep(1.1)  # the emulator's timestamps are whole seconds: none shall be from before the binding

    root = slack.say(ANN, one, "It is *broken*")
    eventually(lambda: slack.texts(two) == ["It is *broken*"])
    card = eventually(lambda: next((m for m in slack.history(support) if "slackers" in m["text"]), None))["ts"]
    copy = eventually(lambda: next(iter(slack.replies(support, card)), None))
    assert (copy["text"], copy["username"]) == ("It is *broken*", "ann (slackers)")

    time.sleep(1.1)  # nor from before the thread was the room's
    answer = slack.say(AGENT, support, "We are on it", thread=card)
    slack.say(AGENT, support, "note: for us alone", thread=card)
    for channel in (one, two):
        eventually(lambda channel=channel: slack.texts(channel)[1:] == ["We are on it"])

    slack.edit(AGENT, support, answer, "We look into it")
    slack.edit(ANN, one, root, "It is broken, again")
    out = slack.history(two)[0]["ts"]
    slack.react(ANN, two, out, "eyes")
    slack.share(ANN, one, "log.txt", b"a log", "Here is the log")
    wanted = ["It is broken, again", "We look into it", "Here is the log"]
    eventually(lambda: slack.texts(one) == wanted and slack.texts(two)[:3] == wanted)
    eventually(lambda: [r["name"] for r in slack.history(one)[0].get("reactions", [])] == ["eyes"])

    def shared() -> list[bytes]:
        threads = [*slack.replies(support, card), *slack.replies(two, slack.history(two)[2]["ts"])]
        files = [file for message in threads for file in message.get("files", [])]
        token = {"Authorization": f"Bearer {AGENT}"}
        return [
            urllib3.request("GET", file["url_private"], headers=token, retries=False, timeout=60).data for file in files
        ]

    eventually(lambda: shared() == [b"a log", b"a log"])
    slack.remove(AGENT, support, answer)
    eventually(lambda: "We look into it" not in slack.texts(one) + slack.texts(two))

    messages = api.get(f"/v1/rooms/{room}/messages?after=0")["items"]
    assert [(m["author"]["name"], m["internal"], m["deleted"]) for m in messages] == [
        ("ann", False, False),
        ("Agent Smith", False, True),
        ("Agent Smith", True, False),
        ("ann", False, False),
    ]
    rows = eventually(lambda: settled(api, room))
    assert {row["state"] for row in rows} == {"sent"}, rows
    assert [m for m in slack.history(one) + slack.history(two) if "us alone" in m["text"]] == []


def settled(api: Caller, room: str) -> list[dict] | None:
    rows = [row for row in api.all(f"/v1/rooms/{room}/deliveries") if row["channel"] == "slack"]
    return rows if all(row["state"] != "queued" for row in rows) else None
