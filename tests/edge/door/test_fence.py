"""The tenant fence, on every route of the route table: what is another's is not there. A new route needs its case."""

import json
import re
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.desk.dead_letters import DeadLetter
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.erasures import Erasure
from chalicelib.desk.exports import Export
from chalicelib.desk.held_back import held_back
from chalicelib.desk.holds import Hold
from chalicelib.desk.ids import customer_id, message_place
from chalicelib.desk.issues import Comment
from chalicelib.desk.mails import Suppression
from chalicelib.desk.messages import Message
from chalicelib.desk.pains import Pain, Pains
from chalicelib.desk.proposals import Proposal
from chalicelib.desk.rooms import Bridge
from chalicelib.desk.times import HOUR_MS, rfc3339
from chalicelib.desk.unheard import Unheard
from chalicelib.desk.usage_reasons import Question, Reason
from chalicelib.desk.usage_signals import Finding, Signal
from chalicelib.desk.workspaces import MAY
from chalicelib.edge.routes import every, usage_in
from chalicelib.flows.access import oidc
from chalicelib.ports import new, ref
from chalicelib.store.rows import from_row
from tests.api import Client, Tenant
from tests.arriving import event
from tests.conftest import in_memory
from tests.fakes import BOOTSTRAP, Parley
from tests.proofs import prove
from tests.tracking import FakeTracker
from tests.usage import send

NAMES = {f"{route.method} {route.path}": route for route in every()}
AGENT_ONLY = [name for name, route in NAMES.items() if route.who == "agent"]
FENCED = [name for name, route in NAMES.items() if route.who in ("agent", "person")]

