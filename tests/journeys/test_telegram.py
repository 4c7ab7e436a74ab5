"""On the running stack: a bot in a group of the twin's takes a question and a file in, brings the answer back, its edit
and a reaction, once each."""

import urllib.request
import uuid

from tests.journeys.caller import Caller, eventually
from tests.peers.telegram import ANN, GROUP, TOKEN, TelegramPeer
from tests.stack import LocalStack


def test_a_question_in_telegram_and_its_answer(stack: LocalStack) -> None:
    api = Caller(stack.base_url, stack.workspace["api_key"])
    customer = f"telegram-{uuid.uuid4().hex[:8]}"
    api("PUT", f"/v1/customers/{customer}", {})
    room = api.get(f"/v1/rooms?customer={customer}")["items"][0]["id"]
    with TelegramPeer() as telegram:
        body = {"kind": "telegram", "name": "Telegram", "config": telegram.settings(), "credentials": {"token": TOKEN}}
        install = api.post("/v1/installs", body)
        tried = api.post(f"/v1/installs/{install['id']}/try")
        assert (tried["ok"], tried["account"]) == (True, "@parley_bot"), tried
        assert telegram.hook.endswith(f"/in/telegram/{install['id']}")
        telegram.hook = install["url"]
        code = api.post(f"/v1/rooms/{room}/connect-codes")["code"]
        telegram.say(ANN, f"/connect {code}")
        assert telegram.deliver(times=2) == [200, 200]
        eventually(lambda: any("Connected" in each for each in telegram.said()))

        question = telegram.say(ANN, "Our webhooks stopped")
        telegram.share(ANN, "trace.log", b"500 at noon", caption="The log")
        assert set(telegram.deliver(times=2, seed=1)) == {200}
        eventually(lambda: len(api.all(f"/v1/rooms/{room}/messages?after=0")) == 2)
        message, filed = sorted(
            api.all(f"/v1/rooms/{room}/messages?after=0"), key=lambda each: len(each["attachments"])
        )
        assert (message["text"], message["author"]["name"]) == ("Our webhooks stopped", "Ann Lee")
        with urllib.request.urlopen(filed["attachments"][0]["url"], timeout=15) as got:
            assert got.read() == b"500 at noon"

        answer = api.post(f"/v1/rooms/{room}/messages", {"text": "**On** it", "reply_to": message["id"]})
        eventually(lambda: any(each.endswith("On it") for each in telegram.said()))
        sent = next(each for each in telegram.messages.values() if each.get("text", "").endswith("On it"))
        assert sent["reply_to_message"]["message_id"] == question
        api("PATCH", f"/v1/rooms/{room}/messages/{answer['id']}", {"text": "Solved"})
        eventually(lambda: any(each.endswith("Solved") for each in telegram.said()))
        telegram.react(ANN, sent["message_id"], ["❤"])
        api("PUT", f"/v1/rooms/{room}/messages/{message['id']}/reactions/%F0%9F%91%80")
        assert telegram.deliver(times=2) == [200, 200]
        eventually(lambda: telegram.reactions.get((GROUP, question)) == ["👀"])
        eventually(lambda: "❤️" in str(api.get(f"/v1/rooms/{room}/messages/{answer['id']}")["reactions"]))
        assert sum(each.endswith("Solved") for each in telegram.said()) == 1
        api("DELETE", f"/v1/installs/{install['id']}")
