"""Telegram's side of a bot, written from its documents (https://core.telegram.org/bots/api): the Bot API, with its
limits and the words of its refusals, and the updates that people cause. It is a Bot API server of one's own, which
takes a webhook over plain HTTP.

Chats are private, groups, supergroups (forums have topics) and channels. A test speaks as a person by `say`, `edit`,
`react`, `migrate`, `remove`; what the bot did is in `messages`. A bot hears of nothing that bots did, of deleted
messages never, and of reactions only where it is an administrator and has asked for them.
"""

import json
from email.utils import formatdate
from itertools import count

from .server import Peer, Posted, Refused, form_of, route

TOKEN = "123456789:AAtwin-of-the-bot-api"
BOT = {"id": 123456789, "is_bot": True, "first_name": "Parley", "username": "parley_bot"}
GROUP, FORUM, BASIC, AGENTS, CHANNEL = -1001000000001, -1001000000002, -555001, -1001000000003, -1001000000004
ANN = {"id": 7001, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "username": "annlee"}
GRACE = {"id": 7002, "is_bot": False, "first_name": "Grace"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
TAKEN = ["👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🎉", "🙏", "👌", "💯", "👀", "⚡", "🤝", "🏆", "😢"]
MAX_TEXT, MAX_CAPTION, MAX_FILE = 4096, 1024, 50_000_000


def units(text):
    return len(text.encode("utf-16-le")) // 2


class TelegramPeer(Peer):
    """One bot and its chats. `taken` says which calls are done although their answer is lost, by method."""

    def __init__(self):
        self.chats = {
            GROUP: {"id": GROUP, "type": "supergroup", "title": "Acme × Acorn"},
            FORUM: {"id": FORUM, "type": "supergroup", "title": "Acme forum", "is_forum": True},
            BASIC: {"id": BASIC, "type": "group", "title": "Old group"},
            AGENTS: {"id": AGENTS, "type": "supergroup", "title": "Acorn support", "is_forum": True},
            CHANNEL: {"id": CHANNEL, "type": "channel", "title": "Acme news"},
            ANN["id"]: {"id": ANN["id"], "type": "private", "first_name": "Ann"},
        }
        self.people = {each["id"]: each for each in (ANN, GRACE, BOT)}
        self.admins = {chat: {BOT["id"]} for chat in (GROUP, FORUM, AGENTS, CHANNEL)}
        self.admins[AGENTS] |= {GRACE["id"]}
        self.topics = {(FORUM, 7): "Billing"}
        self.closed_topics, self.out, self.moved, self.old = set(), {}, {}, set()
        self.messages, self.reactions = {}, {}
        self.hook, self.allowed, self.secret, self.failed = "", [], "", ""
        self.lost_answers, self.updates, self.numbers, self.albums = [], count(500), count(100), 0
        super().__init__()

    def settings(self):
        """For an install's config."""
        return {"api_url": self.url}

    # --- the Bot API ---

    def who(self, asked):
        if not asked.path.startswith((f"/bot{TOKEN}/", f"/file/bot{TOKEN}/")):
            raise self.refuse(401, "Unauthorized")
        return BOT

    def lost(self, asked):
        return 404, {"ok": False, "error_code": 404, "description": "Not Found"}, {}

    @staticmethod
    def refuse(status, words, **parameters):
        body = {"ok": False, "error_code": status, "description": words}
        return Refused(status, body | ({"parameters": parameters} if parameters else {}))

    def slow(self, seconds):
        """The next call is one too many."""
        words = f"Too Many Requests: retry after {seconds}"
        self.limit(self.refuse(429, words, retry_after=seconds))

    @route("POST", r"/bot[^/]+/(\w+)")
    def method(self, asked, name):
        fields, file = asked.body or {}, None
        if isinstance(fields, bytes):
            form = form_of(asked)
            file = form.pop("file", None)
            fields = {key: self._parsed(value) for key, value in form.items()}
        handler = getattr(self, f"do_{name}", None)
        if handler is None:
            return self.lost(asked)
        result = handler(fields, file) if name == "sendDocument" else handler(fields)
        if name in self.lost_answers:
            self.lost_answers.remove(name)
            return 502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}
        return 200, {"ok": True, "result": result}

    @staticmethod
    def _parsed(value):
        try:
            return json.loads(value)
        except ValueError:
            return value

    @route("GET", r"/file/bot[^/]+/(.+)")
    def download(self, asked, path):
        found = self.files.get(path)
        if found is None:
            return self.lost(asked)
        return 200, found[2], {"Content-Type": "application/octet-stream"}

    def do_getMe(self, fields):  # noqa: N802
        return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    def do_setWebhook(self, fields):  # noqa: N802
        secret = fields.get("secret_token", "")
        if not 1 <= len(secret) <= 256 or not secret.replace("_", "").replace("-", "").isalnum():
            raise self.refuse(400, "Bad Request: secret token contains unallowed characters")
        if not fields["url"].startswith("https://") and "127.0.0.1" not in fields["url"]:
            raise self.refuse(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.hook, self.secret, self.allowed = fields["url"], secret, fields.get("allowed_updates", self.allowed)
        return True

    def do_getWebhookInfo(self, fields):  # noqa: N802
        info = {"url": self.hook, "has_custom_certificate": False, "pending_update_count": len(self.outbox)}
        if self.failed:
            info |= {"last_error_date": self.now() // 1000, "last_error_message": self.failed}
        return info | {"allowed_updates": self.allowed}

    def do_getChat(self, fields):  # noqa: N802
        return self.chats[self.open(fields)]

    def do_getChatMember(self, fields):  # noqa: N802
        self.open(fields)
        user = self.people.get(fields["user_id"])
        if user is None:
            raise self.refuse(400, "Bad Request: user not found")
        return {"status": "member", "user": user}

    def do_getChatAdministrators(self, fields):  # noqa: N802
        chat = self.open(fields)
        rights = {"can_manage_topics": True, "can_delete_messages": True}
        return [
            {"status": "administrator", "user": self.people[id_], **rights} for id_ in sorted(self.admins.get(chat, ()))
        ]

    def do_createForumTopic(self, fields):  # noqa: N802
        chat = self.open(fields)
        if not self.chats[chat].get("is_forum"):
            raise self.refuse(400, "Bad Request: the chat is not a forum")
        if not 1 <= len(fields["name"]) <= 128:
            raise self.refuse(400, "Bad Request: TOPIC_TITLE_EMPTY")
        topic = next(self.numbers)
        self.topics[chat, topic] = fields["name"]
        return {"message_thread_id": topic, "name": fields["name"], "icon_color": 7322096}

    def do_sendMessage(self, fields):  # noqa: N802
        self.worded(fields, "text", "entities", MAX_TEXT, "message")
        return self.put(fields, {"text": fields["text"], "entities": fields.get("entities", [])})

    def do_sendDocument(self, fields, file):  # noqa: N802
        if fields.get("document") != "attach://file" or not file:
            raise self.refuse(400, "Bad Request: there is no document in the request")
        if len(file[2]) > MAX_FILE:
            raise self.refuse(413, "Request Entity Too Large")
        if not file[2]:
            raise self.refuse(400, "Bad Request: file must be non-empty")
        if "caption" in fields:
            self.worded(fields, "caption", "caption_entities", MAX_CAPTION, "message caption")
        document = {"file_id": f"doc{next(self.numbers)}", "file_name": file[0], "file_size": len(file[2])}
        said = {"caption": fields.get("caption", ""), "caption_entities": fields.get("caption_entities", [])}
        return self.put(fields, {"document": document, **said, "bytes": file[2]})

    def do_editMessageText(self, fields):  # noqa: N802
        self.worded(fields, "text", "entities", MAX_TEXT, "message")
        self.change(fields, "text", "entities", "there is no text in the message to edit")
        return True

    def do_editMessageCaption(self, fields):  # noqa: N802
        self.worded(fields, "caption", "caption_entities", MAX_CAPTION, "message caption")
        self.change(fields, "caption", "caption_entities", "there is no caption in the message to edit")
        return True

    def change(self, fields, name, entities, lacks):
        message = self.there(fields, "edit")
        if message["from"]["id"] != BOT["id"]:
            raise self.refuse(400, "Bad Request: message can't be edited")
        if name not in message:
            raise self.refuse(400, f"Bad Request: {lacks}")
        if (message[name], message.get(entities, [])) == (fields[name], fields.get(entities, [])):
            words = "message is not modified: specified new message content and reply markup are exactly the same"
            raise self.refuse(400, f"Bad Request: {words} as a current content and reply markup of the message")
        message.update({name: fields[name], entities: fields.get(entities, []), "edited": True})

    def do_deleteMessage(self, fields):  # noqa: N802
        message = self.there(fields, "delete")
        key = message["chat"]["id"], message["message_id"]
        admin = BOT["id"] in self.admins.get(key[0], ())
        if key in self.old or not (message["from"]["id"] == BOT["id"] or admin):
            raise self.refuse(400, "Bad Request: message can't be deleted")
        message["deleted"] = True
        return True

    def do_setMessageReaction(self, fields):  # noqa: N802
        message = self.there(fields, "react")
        emoji = [each["emoji"] for each in fields.get("reaction", [])]
        if len(emoji) > 1:
            raise self.refuse(400, "Bad Request: REACTIONS_TOO_MANY")
        if any(each not in TAKEN for each in emoji):
            raise self.refuse(400, "Bad Request: REACTION_INVALID")
        self.reactions[message["chat"]["id"], message["message_id"]] = emoji
        return True

    def do_getFile(self, fields):  # noqa: N802
        path = f"documents/{fields['file_id']}"
        if path not in self.files:
            raise self.refuse(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[path][2])
        if size > 20_000_000:
            raise self.refuse(400, "Bad Request: file is too big")
        return {"file_id": fields["file_id"], "file_size": size, "file_path": path}

    def worded(self, fields, name, entities, most, what):
        """A text that may stand in a message; offsets that cut no character."""
        text = fields.get(name) or ""
        if not text.strip():
            raise self.refuse(400, f"Bad Request: {what} text is empty")
        if units(text) > most:
            raise self.refuse(400, f"Bad Request: {what} is too long")
        raw = text.encode("utf-16-le")
        for each in fields.get(entities) or []:
            start, end = 2 * each["offset"], 2 * (each["offset"] + each["length"])
            if not 0 <= start < end <= len(raw):
                raise self.refuse(400, f"Bad Request: can't parse entities: entity at {each['offset']} is out of range")
            raw[start:end].decode("utf-16-le")  # half a character is a fault of ours

    def open(self, fields):
        """The chat, where the bot is in it."""
        chat = int(fields["chat_id"])
        if chat in self.moved:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise self.refuse(400, words, migrate_to_chat_id=self.moved[chat])
        if chat in self.out:
            raise self.refuse(403, f"Forbidden: {self.out[chat]}")
        if chat not in self.chats:
            raise self.refuse(400, "Bad Request: chat not found")
        return chat

    def there(self, fields, verb):
        message = self.messages.get((self.open(fields), int(fields["message_id"])))
        if message is None or message.get("deleted"):
            raise self.refuse(400, f"Bad Request: message to {verb} not found")
        return message

    def put(self, fields, content, by=BOT):
        """A message of the bot's in its chat."""
        chat, topic = self.open(fields), fields.get("message_thread_id")
        if topic is not None and (chat, int(topic)) not in self.topics:
            raise self.refuse(400, "Bad Request: message thread not found")
        if (chat, topic) in self.closed_topics and BOT["id"] not in self.admins.get(chat, ()):
            raise self.refuse(400, "Bad Request: TOPIC_CLOSED")
        reply = fields.get("reply_parameters") or {}
        answered = self.messages.get((chat, reply.get("message_id")))
        if reply and answered is None and not reply.get("allow_sending_without_reply"):
            raise self.refuse(400, "Bad Request: message to be replied not found")
        return self.keep(chat, topic, by, content, answered)

    def keep(self, chat, topic, by, content, answered=None):
        number = next(self.numbers)
        message = {"message_id": number, "from": by, "chat": self.chats[chat], "date": self.now() // 1000}
        if topic is not None:
            message |= {"message_thread_id": topic, "is_topic_message": True}
        if answered is not None:
            message["reply_to_message"] = {
                key: answered[key] for key in ("message_id", "from", "chat", "date", "text") if key in answered
            }
        self.messages[chat, number] = message | content
        return {key: value for key, value in (message | content).items() if key != "bytes"}

    # --- people ---

    def say(self, person, text="", chat=GROUP, topic=None, answers=0, **more):
        """Somebody speaks; the message's number."""
        content = ({"text": text} if text else {}) | more
        message = self.keep(chat, topic, person, content, self.messages.get((chat, answers)))
        kind = "channel_post" if self.chats[chat]["type"] == "channel" else "message"
        self.tell({kind: message})
        return message["message_id"]

    def share(self, person, name, content, chat=GROUP, caption="", **more):
        """Somebody shares a file."""
        id_ = f"file{next(self.numbers)}"
        self.files[f"documents/{id_}"] = (name, "", content)
        document = {"file_id": id_, "file_unique_id": id_, "file_name": name, "file_size": len(content)}
        said = {"caption": caption} if caption else {}
        return self.say(person, chat=chat, document=document | {"mime_type": "application/pdf"}, **said, **more)

    def edit(self, number, text, chat=GROUP):
        """Somebody changes what they said."""
        message = self.messages[chat, number]
        message.update(text=text, edit_date=self.now() // 1000)
        self.tell({"edited_message": message})

    def react(self, person, number, new, old=(), chat=GROUP):
        """Somebody reacts: the bot hears of it as an administrator that has asked for that."""
        if BOT["id"] not in self.admins.get(chat, ()):
            return
        emoji = [[{"type": "emoji", "emoji": each} for each in some] for some in (old, new)]
        body = {"chat": self.chats[chat], "message_id": number, "user": person, "date": self.now() // 1000}
        self.tell({"message_reaction": body | {"old_reaction": emoji[0], "new_reaction": emoji[1]}})

    def migrate(self, chat=BASIC, into=-1001000000009):
        """A group becomes a supergroup: another chat, with messages of its own. It is told in both."""
        self.chats[into] = {**self.chats[chat], "id": into, "type": "supergroup"}
        self.admins[into] = {BOT["id"]}
        self.say(GRACE, chat=chat, migrate_to_chat_id=into)
        self.say(ANONYMOUS, chat=into, migrate_from_chat_id=chat)
        self.moved[chat] = into
        return into

    def remove(self, chat=GROUP, status="kicked"):
        """The bot is put out of a chat, or back into it."""
        words = (
            "bot was blocked by the user" if chat > 0 else f"bot was {status} from the {self.chats[chat]['type']} chat"
        )
        if status in ("kicked", "left"):
            self.out[chat] = words
        else:
            self.out.pop(chat, None)
        body = {"chat": self.chats[chat], "from": ANN, "date": self.now() // 1000}
        old = {"user": BOT, "status": "member"}
        self.tell(
            {"my_chat_member": body | {"old_chat_member": old, "new_chat_member": {"user": BOT, "status": status}}}
        )

    def tell(self, update):
        """Queue an update, if the bot has asked for its kind."""
        (kind,) = update
        if self.allowed and kind not in self.allowed:
            return
        body = json.dumps({"update_id": next(self.updates), **update}).encode()
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.secret}
        self.outbox.append(Posted(self.hook, headers | {"Date": formatdate(usegmt=True)}, body))

    # --- what is there ---

    def said(self, chat=GROUP):
        """The words of the bot's messages in a chat, in their order."""
        found = [each for (place, _), each in sorted(self.messages.items()) if place == chat and each["from"] == BOT]
        return [each.get("text") or each.get("caption") or "" for each in found if not each.get("deleted")]