ISSUER = "https://idp.example"
OFFICE = {"name": "New", "timezone": "Asia/Tokyo", "week": {"monday": [{"from": "09:00", "to": "17:00"}]}}
HOLIDAY = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20980101\nEND:VEVENT\nEND:VCALENDAR"
# Routes that name a thing of a workspace, with a body that would do something to it.
NAMING: dict[str, Any] = {
    "GET /v1/agents/{agent}": None,
    "PATCH /v1/agents/{agent}": {"name": "Mallory"},
    "DELETE /v1/api-keys/{key}": None,
    "DELETE /v1/agent-keys/{agent_key}": None,
    "GET /v1/customers/{customer}/agent-keys": None,
    "GET /v1/customers/{customer}/usage": None,
    "GET /v1/installs/{install}": None,
    "PATCH /v1/installs/{install}": {"name": "Mine"},
    "DELETE /v1/installs/{install}": None,
    "POST /v1/installs/{install}/secrets": None,
    "GET /v1/customers/{customer}": None,
    "GET /v1/customers/{customer}/domains": None,
    "POST /v1/customers/{customer}/domains/{domain}/check": None,
    "GET /v1/customers/{customer}/users": None,
    "GET /v1/customers/{customer}/users/{user}": None,
    "PUT /v1/customers/{customer}/users/{user}": {"name": "Mallory"},
    "PATCH /v1/customers/{customer}": {"attributes": {"plan": "theirs"}},
    "PATCH /v1/customers/{customer}/users/{user}": {"attributes": {"plan": "theirs"}},
    "GET /v1/attributes/{attribute}": None,
    "GET /v1/jobs/{job}": None,
    "GET /v1/jobs/{job}/errors": None,
    "GET /v1/segments/{segment}": None,
    "PATCH /v1/segments/{segment}": {"name": "Mine"},
    "DELETE /v1/segments/{segment}": None,
    "GET /v1/segments/{segment}/members": None,
    "GET /v1/segments/{segment}/export": None,
    "PUT /v1/segments/{segment}/members/{customer}": None,
    "DELETE /v1/segments/{segment}/members/{customer}": None,
    "GET /v1/rooms/{room}/deliveries": None,
    "GET /v1/rooms/{room}/reach": None,
    "GET /v1/rooms/{room}/mail-addresses": None,
    "GET /v1/rooms/{room}/bridges": None,
    "POST /v1/rooms/{room}/bridges": {"install": "{install}", "conversation": "C1"},
    "PATCH /v1/rooms/{room}/bridges/{bridge}": {"edits": False},
    "DELETE /v1/rooms/{room}/bridges/{bridge}": None,
    "POST /v1/rooms/{room}/bridges/{bridge}/replay": None,
    "POST /v1/rooms/{room}/connect-codes": None,
    "POST /v1/installs/{install}/replay": None,
    "GET /v1/installs/{install}/events": None,
    "POST /v1/installs/{install}/resend": {"from": rfc3339(int(time.time()) * 1000 - HOUR_MS)},
    "GET /v1/installs/{install}/ignored": None,
    "POST /v1/installs/{install}/ignored/{ignored}/take-in": None,
    "POST /v1/installs/{install}/invitations": None,
    "POST /v1/deliveries/{delivery}/replay": None,
    "POST /v1/dead-letters/{letter}/replay": None,
    "DELETE /v1/dead-letters/{letter}": None,
    "POST /v1/held-back/{held}/release": None,
    "DELETE /v1/held-back/{held}": None,
    "GET /v1/erasures/{erasure}": None,
    "GET /v1/exports/{export}": None,
    "POST /v1/exports/{export}/fetch": None,
    "POST /v1/exports": {"person": "{person}"},
    "POST /v1/holds": {"person": "{person}"},
    "DELETE /v1/holds/{hold}": None,
    "DELETE /v1/customers/{customer}/users/{user}": None,
    "DELETE /v1/customers/{customer}": None,
    "DELETE /v1/people/{person}": None,
    "POST /v1/erasures": {"person": "{person}"},
    "GET /v1/broadcasts/{broadcast}": None,
    "GET /v1/broadcasts/{broadcast}/preview": None,
    "GET /v1/broadcasts/{broadcast}/results": None,
    "POST /v1/broadcasts/{broadcast}/test": {"room": "{internal}", "customer": "acme"},
    "POST /v1/broadcasts/{broadcast}/approve": None,
    "POST /v1/broadcasts/{broadcast}/send": {},
    "POST /v1/broadcasts/{broadcast}/pause": None,
    "POST /v1/broadcasts/{broadcast}/resume": None,
    "POST /v1/broadcasts/{broadcast}/cancel": None,
    "POST /v1/broadcasts/{broadcast}/undo": None,
    "GET /v1/sign-in/provider": None,
    "POST /v1/broadcasts/{broadcast}/follow-up": {"to": "unread", "text": "Hello"},
    "POST /v1/messages/{message}/acknowledge": None,
    "DELETE /v1/me/browsers/{browser}": None,
    "GET /v1/snippets/{snippet}": None,
    "PATCH /v1/snippets/{snippet}": {"name": "Mine"},
    "DELETE /v1/snippets/{snippet}": None,
    "GET /v1/usage/sources/{source}": None,
    "PATCH /v1/usage/sources/{source}": {"name": "Mine"},
    "DELETE /v1/usage/sources/{source}": None,
    "POST /v1/usage/sources/{source}/keys": {"mode": "test"},
    "DELETE /v1/usage/sources/{source}/keys/{write_key}": None,
    "GET /v1/usage/sources/{source}/set-aside": None,
    "GET /v1/usage/sources/{source}/set-aside/{aside}": None,
    "POST /v1/usage/sources/{source}/set-aside/replay": None,
    "GET /v1/policies/{policy}": None,
    "PATCH /v1/policies/{policy}": {"name": "Mine"},
    "DELETE /v1/policies/{policy}": None,
    "GET /v1/calendars/{calendar}": None,
    "PATCH /v1/calendars/{calendar}": {"name": "Mine"},
    "DELETE /v1/calendars/{calendar}": None,
    "POST /v1/calendars/{calendar}/holidays": {"ics": HOLIDAY},
    "GET /v1/rooms/{room}/messages/{message}/original": None,
    "DELETE /v1/suppressions/{address}": None,
    "GET /v1/issues/{issue}": None,
    "PATCH /v1/issues/{issue}": {"title": "Mine"},
    "GET /v1/issues/{issue}/rooms": None,
    "POST /v1/issues/{issue}/rooms": {"room": "{room}"},
    "DELETE /v1/issues/{issue}/rooms/{room}": None,
    "GET /v1/issues/{issue}/told": None,
    "GET /v1/issues/{issue}/tickets": None,
    "POST /v1/issues/{issue}/tickets": {"install": "{tracker}", "reference": "T-1"},
    "DELETE /v1/issues/{issue}/tickets/{install}": None,
    "GET /v1/issues/{issue}/comments": None,
    "POST /v1/issues/{issue}/comments": {"text": "Mine"},
    "PUT /v1/pains/{issue}": {"agent": "{agent}"},
    "POST /v1/issues/{issue}/merge": {"into": "{other}"},
    "GET /v1/issues/{issue}/history": None,
    "GET /v1/issues/{issue}/notices": None,
    "POST /v1/issues/{issue}/notices": {"text": "Mine"},
    "POST /v1/issues/{issue}/tickets/{install}/comments/{comment}/notice": None,
    "GET /v1/notices/{notice}": None,
    "PATCH /v1/notices/{notice}": {"text": "Mine"},
    "POST /v1/notices/{notice}/approve": None,
    "POST /v1/notices/{notice}/means": {"means": "done"},
    "POST /v1/notices/{notice}/discard": None,
    "GET /v1/rooms/{room}/issues": None,
    "GET /v1/rooms/{room}/clocks": None,
    "GET /v1/people/{person}": None,
    "POST /v1/people/{person}/ties": {"member": {"customer": "beta", "user": "bob"}},
    "DELETE /v1/people/{person}/ties/{tie}": None,
    "GET /v1/rooms/{room}/adoption": None,
    "POST /v1/rooms/{room}/adoption": {"customer": "beta"},
    "DELETE /v1/rooms/{room}/adoption": None,
    "POST /v1/me/earlier-rooms/{earlier}": None,
    "POST /v1/me/usage/questions/{question}/answer": {"cause": "bug", "until": "2026-12-01", "text": "x"},
    "POST /v1/segments/{segment}/signal-preview": {"kind": "surge", "owner": "{agent}", "sentence": "Ask."},
    "GET /v1/signals/{signal}": None,
    "POST /v1/signals/{signal}/question": {"text": "Let me in"},
    "GET /v1/customers/{customer}/questions": None,
    "POST /v1/customers/{customer}/questions": {"text": "Let me in"},
    "GET /v1/customers/{customer}/reasons": None,
    "POST /v1/customers/{customer}/reasons": {
        "kind": "surge",
        "cause": "bug",
        "from": "2026-11-01",
        "until": "2026-11-30",
        "text": "x",
    },
    "DELETE /v1/customers/{customer}/reasons/{reason}": None,
    "POST /v1/rooms/{room}/proposals": {"text": "Let me in"},
    "GET /v1/rooms/{room}/proposals": None,
    "GET /v1/rooms/{room}/proposals/{proposal}": None,
    "POST /v1/rooms/{room}/proposals/{proposal}/discard": {"reason": "wrong"},
    "GET /v1/rooms/{room}/rating": None,
    "PUT /v1/rooms/{room}/rating": {"happy": True},
    "POST /v1/rooms/{room}/issues": {"title": "Mine"},
    "POST /v1/installs/{install}/try": None,
    "POST /v1/installs/{install}/webhook": None,
    "DELETE /v1/installs/{install}/webhook": None,
    "GET /v1/installs/{install}/words": None,
    "PUT /v1/installs/{install}/words": {"words": [{"id": "x"}]},
    "GET /v1/installs/{install}/tracking": None,
    "PATCH /v1/installs/{install}/tracking": {"title": True},
    "GET /v1/installs/{install}/exposed": None,
    "GET /v1/installs/{install}/tickets": None,
    "GET /v1/rooms/{room}": None,
    "PATCH /v1/rooms/{room}": {"state": "resolved"},
    "POST /v1/rooms/{room}/fork": {"name": "F", "from": "{message}"},
    "POST /v1/rooms/{room}/acknowledge": None,
    "PUT /v1/rooms/{room}/messages/{message}/taken-as": {"as": "ask"},
    "PUT /v1/rooms/{room}/read": {},
    "GET /v1/rooms/{room}/read-marks": None,
    "PUT /v1/rooms/{room}/follow": None,
    "DELETE /v1/rooms/{room}/follow": None,
    "GET /v1/rooms/{room}/roster": None,
    "POST /v1/rooms/{room}/messages": {"text": "Let me in"},
    "GET /v1/rooms/{room}/messages": None,
    "GET /v1/rooms/{room}/changes": None,
    "GET /v1/rooms/{room}/messages/{message}": None,
    "GET /v1/rooms/{room}/messages/{message}/rest": None,
    "PATCH /v1/rooms/{room}/messages/{message}": {"text": "Changed"},
    "DELETE /v1/rooms/{room}/messages/{message}": None,
    "PUT /v1/rooms/{room}/messages/{message}/reactions/{emoji}": None,
    "DELETE /v1/rooms/{room}/messages/{message}/reactions/{emoji}": None,
}
OF_TRACKERS = {
    "POST /v1/issues/{issue}/tickets/{install}/comments/{comment}/notice",
    "DELETE /v1/issues/{issue}/tickets/{install}",
    *(
        name
        for name in NAMING
        if re.match(r"\w+ /v1/installs/{install}/(try|webhook|words|tracking|tickets|exposed)", name)
    ),
}
RATE = "PUT /v1/rooms/{room}/rating"
PROPOSE = "POST /v1/rooms/{room}/proposals"
# What a user, a visitor or a machine says of themselves, and nobody for them.
THEIRS = {
    RATE,
    PROPOSE,
    "POST /v1/me/earlier-rooms/{earlier}",
    "POST /v1/me/address-code",
    "POST /v1/me/address",
    "GET /v1/me/usage",
    "POST /v1/me/usage/questions/{question}/answer",
    "GET /v1/agent-keys",
    "POST /v1/agent-keys",
    "GET /v1/agent-speaking",
    "PUT /v1/agent-speaking",
}
NOT_OF_A_DRAFT = {f"POST /v1/broadcasts/{{broadcast}}/{verb}" for verb in ("pause", "resume", "undo", "follow-up")} | {
    "POST /v1/rooms/{room}/adoption",  # a customer's already
    "POST /v1/messages/{message}/acknowledge",  # no broadcast's
    "POST /v1/notices/{notice}/means",  # of no closed ticket
    "GET /v1/rooms/{room}/messages/{message}/original",  # no mail
    "POST /v1/installs/{install}/invitations",  # a webhook is no app
}
# Routes that speak of the caller's own workspace alone: what another's caller is told names nothing of ours.
OWN: dict[str, Any] = {
    "GET /v1/workspace": None,
    "PATCH /v1/workspace": {"name": "Other"},
    "POST /v1/workspace/token-secrets": None,
    "GET /v1/agents": None,
    "POST /v1/agents": {"name": "New"},
    "GET /v1/api-keys": None,
    "POST /v1/api-keys": {"name": "New"},
    "GET /v1/agent-keys": None,
    "POST /v1/agent-keys": {"name": "New"},
    "GET /v1/agent-speaking": None,
    "PUT /v1/agent-speaking": {"allowed": False},
    "GET /v1/installs": None,
    "POST /v1/installs": {"kind": "form", "name": "New"},
    "GET /v1/audit": None,
    "GET /v1/customers": None,
    "PUT /v1/customers/{customer}": {"name": "Their own of that name"},
    "GET /v1/attributes": None,
    "PUT /v1/attributes/{attribute}": {"type": "number"},
    "POST /v1/customers/bulk": {"customers": [{"external_id": "acme", "name": "Their own of that name"}]},
    "POST /v1/customers/import": {"csv": "external_id\nacme"},
    "GET /v1/jobs": None,
    "GET /v1/clocks": None,
    "GET /v1/retention": None,
    "PUT /v1/retention": {"visitors_days": 30},
    "POST /v1/retention/preview": {"visitors_days": 30},
    "GET /v1/pains": None,
    "GET /v1/pains/now": None,
    "GET /v1/pains-plan": None,
    "PUT /v1/pains-plan": {"mails": []},
    "GET /v1/metrics": None,
    "GET /v1/metrics/now": None,
    "GET /v1/metrics/proposals": None,
    "GET /v1/ratings": None,
    "GET /v1/segments": None,
    "GET /v1/signals": None,
    "POST /v1/segments": {"name": "New", "customers": []},
    "POST /v1/policies/dry-run": {"name": "P"},
    "POST /v1/segments/preview": {"filter": {"attribute": "external_id", "equals": "acme"}},
    "POST /v1/attachments": {"name": "a.txt", "size": 1},
    "GET /v1/broadcasts": None,
    "POST /v1/broadcasts": {"customers": ["acme"], "text": "Hello"},
    "GET /v1/broadcast-rules": None,
    "PUT /v1/broadcast-rules": {"approval": True},
    "GET /v1/issues": None,
    "POST /v1/issues": {"title": "New"},
    "GET /v1/notices": None,
    "GET /v1/me": None,
    "GET /v1/me/earlier-rooms": None,
    "GET /v1/me/usage": None,
    "POST /v1/me/address-code": None,
    "POST /v1/me/address": {"code": "12345678"},
    "GET /v1/rooms": None,
    "POST /v1/rooms/resolve": {"rooms": ["room_1"], "outcome": "solved"},
    "POST /v1/rooms/resolve/preview": {"rooms": ["room_1"], "outcome": "solved"},
    "GET /v1/room-counts": None,
    "POST /v1/rooms": {"name": "New", "kind": "internal"},
    "GET /v1/session": None,
    "PATCH /v1/me": {"name": "Other"},
    "DELETE /v1/session": None,
    "POST /v1/socket-tickets": None,
    "GET /v1/suppressions": None,
    "PUT /v1/sign-in/provider": {
        "name": "P",
        "issuer": ISSUER,
        "client_id": "c",
        "client_secret": "s",
        "domains": ["a.example"],
    },
    "DELETE /v1/sign-in/provider": None,
    "GET /v1/me/alerts": None,
    "POST /v1/me/browsers/key": None,
    "GET /v1/me/browsers": None,
    "POST /v1/me/browsers": {"endpoint": "https://push.example/1", "p256dh": "B" * 87, "auth": "a" * 22},
    "PATCH /v1/me/alerts": {"timezone": "Europe/Berlin"},
    "GET /v1/snippets": None,
    "GET /v1/install-kinds": None,
    "GET /v1/failed-deliveries": None,
    "GET /v1/dead-letters": None,
    "GET /v1/held-back": None,
    "GET /v1/erasures": None,
    "GET /v1/exports": None,
    "GET /v1/holds": None,
    "GET /v1/search": None,
    "GET /v1/experts": None,
    "POST /v1/search/rebuild": None,
    "POST /v1/snippets": {"name": "New", "text": "Hello {{user.name}}"},
    "GET /v1/usage/funnel": None,
    "GET /v1/usage/sources": None,
    "POST /v1/usage/sources": {"name": "New"},
    "GET /v1/policies": None,
    "POST /v1/policies": {"name": "New"},
    "GET /v1/calendars": None,
    "POST /v1/calendars": OFFICE,
    "GET /v1/measured-segments": None,
    "PUT /v1/measured-segments": {"segments": []},
}
BROWSER = {"endpoint": "https://push.example/0", "p256dh": "B" * 87, "auth": "a" * 22}
ASKED = {
    "GET /v1/search": {"q": "secret of ours"},
    "GET /v1/experts": {"q": "secret of ours"},
}
# Routes that take no credential of a workspace. Files and installs have tests of their own below; signing in has in
# test_sign_in.py.
OPEN = {
    "GET /health",
    "GET /in/{channel}/{install}/oauth",  # tests/channels/slack/test_slack_oauth.py
    "GET /v1/openapi.json",
    "POST /v1/workspaces",
    "GET /files/{attachment}/{secret}",
    "GET /files/{attachment}/{secret}/view",
    "POST /in/{channel}/{install}",
    "GET /in/{channel}/{install}",
    "GET /mails/{token}",
    "POST /mails/{token}",
    "GET /mails/{token}/end",
    "POST /mails/{token}/end",
    "GET /alerts/{token}",  # tests/flows/alerts
    "POST /alerts/{token}",
    "GET /console",
    "GET /console.svg",
    "GET /console-worker.js",
    "GET /widget.js",
    "GET /assets/{name}",
    "POST /v1/visitors",
    *(f"POST /v1/{name}" for name in usage_in.CALLS),  # tests/edge/routes/test_usage_in.py
    "POST /v1/usage/events",
    "GET /v1/sign-in",
    "POST /v1/sign-in/links",
    "POST /v1/sign-in/links/use",
    "POST /v1/sign-in/demo",
    "GET /v1/sign-in/callback",
    "GET /v1/sign-in/to/{workspace}",
    "POST /v1/sign-in/to/{workspace}/logout",
}
# It names the caller's own workspace, and a tool whatever its routes do: tests/edge/test_mcp_tools.py.
TOOLS = {"POST /mcp/{workspace}"}


