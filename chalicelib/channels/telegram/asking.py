"""What is asked of Telegram about people, files and how the bot stands, and how an order is answered."""

import time
from typing import Any

from ...desk.arrivals import File
from ...desk.outside_people import Shown
from ...desk.tickets import Probe
from ...desk.workspaces import Install
from ...ports import Outside, ProviderRefused, Secrets
from ...wire.reading import count, part, words
from . import config
from .client import Bot
from .content import SCHEME
from .entities import to_telegram
from .inbound import secret_token

# What the bot hears of: reactions are told only to who asks for them (https://core.telegram.org/bots/api#update).
UPDATES = ["message", "edited_message", "channel_post", "edited_channel_post", "message_reaction", "my_chat_member"]
RECENT_S = 3600  # s: a failure that is older is over
PRIVATE = (
    "its privacy mode is on: in groups where it is no administrator it hears commands, answers to it and mentions alone"
)
READS_ALL = "it hears all that is said in its groups"


class Telegram:
    """One bot. Raises ProviderBusy and ProviderRefused."""

    def __init__(self, install: Install, secrets: Secrets, outside: Outside) -> None:
        self._install, self._config, self._secrets = install, config.of(install), secrets
        token = next(iter(secrets.get("token", ())), "")
        self._bot = Bot(self._config, token, outside, now=lambda: int(time.time() * 1000))

    def person(self, outside: str, account: str) -> Shown:
        """A member of the chat `account`. Telegram tells no addresses: whose agents' these are, an admin has said."""
        if not outside.isdigit() or not account:
            raise ProviderRefused("a chat that speaks is no person")
        user = part(self._bot.call("getChatMember", chat_id=int(account), user_id=int(outside)), "user")
        name = " ".join(filter(None, (words(user, "first_name"), words(user, "last_name"))))
        email = self._config.agents.get(outside, "")
        return Shown(name=name, email=email, home=bool(email), bot=user.get("is_bot") is True)

    def file(self, file: File, account: str, most: int) -> bytes:
        """A file's bytes; ProviderRefused if it is larger than `most`, or than 20 MB."""
        return self._bot.file(file.url.removeprefix(SCHEME), most)

    def answer(self, where: str, text: str, account: str) -> None:
        """Said in the chat, or in the topic: a bot has no words for one person alone there."""
        chat, _, topic = where.partition("/")
        said, entities = to_telegram(text)
        thread = int(topic) if topic else None
        self._bot.send("sendMessage", chat, text=said, entities=entities, message_thread_id=thread)

    def probe(self, url: str) -> Probe:
        """Who the bot is; its webhook, made if need be, and how that stands; what it may do among the agents."""
        me = self._bot.call("getMe")
        right = [READS_ALL if part(me).get("can_read_all_group_messages") is True else PRIVATE]
        missing: list[str] = []
        self._webhook(url, right, missing)
        for chat in sorted(config.channels_of(self._config)):
            self._forum(chat, part(me).get("id"), right, missing=missing)
        return Probe(
            account=f"@{words(me, 'username')}",
            actor=str(part(me).get("id", "")),
            missing=tuple(missing),
            right=tuple(right),
        )

    def _webhook(self, url: str, right: list[str], missing: list[str]) -> None:
        """A bot has one webhook: another's is not taken away."""
        if not url:
            missing.append("nobody has said where this stack is: its webhook cannot be made")
            return
        there = words(self._bot.call("getWebhookInfo"), "url")
        if there and not there.endswith(f"/in/{self._install.kind}/{self._install.id}"):
            missing.append(
                f"its webhook leads elsewhere, to {there[:200]}: take that away, or make a bot for here alone"
            )
            return
        secret = secret_token(next(iter(self._secrets.get("signing", ())), ""))
        try:
            self._bot.call("setWebhook", url=url, secret_token=secret, allowed_updates=UPDATES)
        except ProviderRefused as denied:
            if denied.lost:
                raise
            missing.append(f"its webhook is not taken: {denied.reason}")
            return
        found = self._bot.call("getWebhookInfo")
        right.append("its webhook is made")
        waiting = count(found, "pending_update_count") or 0
        if waiting:
            right.append(f"{waiting} updates wait to be told")
        failed, said = count(found, "last_error_date") or 0, words(found, "last_error_message")
        if said and failed > time.time() - RECENT_S:
            missing.append(f"Telegram could not tell its last update: {said[:200]}")

    def _forum(self, chat: str, me: Any, right: list[str], *, missing: list[str]) -> None:
        """A group of the agents, in which rooms become topics; and who speaks there without being known."""
        try:
            found = self._bot.call("getChat", chat_id=int(chat))
            people = self._bot.administrators(chat)
        except ProviderRefused as denied:
            if denied.lost:
                raise
            missing.append(f"the agents' group {chat}: {denied.reason}")
            return
        own = next((each for each in people if part(each, "user").get("id") == me), {})
        if part(found).get("is_forum") is not True:
            missing.append(f"the agents' group {chat} has no topics: turn them on in its settings")
        if own.get("can_manage_topics") is not True:
            missing.append(f"the bot may not manage topics in {chat}: make it an administrator who may")
        known = set(self._config.agents)
        strangers = [part(each, "user") for each in people if part(each, "user").get("is_bot") is not True]
        names = [
            f"{words(each, 'first_name')} ({each.get('id')})" for each in strangers if str(each.get("id")) not in known
        ]
        if names:
            right.append(f"in {chat} these are nobody's agents, until `agents` says whose: {', '.join(names)[:400]}")


def ask(install: Install, secrets: Secrets, outside: Outside) -> Telegram:
    """As ports.AskingOf."""
    return Telegram(install, secrets, outside)
