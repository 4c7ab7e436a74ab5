"""Microsoft's side of a Teams bot, written from its documents: the token service, the keys of the Bot Connector, the
connector's REST API, and the signed activities that people cause.

Channels hold threads of messages, chats hold messages. A test speaks as a person by `say`, `edit`, `delete`, `react`,
`command`; what the bot did is in `messages`. The bot never hears of what it did itself.
"""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from .server import Peer, Posted, Refused, route

APP = "11111111-2222-3333-4444-555555555555"
TENANT = "99999999-8888-7777-6666-555555555555"
PASSWORD = "the-client-secret"
BOT = {"id": f"28:{APP}", "name": "Parley"}
GENERAL = "19:general@thread.tacv2"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # one for all: making one takes a moment


class TeamsPeer(Peer):
    """One tenant, one bot. `bot` is the address of the bot's endpoint."""

    def __init__(self, bot="", kid="key-1"):
        self.bot, self.kid = bot, kid
        self.people = {
            "29:ann": {"id": "29:ann", "name": "Ann Lee", "email": "ann@customer.example", "aadObjectId": "aad-ann"},
            "29:grace": {"id": "29:grace", "name": "Grace", "email": "grace@vendor.example", "aadObjectId": "aad-g"},
        }
        self.places = {GENERAL: "General", "19:ops@thread.tacv2": "Ops", "a:chat-with-ann": ""}
        self.messages, self.next_id, self.tokens = {}, 1_700_000_000_000, {}
        self.closed = set()
        super().__init__()

    def services(self):
        """For an install's config."""
        return {"openid_url": f"{self.url}/openid", "login_url": self.url, "service_url": f"{self.url}/teams"}

    # --- the token service and the keys ---

    def who(self, asked):
        if not asked.path.startswith(("/teams/", "/amer/", "/emea/")):
            return None
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) < time.time():
            raise Refused(401, {"message": "Authorization has been denied for this request."})
        return APP

    def lost(self, asked):
        return 404, {"error": {"code": "ServiceError", "message": "No such resource"}}, {}

    @route("GET", "/openid")
    def openid(self, asked):
        return 200, {"issuer": "https://api.botframework.com", "jwks_uri": f"{self.url}/keys"}

    @route("GET", "/keys")
    def keys(self, asked):
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return 200, {"keys": [{**public, "kid": self.kid, "x5t": self.kid, "endorsements": ["msteams", "webchat"]}]}

    @route("POST", r"/([^/]+)/oauth2/v2\.0/token")
    def token(self, asked, tenant):
        from urllib.parse import parse_qs

        fields = {name: values[0] for name, values in parse_qs((asked.body or b"").decode()).items()}
        if fields.get("scope") != "https://api.botframework.com/.default" or fields.get("client_id") != APP:
            raise Refused(400, {"error": "unauthorized_client", "error_description": "AADSTS700016"})
        if fields.get("client_secret") != PASSWORD:
            raise Refused(401, {"error": "invalid_client", "error_description": "AADSTS7000215"})
        token = f"token-{len(self.tokens) + 1}"
        self.tokens[token] = time.time() + 3600
        return 200, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}

    # --- the connector ---

    @route("POST", "/teams/v3/conversations")
    def begin(self, asked):
        if not asked.body.get("isGroup"):
            [member] = asked.body["members"]
            if member["id"] not in self.people or asked.body["tenantId"] != TENANT:
                raise Refused(403, {"error": {"code": "BotNotInConversationRoster", "message": "Not installed."}})
            self.places[chat := f"a:personal-{member['id']}"] = ""
            return 201, {"id": chat}
        place = ((asked.body.get("channelData") or {}).get("channel") or {}).get("id")
        self.open(place)
        id_ = self.put(place, "", BOT, asked.body["activity"])
        return 201, {"id": f"{place};messageid={id_}", "activityId": id_}

    @route("POST", "/teams/v3/conversations/([^/]+)/activities")
    def send(self, asked, conversation):
        place, root = self.conversation(conversation)
        if root and (place, root) not in self.messages:
            raise Refused(404, {"error": {"code": "ConversationNotFound", "message": "Conversation not found."}})
        if not isinstance(asked.body, dict) or len(json.dumps(asked.body)) > 100_000:
            raise Refused(413, {"error": {"code": "MessageSizeTooBig", "message": "Message size too large."}})
        return 201, {"id": self.put(place, root, BOT, asked.body)}

    @route("PUT", "/teams/v3/conversations/([^/]+)/activities/([^/]+)")
    def change(self, asked, conversation, id_):
        message = self.own(conversation, id_)
        message.update(text=asked.body["text"], edited=True)
        return 200, {"id": id_}

    @route("DELETE", "/teams/v3/conversations/([^/]+)/activities/([^/]+)")
    def drop(self, asked, conversation, id_):
        self.own(conversation, id_)["deleted"] = True
        return 200, None

    @route("GET", "/teams/v3/conversations/([^/]+)/members/([^/]+)")
    def member(self, asked, conversation, person):
        self.conversation(conversation)
        from urllib.parse import unquote

        found = self.people.get(unquote(person))
        if found is None:
            raise Refused(404, {"error": {"code": "MemberNotFoundInConversation", "message": "Not a member."}})
        return 200, {**found, "userPrincipalName": found["email"], "tenantId": TENANT, "userRole": "user"}

    @route("GET", r"/(?:teams|(?:amer|emea)/[\w-]+)/v3/attachments/(\w+)/views/original")
    def attachment(self, asked, name):
        return 200, b"\x89PNG of " + name.encode(), {"Content-Type": "image/png"}

    def conversation(self, quoted):
        from urllib.parse import unquote

        place, _, root = unquote(quoted).partition(";messageid=")
        self.open(place)
        return place, root

    def open(self, place):
        if place in self.closed:
            words = "The bot is not part of the conversation roster."
            raise Refused(403, {"error": {"code": "BotNotInConversationRoster", "message": words}})
        if place not in self.places:
            raise Refused(404, {"error": {"code": "ConversationNotFound", "message": "Conversation not found."}})

    def own(self, conversation, id_):
        place, _ = self.conversation(conversation)
        message = self.messages.get((place, id_))
        if message is None or message["from"] != BOT["id"]:
            raise Refused(404, {"error": {"code": "ActivityNotFoundInConversation", "message": "Not found."}})
        return message

    def put(self, place, root, by, activity):
        self.next_id += 1
        id_ = str(self.next_id)
        said = {"id": id_, "root": root, "from": by["id"], "text": activity["text"], "place": place, "deleted": False}
        more = {name: activity.get(name, []) for name in ("entities", "attachments")}
        self.messages[place, id_] = said | more
        return id_

    # --- people ---

    def say(self, person, text, place=GENERAL, root="", mention=True, **more):
        """A person speaks; to the bot, or with its consent to read all. The message's id."""
        id_ = self.put(place, root, {"id": person}, {"text": text})
        shown = f"<at>Parley</at>\u00a0{text}" if mention else text
        fields = {"type": "message", "id": id_, "text": shown, "textFormat": "plain", **more}
        if mention:
            fields["entities"] = [{"type": "mention", "mentioned": BOT, "text": "<at>Parley</at>"}]
        self.tell(person, place, root or id_, fields)
        return id_

    def press(self, person, id_, action, place=GENERAL):
        """A person presses a button of a card under a message: an activity without words."""
        self.next_id += 1
        fields = {"type": "message", "id": str(self.next_id), "text": "", "value": action["data"], "replyToId": id_}
        self.tell(person, place, id_, fields)

    def edit(self, person, id_, text, place=GENERAL):
        """A person changes what they said."""
        message = self.messages[place, id_]
        message.update(text=text, edited=True)
        fields = {"type": "messageUpdate", "id": id_, "text": text, "textFormat": "plain"}
        data = {"eventType": "editMessage"}
        self.tell(person, place, message["root"] or id_, fields, data)

    def delete(self, person, id_, place=GENERAL):
        """A person takes it back."""
        message = self.messages[place, id_]
        message["deleted"] = True
        fields = {"type": "messageDelete", "id": id_}
        self.tell(person, place, message["root"] or id_, fields, {"eventType": "softDeleteMessage"})

    def react(self, person, id_, kind="like", on=True, place=GENERAL):
        """A person reacts: the bot hears of it for messages of its own."""
        fields = {"type": "messageReaction", "replyToId": id_}
        fields["reactionsAdded" if on else "reactionsRemoved"] = [{"type": kind}]
        root = self.messages[place, id_]["root"] or id_
        self.tell(person, place, root, fields)

    def tell(self, person, place, root, fields, data=None):
        """Queue a signed activity."""
        threaded = place.endswith("@thread.tacv2")
        conversation = {"id": f"{place};messageid={root}" if threaded else place, "tenantId": TENANT}
        conversation |= {"isGroup": True, "conversationType": "channel"} if threaded else {}
        channel = {"channel": {"id": place}, "team": {"id": GENERAL}} if threaded else {}
        found = self.people[person]
        activity = {
            "timestamp": f"{datetime.fromtimestamp(self.now() / 1000, UTC):%Y-%m-%dT%H:%M:%S.%f}1Z",
            "serviceUrl": f"{self.url}/teams/",
            "channelId": "msteams",
            "from": {"id": found["id"], "name": found["name"], "aadObjectId": found["aadObjectId"]},
            "conversation": conversation,
            "recipient": BOT,
            "channelData": {"tenant": {"id": TENANT}, **channel, **(data or {})},
            **fields,
        }
        self.outbox.append(self.posted(activity))

    def posted(self, activity):
        """An activity as the connector sends it."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Authorization": f"Bearer {self.signed(activity)}",
        }
        return Posted(self.bot, headers, json.dumps(activity).encode())

    def signed(self, activity, key=KEY, **changed):
        """The connector's token for an activity."""
        now = int(time.time())
        claims = {"iss": "https://api.botframework.com", "aud": APP, "nbf": now, "exp": now + 3600}
        claims |= {"serviceurl": activity["serviceUrl"], **changed}
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": self.kid, "x5t": self.kid})


def outgoing(token, body):
    """The Authorization of an outgoing webhook."""
    signature = base64.b64encode(hmac.new(base64.b64decode(token), body, hashlib.sha256).digest()).decode()
    return f"HMAC {signature}"