@dataclass
class Scene:
    """Two workspaces. In ours: a customer with a user and a room with something in it, and a second customer."""

    parley: Parley
    ours: Tenant
    theirs: Tenant
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        api, ann = self.ours.api, self.ours.user(name="Ann")
        for tenant in (self.ours, self.theirs):
            tenant.customer("beta")
        api.put("/v1/attributes/plan", {"type": "string"})
        self.ours.customer("acme", domains=["acme.example"])
        prove(self.parley, "acme.example")
        config = {"url": "https://vendor.example/hook"}
        install = api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config}).json
        room = ann.get("/v1/rooms").json["items"][0]["id"]
        message = ann.post(f"/v1/rooms/{room}/messages", {"text": "Secret of ours"}).json
        self.parley.settle()
        places = {name: f"{ISSUER}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        place = f"{ISSUER}/.well-known/openid-configuration"
        oidc.documents(self.parley.world).keep(place, {"issuer": ISSUER, **places}, 1 << 60)
        api.put("/v1/sign-in/provider", {**OWN["PUT /v1/sign-in/provider"], "name": "Secret"})
        bridge = Bridge(
            room=room, install=install["id"], channel="webhook", workspace=self.ours.id, bound_at=1, slot="s"
        )
        gone = Suppression(workspace=self.ours.id, address="ann@acme.example", reason="bounced", at=1)
        letter = DeadLetter(
            version=1, id="ltr_1", workspace=self.ours.id, queue="jobs", about="Secret", reason="Secret", at=1
        )
        still = held_back("delivery", self.ours.id, bridge.id, "1", at=1, about="Secret", room=room)
        envelope = Envelope(
            id="env_1", workspace=self.ours.id, install=install["id"], channel="webhook", received_at=1, headers={},
            body=b"",
        )  # fmt: skip
        unheard = Unheard(
            version=1, install=install["id"], id="ign_1", workspace=self.ours.id, at=self.parley.clock.now(),
            reason="bulk", kept=self.parley.queues.keep(envelope), sender="Secret", line="Secret",
        )  # fmt: skip
        drafted = Proposal(
            version=1, room=room, id="prp_1", workspace=self.ours.id, n=1, key="key_1", name="Secret", text="Secret",
            created_at=1,
        )  # fmt: skip
        erasure = Erasure(
            version=1, id="ers_1", workspace=self.ours.id, of="user", by="Secret", created_at=1, stand_in="gone_1",
            state="done",
        )  # fmt: skip
        collected = Export(
            version=1, id="exp_1", workspace=self.ours.id, of="user", target="usr_1", by="Secret", created_at=1,
            state="ready", stage="wait", volumes=1,
        )  # fmt: skip
        kept = Hold(version=1, id="hol_1", workspace=self.ours.id, of="user", target="usr_1", by="Secret", created_at=1)
        self.parley.store.commit(*map(new, (bridge, gone, letter, unheard, still, drafted, erasure, collected, kept)))
        self.ids = {
            "workspace": self.ours.id,
            "room": room,
            "earlier": room,
            **self.one_person(),
            "bridge": bridge.id,
            "message": message["id"],
            "install": install["id"],
            "agent": api.get("/v1/agents").json["items"][0]["id"],
            "key": api.get("/v1/api-keys").json["items"][0]["id"],
            "agent_key": ann.post("/v1/agent-keys", {"name": "Secret"}).json["id"],
            "delivery": api.get(f"/v1/rooms/{room}/deliveries").json["items"][0]["id"],
            "attribute": "plan",
            "job": api.post("/v1/customers/bulk", {"customers": [{"external_id": "beta"}]}).json["id"],
            "segment": api.post("/v1/segments", {"name": "Secret", "customers": ["acme"]}).json["id"],
            "customer": "acme",
            "domain": "acme.example",
            "user": "ann",
            "emoji": "tada",
            "letter": "ltr_1",
            "held": still.id,
            "proposal": drafted.id,
            "ignored": "ign_1",
            "address": "ann@acme.example",
            "internal": api.post("/v1/rooms", {"name": "Ours", "kind": "internal"}).json["id"],
            "broadcast": api.post("/v1/broadcasts", {"customers": ["acme"], "text": "Secret of ours"}).json["id"],
            "snippet": api.post("/v1/snippets", {"name": "S", "text": "Secret of ours"}).json["id"],
            "browser": api.post("/v1/me/browsers", BROWSER).json["id"],
            "policy": api.post("/v1/policies", {"name": "Secret"}).json["id"],
            "calendar": api.post("/v1/calendars", OFFICE | {"name": "Secret"}).json["id"],
            "erasure": "ers_1",
            "export": "exp_1",
            "hold": "hol_1",
            **self.moved_usage(message["id"]),
            "attachment": ann.post("/v1/attachments", {"name": "a.txt", "size": 3}).json["id"],
        }
        self.secret = install["secret"]
        self.ids |= self.used()
        self.ids |= self.tracked(room)

    def used(self):
        """A source of usage of ours, with a key, and something of it that was set aside."""
        source = self.ours.api.post("/v1/usage/sources", {"name": "Secret"}).json["id"]
        key = self.ours.api.post(f"/v1/usage/sources/{source}/keys").json
        assert send(key["key"], {"batch": ["Secret of ours"]}).json["set_aside"] == 1
        aside = self.ours.api.get(f"/v1/usage/sources/{source}/set-aside").json["items"][0]["id"]
        return {"source": source, "write_key": key["id"], "aside": aside}

    def moved_usage(self, message):
        """A signal of ours, why such were raised, and that it was asked about; we share usage."""
        customer = customer_id(self.ours.id, "acme")
        found = Finding(kind="surge", day="2026-11-30", count=9)
        raised = Signal(
            version=1, id="sig_1", workspace=self.ours.id, customer=customer, segment="seg_1", kind="surge",
            owner="Secret", at=1, found=found,
        )  # fmt: skip
        said = Reason(
            version=1, id="rsn_1", workspace=self.ours.id, customer=customer, kind="surge", from_day="2026-11-30",
            until_day="2098-01-01", cause="season", text="Secret", by="Secret", at=1,
        )  # fmt: skip
        there = self.parley.store.one(ref(Message, *message_place(message), False))
        asked = Question(
            version=1, customer=customer, message=message, workspace=self.ours.id, room=there.room,
            at=there.created_at, by="Secret", why="signal", text="Secret", about=raised.id,
        )  # fmt: skip
        self.parley.store.commit(new(raised), new(said), new(asked))
        assert self.ours.api.patch("/v1/workspace", {"share_usage": True}).json["share_usage"] is True
        return {"signal": raised.id, "reason": said.id, "question": message}

    def one_person(self):
        """Two users of ours who are one."""
        api = self.ours.api
        for place, name in (("acme/users/ann2", "Secret"), ("beta/users/bob", "Bob")):
            api.put(f"/v1/customers/{place}", {"name": name})
        ids = [api.get(f"/v1/customers/acme/users/{user}").json["id"] for user in ("ann", "ann2")]
        body = {"member": {"customer": "acme", "user": "ann2"}}
        made = api("POST", f"/v1/people/{ids[0]}/ties", body, customer="acme").json
        return {"person": made["id"], "tie": made["ties"][0]["id"]}

    def tracked(self, room):
        """An issue of ours behind a room, with its ticket in a tracker, a notice, and another issue."""
        api, there = self.ours.api, FakeTracker(self.parley.clock.now)
        self.parley.world = replace(self.parley.world, tracker=lambda kind: there if kind == "tracker" else None)
        there.new("Secret of ours")
        tracker = api.post("/v1/installs", {"kind": "tracker", "name": "Board"}).json["id"]
        assert api.post(f"/v1/installs/{tracker}/webhook").status == 200
        raised = {"title": "Secret of ours", "install": tracker, "reference": "T-1"}
        issue = api.post(f"/v1/rooms/{room}/issues", raised).json["id"]
        notice = api.post(f"/v1/issues/{issue}/notices", {"text": "Secret of ours"}).json["id"]
        other = api.post("/v1/issues", {"title": "Another secret of ours"}).json["id"]
        said = {"text": "Secret of ours", "author": "Dev", "author_id": "dev", "created_at": 1, "updated_at": 1}
        comment = Comment(version=1, issue=issue, install=tracker, id="c_ours", workspace=self.ours.id, **said)
        pain = Pain(issue=issue, title="Secret of ours", rooms=1, customers=1, arr=0, since=1)
        pains = Pains(version=1, workspace=self.ours.id, week="2026-11-30", at=1, top=(pain,))
        self.parley.store.commit(new(comment), new(pains))
        return {"tracker": tracker, "issue": issue, "notice": notice, "other": other, "comment": "c_ours"}

    def call(self, caller, name, body=None):
        method, _, path = name.partition(" ")
        for param, value in self.ids.items():
            value = self.ids["tracker"] if param == "install" and name in OF_TRACKERS else value
            path = path.replace(f"{{{param}}}", quote(value, safe=""))
        text = json.dumps(body) if body is not None else None
        for param in ("message", "internal", "install", "room", "tracker", "other", "agent", "proposal", "person"):
            text = text and text.replace(f"{{{param}}}", self.ids[param])
        return caller(method, path, raw=text, **ASKED.get(name, {}))

    def agent(self, role, scopes=("read", "write", "admin")):
        made = self.ours.api.post("/v1/agents", {"name": role, "role": role}).json["id"]
        body = {"name": "K", "agent": made, "scopes": list(scopes)}
        return Client(self.ours.api.post("/v1/api-keys", body).json["key"])


@pytest.fixture
def scene():
    with in_memory(Parley()) as parley:
        now = parley.clock.at // 1000
        yield Scene(parley, Tenant.found("Ours", now), Tenant.found("Theirs", now))


def body_of(name):
    return NAMING.get(name, OWN.get(name))


def test_every_route_has_its_case():
    """A route that was added without one is not fenced."""
    cases = [*NAMING, *OWN, *OPEN, *TOOLS]
    assert sorted(cases) == sorted(NAMES)
    assert {name for name in NAMES if NAMES[name].who in ("anyone", "bootstrap")} == OPEN


@pytest.mark.parametrize("name", FENCED)
def test_without_a_credential_401(scene, name):
    for caller in (Client(), Client("pk_x_y_z"), Client("a.b.c"), Client(BOOTSTRAP), Client("Ω")):
        got = scene.call(caller, name, body_of(name))
        assert got.status == 401, got.text
        assert got.headers["WWW-Authenticate"]
        assert set(got.json) <= {"type", "title", "status", "code", "detail", "field"}


@pytest.mark.parametrize("name", NAMING)
def test_another_workspace_finds_nothing(scene, name):
    before = dict(scene.parley.table.rows)
    got = scene.call(scene.theirs.api, name, NAMING[name])
    assert (got.status, got.json["code"]) == (404, "notfound"), got.text
    assert "Secret" not in got.text
    assert scene.parley.table.rows == before


@pytest.mark.parametrize("name", NAMING)
@pytest.mark.parametrize("whose", ["another customer", "another workspace", "a namesake in another workspace"])
def test_a_user_of_another_customer_finds_nothing(scene, name, whose):
    stranger = {
        "another customer": scene.ours.user("beta", "bob"),
        "another workspace": scene.theirs.user("beta", "bob"),
        "a namesake in another workspace": scene.theirs.user("acme", "ann"),
    }[whose]
    stranger.get("/v1/rooms")
    before = dict(scene.parley.table.rows)
    got = scene.call(stranger, name, NAMING[name])
    assert got.status == (403 if name in AGENT_ONLY else 404), got.text
    assert "Secret" not in got.text
    assert scene.parley.table.rows == before


@pytest.mark.parametrize("name", NAMING)
def test_the_cases_do_name_something_of_ours(scene, name):
    """The same calls, made by our owner, find it: so a 404 above is the fence's."""
    got = scene.call(scene.ours.api, name, NAMING[name])
    mine = name in (
        "PATCH /v1/rooms/{room}/messages/{message}",  # the message is Ann's
        "POST /v1/broadcasts/{broadcast}/approve",  # and the broadcast the caller's own
        "POST /v1/me/earlier-rooms/{earlier}",  # a user's to say
        "POST /v1/me/usage/questions/{question}/answer",  # and so is this
        RATE,  # and how it was, the customer's to say
        PROPOSE,  # a machine's
    )
    draft = name in NOT_OF_A_DRAFT
    if name == "GET /v1/rooms/{room}/rating":  # the room is found, and nobody was asked
        assert (got.status, got.json["detail"]) == (404, "nobody was asked")
        return
    assert got.status in ((403,) if mine else (409,) if draft else (200, 201, 202, 204)), got.text


@pytest.mark.parametrize("name", OWN)
def test_what_is_told_of_the_callers_own_names_nothing_of_ours(scene, name):
    if name in ASKED:  # what is ours can be found, by us
        scene.parley.react_all()
        assert scene.call(scene.ours.api, name).json["items"]
    before = dict(scene.parley.table.rows)
    for caller in (scene.theirs.api, scene.theirs.user("beta", "bob"), scene.ours.user("beta", "bob")):
        got = scene.call(caller, name, OWN[name])
        assert got.status in (200, 201, 202, 204, 403), got.text
        scene.parley.work_all()
        for thing in (
            "room",
            "message",
            "install",
            "agent",
            "key",
            "delivery",
            "attachment",
            "job",
            "segment",
            "issue",
        ):
            assert scene.ids[thing] not in got.text
        assert "Secret" not in got.text
    assert {key: scene.parley.table.rows[key] for key in before if scene.ours.id in str(key)} == {
        key: row for key, row in before.items() if scene.ours.id in str(key)
    }
    assert scene.ours.api.get("/v1/customers/acme").json["name"] == "acme"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/rooms", {"name": "R", "customer": "acme"}, 404),
        ("/v1/rooms", {"name": "R", "customer": {"external_id": "acme"}}, 404),
        ("/v1/api-keys", {"name": "K", "agent": "{agent}"}, 404),
        ("/v1/rooms/{own}/messages", {"text": "x", "attachments": ["{attachment}"]}, 422),
        ("/v1/rooms/{own}/messages", {"text": "x", "mentions": ["{agent}"]}, 422),
        ("/v1/rooms/{own}/messages", {"text": "x", "mentions": ["{person}"]}, 422),
        ("/v1/rooms/{own}/messages", {"text": "x", "reply_to": "{message}"}, 422),
        ("/v1/rooms/{own}/messages", {"text": "x", "proposal": "{proposal}"}, 404),
        ("/v1/rooms/{own}/fork", {"name": "F", "from": "{message}"}, 422),
        ("/v1/customers/import", {"attachment": "{attachment}"}, 422),
        ("/v1/segments", {"name": "S", "customers": ["acme"]}, 422),
        ("/v1/segments/preview", {"filter": {"attribute": "plan", "exists": True}}, 422),
    ],
)
def test_another_workspace_cannot_name_our_things_in_a_body(scene, path, body, status):
    person = scene.ours.api.get("/v1/customers/acme/users/ann").json["id"]
    ids = scene.ids | {"own": scene.theirs.triage("beta"), "person": person}
    text = json.dumps(body)
    for param, value in ids.items():
        path, text = path.replace(f"{{{param}}}", value), text.replace(f"{{{param}}}", value)
    assert scene.theirs.api.post(path, raw=text).status == status


