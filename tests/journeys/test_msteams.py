"""On the running stack: a bot in a tenant of the twin's takes a question in and brings the answer back, once each."""

import uuid

from tests.journeys.caller import Caller, eventually
from tests.peers.msteams import APP, PASSWORD, TeamsPeer
from tests.stack import LocalStack


def test_a_question_in_teams_and_its_answer(stack: LocalStack) -> None:
    api = Caller(stack.base_url, stack.workspace["api_key"])
    customer = f"teams-{uuid.uuid4().hex[:8]}"
    api("PUT", f"/v1/customers/{customer}", {})
    room = api.get(f"/v1/rooms?customer={customer}")["items"][0]["id"]
    with TeamsPeer() as teams:
        body = {"kind": "msteams", "name": "Teams", "config": {"app_id": APP, "services": teams.services()}}
        install = api.post("/v1/installs", body | {"credentials": {"app_password": PASSWORD}})
        teams.bot = install["url"]
        code = api.post(f"/v1/rooms/{room}/connect-codes")["code"]
        teams.say("29:ann", f"connect {code}")
        assert teams.deliver(times=2) == [202, 202]
        eventually(lambda: any("Connected" in each["text"] for each in teams.messages.values()))

        question = teams.say("29:ann", "Our webhooks stopped")
        assert set(teams.deliver(times=3, seed=1)) == {202}
        eventually(lambda: len(api.all(f"/v1/rooms/{room}/messages?after=0")) == 1)
        (message,) = api.all(f"/v1/rooms/{room}/messages?after=0")
        assert (message["text"], message["author"]["name"]) == ("Our webhooks stopped", "Ann Lee")

        api.post(f"/v1/rooms/{room}/messages", {"text": "On it", "reply_to": message["id"]})
        eventually(lambda: [m["root"] for m in teams.messages.values() if "On it" in m["text"]] == [question])
        api("DELETE", f"/v1/installs/{install['id']}")