def test_another_workspace_cannot_assign_our_agent_or_follow_our_cursor(scene):
    own = scene.theirs.triage("beta")
    assert scene.theirs.api.patch(f"/v1/rooms/{own}", {"assignees": [scene.ids["agent"]]}).status == 422
    assert scene.theirs.api.get("/v1/rooms", customer="acme").json["items"] == []
    for listing in ("/v1/customers", "/v1/rooms", "/v1/agents", "/v1/installs", "/v1/api-keys", "/v1/audit"):
        ours = scene.ours.api.get(listing, limit="1").json["next"]
        if ours:
            assert scene.theirs.api.get(listing, cursor=ours).status == 400, listing
    assert scene.ours.user("beta", "bob").get("/v1/rooms", customer="acme").status == 404
    ours = scene.ours.user().get("/v1/rooms", limit="1").json["next"]
    assert ours
    assert scene.ours.user("beta", "bob").get("/v1/rooms", cursor=ours).status == 400


def test_a_user_cannot_attach_or_mention_or_name_another_customers(scene):
    bob = scene.ours.user("beta", "bob")
    room = bob.get("/v1/rooms").json["items"][0]["id"]
    ann = scene.ours.api.get("/v1/customers/acme/users/ann").json["id"]
    for body in ({"attachments": [scene.ids["attachment"]]}, {"mentions": [ann]}, {"reply_to": scene.ids["message"]}):
        assert bob.post(f"/v1/rooms/{room}/messages", {"text": "x", **body}).status == 422
    assert bob.post("/v1/rooms", {"name": "R", "customer": "acme"}).status == 404


def test_visitors_and_internal_rooms_are_not_there_for_users(scene):
    form = scene.ours.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["url"]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    Client().post(form.removeprefix("https://parley.test"), raw="message=hi&email=x%40y.example", headers=headers)
    scene.parley.settle()
    rooms = scene.ours.api.get("/v1/rooms").json["items"] + scene.ours.api.get("/v1/rooms", said="false").json["items"]
    rooms.append(scene.ours.api.post("/v1/rooms", {"name": "I", "kind": "internal", "customer": "acme"}).json)
    hidden = [room["id"] for room in rooms if room["kind"] in ("visitor", "internal")]
    assert len(hidden) == 3
    for room in hidden:
        scene.ids["room"] = room
        for name, route in NAMES.items():
            if "{room}" in name and route.who == "person":
                assert scene.call(scene.ours.user(), name, NAMING[name]).status == 404


# --- what a credential may do -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", AGENT_ONLY)
def test_agent_only_routes_refuse_users(scene, name):
    before = dict(scene.parley.table.rows)
    got = scene.call(scene.ours.user(), name, body_of(name))
    assert (got.status, got.json["code"]) == (403, "forbidden")
    assert scene.parley.table.rows == before


@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("name", FENCED)
def test_a_role_does_what_it_may_and_no_more(scene, name, role):
    caller = scene.agent(role)
    before = dict(scene.parley.table.rows)
    got = scene.call(caller, name, body_of(name))
    if NAMES[name].need in MAY[role]:
        mine = name in ("PATCH /v1/rooms/{room}/messages/{message}", *THEIRS)
        others = name == "DELETE /v1/rooms/{room}/messages/{message}" and role == "agent"
        owners = name == "PATCH /v1/agents/{agent}" and role == "admin"
        assert (got.status == 403) == (mine or others or owners), got.text
        return
    assert got.status == 403, got.text
    assert scene.parley.table.rows == before


@pytest.mark.parametrize("scopes", [["read"], ["write"], ["read", "write"], ["admin"]])
@pytest.mark.parametrize("name", FENCED)
def test_a_key_does_what_its_scopes_grant_and_no_more(scene, name, scopes):
    caller = scene.agent("owner", scopes)
    got = scene.call(caller, name, body_of(name))
    need = "admin" if NAMES[name].need == "own" else NAMES[name].need
    if need not in scopes:
        assert (got.status, got.json["code"]) == (403, "forbidden")
    elif name not in {f"{verb} /v1/rooms/{{room}}/messages/{{message}}" for verb in ("PATCH", "DELETE")} | THEIRS:
        wide = name == "POST /v1/api-keys" and scopes == ["admin"]  # the new one would read and write by default
        assert (got.status == 403) == wide, got.text


def test_a_key_gives_no_scope_and_no_role_that_it_has_not(scene):
    narrow = scene.agent("owner", ["read", "admin"])
    assert narrow.post("/v1/api-keys", {"name": "K", "scopes": ["write"]}).status == 403
    admin = scene.agent("admin")
    owner = scene.ids["agent"]
    assert admin.post("/v1/agents", {"name": "O", "role": "owner"}).status == 403
    assert admin.patch(f"/v1/agents/{owner}", {"state": "blocked"}).status == 403
    assert admin.post("/v1/api-keys", {"name": "K", "agent": owner}).status == 403
    mine = next(a for a in admin.get("/v1/agents").json["items"] if a["role"] == "admin")["id"]
    assert admin.patch(f"/v1/agents/{mine}", {"role": "owner"}).status == 403
    assert admin.patch(f"/v1/agents/{mine}", {"state": "gone"}).status == 409


def test_only_the_bootstrap_key_founds(scene):
    for caller in (scene.ours.api, scene.ours.user(), Client(), Client("wrong")):
        got = caller.post("/v1/workspaces", {"name": "W"})
        assert got.status == 401
    assert Client(BOOTSTRAP).post("/v1/workspaces", {"name": "W"}).status == 201


# --- the end of a credential --------------------------------------------------------------------------------------


def blocked(scene, what, state):
    api = scene.ours.api
    if what == "user":
        return api.put("/v1/customers/acme/users/ann", {"state": state})
    if what == "customer":
        return api.put("/v1/customers/acme", {"state": state})
    agents = api.get("/v1/agents").json["items"]
    return api.patch(f"/v1/agents/{next(a['id'] for a in agents if a['role'] == 'agent')}", {"state": state})


@pytest.mark.parametrize("state", ["blocked", "gone"])
@pytest.mark.parametrize("what", ["user", "customer", "agent"])
def test_blocking_and_letting_go_end_a_credential_at_once_and_for_good(scene, what, state):
    caller = scene.agent("agent") if what == "agent" else scene.ours.user()
    assert caller.get("/v1/rooms").status == 200
    assert blocked(scene, what, state).status == 200
    before = dict(scene.parley.table.rows)
    for name, route in NAMES.items():
        if route.who == "person":
            assert scene.call(caller, name, body_of(name)).status == 401
    assert scene.parley.table.rows == before
    assert blocked(scene, what, "active").status == 200
    assert caller.get("/v1/rooms").status == 401
    scene.parley.clock.at += 2_000
    if what != "agent":
        fresh = scene.ours.user(iat=scene.parley.clock.at // 1000)
        assert fresh.get("/v1/rooms").status == 200


def test_a_dead_token_writes_nothing(scene):
    scene.ours.user(name="Ann").get("/v1/rooms")
    blocked(scene, "user", "blocked")
    before = dict(scene.parley.table.rows)
    assert scene.ours.user(name="Somebody else", email="else@acme.example").get("/v1/rooms").status == 401
    assert scene.parley.table.rows == before
    blocked(scene, "customer", "blocked")
    before = dict(scene.parley.table.rows)
    assert scene.ours.user(user="newcomer").get("/v1/rooms").status == 401
    assert scene.parley.table.rows == before


def test_a_revoked_and_an_expired_key_are_dead(scene):
    got = scene.ours.api.post("/v1/api-keys", {"name": "K", "expires_in_days": 1}).json
    key = Client(got["key"])
    assert key.get("/v1/rooms").status == 200
    scene.parley.clock.at += 24 * 3600 * 1000
    assert (key.get("/v1/rooms").status, key.get("/v1/rooms").json["detail"]) == (401, "the API key is expired")
    other = scene.ours.api.post("/v1/api-keys", {"name": "K"}).json
    assert scene.ours.api.delete(f"/v1/api-keys/{other['id']}").status == 204
    assert Client(other["key"]).get("/v1/rooms").json["detail"] == "the API key is revoked"


def test_a_key_with_another_ending_is_unknown(scene):
    key = scene.ours.api.credential
    theirs = scene.theirs.api.credential
    for wrong in (key[:-1] + ("0" if key[-1] != "0" else "1"), key[:-64] + theirs[-64:], key.upper(), key + "_"):
        assert Client(wrong).get("/v1/rooms").status == 401


# --- what takes no credential -------------------------------------------------------------------------------------


def test_a_file_is_behind_its_own_secret(scene):
    made = [scene.ours.user().post("/v1/attachments", {"name": f"{i}.txt", "size": 1}).json for i in "12"]
    paths = [file["url"].removeprefix("https://parley.test") for file in made]
    assert Client().get(paths[0]).status == 302
    assert "Location" in Client().get(paths[0]).headers
    swapped = f"/files/{made[0]['id']}/{paths[1].rpartition('/')[2]}"
    for path in (swapped, paths[0][:-1], f"/files/{made[0]['id']}/x", "/files/att_none/x", "/files/%00/%00"):
        assert Client().get(path).status == 404, path


def test_an_install_takes_what_its_own_secret_signed(scene):
    from datetime import UTC, datetime

    from standardwebhooks.webhooks import Webhook

    config = {"url": "https://vendor.example/hook"}
    other = scene.theirs.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config}).json
    body = json.dumps(event())
    moment = datetime.fromtimestamp(scene.parley.clock.at // 1000, UTC)

    def signed(secret):
        headers = {"webhook-id": "m1", "webhook-timestamp": str(int(moment.timestamp()))}
        return headers | {"webhook-signature": Webhook(secret).sign("m1", moment, body)}

    path = f"/in/webhook/{scene.ids['install']}"
    assert Client().post(path, raw=body, headers=signed(other["secret"])).status == 401
    assert Client().post(path, raw=body).status == 401
    assert Client().post(f"/in/form/{scene.ids['install']}", raw=body, headers=signed(scene.secret)).status == 404
    assert Client().get(f"/in/form/{scene.ids['install']}").status == 404
    assert Client().post("/in/slack/x", raw=body).status == 404
    assert not scene.parley.queues.envelopes
    assert Client().post(path, raw=body, headers=signed(scene.secret)).status == 202
    assert [envelope.workspace for envelope, _ in scene.parley.queues.envelopes] == [scene.ours.id]


def test_a_disabled_install_takes_nothing_and_comes_back(scene):
    api, form = scene.ours.api, scene.ours.api.post("/v1/installs", {"kind": "form", "name": "F"}).json
    path = form["url"].removeprefix("https://parley.test")
    assert Client().get(path).status == 200
    api.patch(f"/v1/installs/{form['id']}", {"state": "disabled"})
    scene.parley.clock.at += 20_000  # a container trusts its copy for that long
    assert Client().get(path).status == 404
    api.patch(f"/v1/installs/{form['id']}", {"state": "active"})
    scene.parley.clock.at += 1_000
    assert Client().get(path).status == 200


def test_the_scene_has_a_delivery(scene):
    rows = [from_row(row) for row in scene.parley.table.rows.values()]
    assert [row.workspace for row in rows if isinstance(row, Delivery)] == [scene.ours.id]
