"""The catalogue of events: each type, when it is told, and an example of its body. The OpenAPI document's `webhooks`,
the docs' table, the console's choice and the tests are made from it (ADR 165)."""

from collections.abc import Mapping
from typing import Any, Literal

from .record import Part

Order = Literal[
    "room", "customer", "rating", "clocks", "proposals", "issue", "workspace"
]  # what events keep their order within; there is none across


class EventType(Part, frozen=True):
    """A type of event: when it is told, what it tells besides `type`, `id`, `workspace` and `at`, and what it keeps its
    order within. What is told of all rooms is not `chosen` by its name."""

    name: str
    about: str
    tells: Mapping[str, Any]
    order: Order = "room"
    chosen: bool = True

    @property
    def example(self) -> dict[str, Any]:
        """The body of one."""
        suffix = f":{self.name}" if "data" in self.tells else ""
        whose = f"{ROOM['id'][5:]}.01jd5xk4m0zz9k3m8p2q7r4s5t{'' if 'room' in self.tells or not suffix else '.events'}"
        own = {"type": self.name, "id": f"dlv_{whose}_7{suffix}"}
        return own | {"workspace": "wsp_01jd5xk4m0a1b2c3d4e5f6g7h8", "at": AT} | dict(self.tells)


AT, LATER = "2027-01-15T08:00:00.000Z", "2027-01-15T12:00:00.000Z"
AGENT = "agt_01jd5xk4m0p5q6r7s8t9v0w1x2"
ROOM: dict[str, Any] = {
    "id": "room_01jd5xk4m0k1m2n3p4q5r6s7t8",
    "name": "Webhooks arrive late",
    "state": "open",
    "customer": {"external_id": "acme"},
}
RESOLVED = ROOM | {"state": "resolved"}
NOW: dict[str, Any] = {
    "kind": "topic",
    "turn": "vendor",
    "outcome": None,
    "assignees": [AGENT],
    "followers": [],
    "labels": ["webhooks"],
    "priority": "normal",
    "acknowledged_at": None,
    "snoozed_until": None,
}
MESSAGE: dict[str, Any] = {
    "id": "msg_01jd5xk4m0k1m2n3p4q5r6s7t8_7",
    "external_id": None,
    "author": {"kind": "user", "id": "usr_01jd5xk4m0v1w2x3y4z5a6b7c8", "name": "Ann"},
    "text": "Since noon they come an hour late.",
    "created_at": AT,
    "edited_at": None,
    "deleted": False,
    "reply_to": None,
    "attachments": [],
    "reactions": {},
    "source": "api",
}
PROMISE: dict[str, Any] = {"text": "the next update", "due": LATER, "by": AGENT, "state": "open", "overdue": False}
CLOCK: dict[str, Any] = {
    "kind": "first",
    "policy": "pol_01jd5xk4m0d1e2f3g4h5j6k7m8",
    "priority": "normal",
    "how": "",
    "since_at": AT,
    "due_at": LATER,
    "warned_at": None,
    "missed_at": None,
    "ended_at": None,
    "answered_at": None,
    "because": None,
}
SEGMENT: dict[str, Any] = {
    "segment": {"id": "seg_01jd5xk4m0n1p2q3r4s5t6v7w8", "name": "Pro"},
    "customer": {"external_id": "acme", "name": "Acme"},
}
RATING: dict[str, Any] = {
    "outcome": "solved",
    "happy": True,
    "why": "Quick and clear.",
    "person": {"id": "usr_01jd5xk4m0v1w2x3y4z5a6b7c8", "name": "Ann"},
    "asked_at": AT,
    "at": LATER,
}


def _room(
    name: str, about: str, changed: dict[str, Any], *, now: dict[str, Any] | None = None, room: dict[str, Any] = ROOM
) -> EventType:
    data = {"by": None if name == "room.opened" else AGENT, "changed": changed, "now": NOW | (now or {})}
    return EventType(name=name, about=about, tells={"room": room, "data": data})


def _said(name: str, about: str, **message: Any) -> EventType:
    return EventType(name=name, about=about, tells={"room": ROOM, "message": MESSAGE | message}, chosen=False)


def _promised(name: str, about: str, **promise: Any) -> EventType:
    return EventType(name=name, about=about, tells={"room": ROOM, "promise": PROMISE | promise})


def _clock(name: str, about: str, **clock: Any) -> EventType:
    return EventType(name=name, about=about, tells={"room": ROOM, "clock": CLOCK | clock}, order="clocks")


def _thing(name: str, about: str, changed: dict[str, Any], *, order: Order = "workspace", **more: Any) -> EventType:
    """What belongs to no room: by its noun, and how it stands with it."""
    noun = more.pop("noun", "") or name.partition(".")[0]
    now = THINGS[noun] | more.pop("now", {})
    data = {"by": more.pop("by", AGENT), "changed": changed, "now": now}
    return EventType(name=name, about=about, tells={noun: {"id": IDS[noun]}} | more | {"data": data}, order=order)


def _issue(name: str, about: str, what: str, **detail: str) -> EventType:
    changed = {"what": what, "install": None, "detail": detail}
    return _thing(name, about, changed, order="issue", noun="issue")


ACME = {"external_id": "acme", "name": "Acme"}
IDS = {
    "user": "usr_01jd5xk4m0v1w2x3y4z5a6b7c8",
    "customer": "cus_01jd5xk4m0c1d2e3f4g5h6j7k8",
    "person": "per_01jd5xk4m0f1g2h3j4k5m6n7p8",
    "issue": "iss_01jd5xk4m0g1h2j3k4m5n6p7q8",
    "notice": "not_01jd5xk4m0h1j2k3m4n5p6q7r8",
    "broadcast": "brc_01jd5xk4m0j1k2m3n4p5q6r7s8",
    "install": "ins_01jd5xk4m0zz9k3m8p2q7r4s5t",
    "key": "key_01jd5xk4m0m1n2p3q4r5s6t7v8",
    "agent_key": "akey_01jd5xk4m0n1p2q3r4s5t6v7w8",
    "agent": AGENT,
    "proposal": "prp_01jd5xk4m0q1r2s3t4v5w6x7y8",
    "erasure": "ers_01jd5xk4m0q1r2s3t4v5w6x7y8",
    "signal": "sig_01jd5xk4m0c1d2e3f4g5h6j7k8.surge.105714",
    "reason": "rsn_01jd5xk4m0q1r2s3t4v5w6x7y8",
    "retention": "wsp_01jd5xk4m0q1r2s3t4v5w6x7y8",
    "delivery": "dlv_01jd5xk4m0k1m2n3p4q5r6s7t8.01jd5xk4m0yy9k3m8p2q7r4s5t_7",
}
THINGS: dict[str, dict[str, Any]] = {
    "customer": {
        "external_id": "acme",
        "name": "Acme",
        "state": "active",
        "attributes": {"plan": "pro"},
        "domains": ["acme.example"],
        "contact": None,
        "language": "en",
        "timezone": None,
        "calendar": None,
        "agents_speak": True,
    },
    "user": {"external_id": "ann", "name": "Ann", "email": "ann@acme.example", "state": "active", "attributes": {}},
    "person": {"members": ["usr_01jd5xk4m0v1w2x3y4z5a6b7c8", "vis_01jd5xk4m0w1x2y3z4a5b6c7d8"]},
    "issue": {
        "kind": "bug",
        "title": "Deliveries are late",
        "public_title": "Webhooks arrive late",
        "state": "open",
        "reason": None,
        "priority": "none",
        "labels": [],
        "rooms": 1,
        "customers": 1,
    },
    "notice": {
        "issue": "iss_01jd5xk4m0g1h2j3k4m5n6p7q8",
        "about": "state",
        "state": "sent",
        "text": "Webhooks are on time again.",
        "becomes": "done",
    },
    "broadcast": {
        "kind": "news",
        "state": "done",
        "text": "Version 2 is here.",
        "segment": None,
        "planned": 50,
        "skipped": 0,
        "reason": None,
    },
    "install": {"kind": "telex", "name": "Our data", "state": "active", "disabled_because": None},
    "key": {
        "name": "Import",
        "kind": "person",
        "agent": AGENT,
        "scopes": ["read"],
        "expires_at": None,
        "revoked_at": None,
    },
    "agent_key": {
        "name": "My editor",
        "customer": "cus_01jd5xk4m0c1d2e3f4g5h6j7k8",
        "user": "usr_01jd5xk4m0v1w2x3y4z5a6b7c8",
        "scopes": ["read", "speak"],
        "revoked_at": None,
    },
    "erasure": {"of": "user", "state": "done", "stand_in": "gone_01jd5xk4m0r1s2t3v4w5x6y7z8"},
    "retention": {"gone": {"resolved_rooms": 12, "dead_letters": 3}, "held": {"resolved_rooms": 1}},
    "agent": {"name": "Ada", "role": "agent", "state": "active"},
    "proposal": {
        "room": ROOM["id"],
        "key": "key_01jd5xk4m0m1n2p3q4r5s6t7v8",
        "name": "Drafter",
        "text": "Webhooks are an hour late since noon; we are on it.",
        "state": "open",
        "reason": None,
        "edited": False,
    },
    "signal": {
        "segment": "seg_01jd5xk4m0n1p2q3r4s5t6v7w8",
        "kind": "surge",
        "owner": AGENT,
        "found": {
            "day": "2027-01-14",
            "words": "1,204 calls on Thursday, 14 January 2027; the 8 Thursdays before had a median of 300 (9 to 380).",
            "count": 1204,
            "usual": 300.0,
        },
        "room": ROOM["id"],
        "reason": None,
    },
    "reason": {
        "kind": "surge",
        "from_day": "2027-01-14",
        "until_day": "2027-01-31",
        "cause": "season",
        "text": "The sales are on.",
        "by": AGENT,
        "message": MESSAGE["id"],
        "signal": "sig_01jd5xk4m0c1d2e3f4g5h6j7k8.surge.105714",
    },
    "delivery": {
        "room": ROOM["id"],
        "install": "ins_01jd5xk4m0yy9k3m8p2q7r4s5t",
        "channel": "telex",
        "what": "post",
        "state": "failed",
        "attempts": 10,
        "reason": "HTTP 500",
    },
}
OFF: dict[str, Any] = {"state": "paused", "disabled_because": "the account over there is gone"}


CATALOGUE: tuple[EventType, ...] = (
    _said("message.posted", "Somebody said something"),
    _said("message.edited", "A message was put in other words", edited_at=LATER),
    _said("message.deleted", "A message was taken back", text="", deleted=True),
    _said("message.reaction", "Somebody reacted, or took that back", reactions={"👍": 1}),
    _room(
        "room.opened", "A room was made; `from` is the room that it was forked from", {"kind": "topic", "from": None}
    ),
    _room("room.renamed", "A room has another name", {"name": ROOM["name"]}),
    _room("room.assigned", "Other agents are on it", {"assignees": [AGENT]}),
    _room("room.followed", "Other agents follow it", {"followers": [AGENT]}, now={"followers": [AGENT]}),
    _room("room.labelled", "It has other labels", {"labels": ["webhooks"]}),
    _room("room.prioritised", "It has another priority", {"priority": "high"}, now={"priority": "high"}),
    _room(
        "room.acknowledged",
        "Somebody said that they are aware of it",
        {"acknowledged_at": AT},
        now={"acknowledged_at": AT},
    ),
    _room(
        "room.resolved",
        "It was resolved, or its outcome was put in other words",
        {"state": "resolved", "outcome": "solved"},
        now={"outcome": "solved", "turn": None},
        room=RESOLVED,
    ),
    _room("room.reopened", "It was opened again, by hand or by what was said", {"state": "open"}),
    _room("room.snoozed", "It is out of the inbox until then", {"snoozed_until": LATER}, now={"snoozed_until": LATER}),
    _room("room.woken", "It is back in the inbox", {"snoozed_until": None}),
    _room("room.forked", "Messages of it became a room of their own", {"into": "room_01jd5xk4m0x1y2z3a4b5c6d7e8"}),
    _room("room.adopted", "A visitor's room became its customer's", {"customer": "acme"}),
    _room(
        "room.unadopted",
        "An adopted room is its visitor's again",
        {"customer": None},
        now={"kind": "visitor"},
        room=ROOM | {"customer": None},
    ),
    _promised("promise.made", "An agent gave their word"),
    _promised("promise.overdue", "It came due and was not kept", overdue=True),
    _promised("promise.kept", "It was kept", state="kept"),
    _promised("promise.broken", "It was broken", state="broken"),
    EventType(name="promise.withdrawn", about="It was withdrawn", tells={"room": ROOM, "promise": None}),
    _clock("clock.started", "A policy's clock began to run"),
    _clock("clock.warned", "It is soon due", warned_at=AT),
    _clock("clock.missed", "It came due", missed_at=LATER),
    _clock("clock.met", "What it waited for came in time", ended_at=LATER, answered_at=LATER, how="answered"),
    EventType(
        name="rating.given",
        about="Somebody said how it was",
        tells={"room": RESOLVED, "rating": RATING},
        order="rating",
    ),
    EventType(name="segment.entered", about="A customer entered a segment", tells=SEGMENT, order="customer"),
    EventType(name="segment.left", about="A customer left a segment", tells=SEGMENT, order="customer"),
    _thing(
        "customer.created",
        "A customer came",
        {"fields": []},
        order="customer",
        by=None,
        customer={"id": IDS["customer"]} | ACME,
    ),
    _thing(
        "customer.changed",
        "Something of a customer is different",
        {"fields": ["name"]},
        order="customer",
        by=None,
        customer={"id": IDS["customer"]} | ACME,
    ),
    _thing(
        "user.created",
        "A person at a customer was heard of for the first time",
        {"fields": []},
        order="customer",
        by=None,
        customer=ACME,
    ),
    _thing(
        "user.changed",
        "Something of them is different",
        {"fields": ["email"]},
        order="customer",
        by=None,
        customer=ACME,
    ),
    _thing("person.tied", "Two are one person: `ids` are theirs", {"ids": THINGS["person"]["members"]}),
    _thing(
        "person.untied",
        "They are not by that tie any more: `ids` is its id",
        {"ids": ["tie_01jd5xk4m0x1y2z3a4b5c6d7e8"]},
    ),
    _issue("issue.raised", "An issue was raised", "raised"),
    _issue("issue.changed", "Its words, its kind, its priority or its labels are different", "changed", fields="title"),
    _issue("issue.moved", "It has another state", "state", was="open", now="in_progress"),
    _issue("issue.tied", "A room is behind it", "tied", room=ROOM["id"]),
    _issue("issue.untied", "A room is behind it no more", "untied", room=ROOM["id"]),
    _issue("issue.merged", "Another issue went into it", "merged", title="Late webhooks"),
    _issue("issue.told", "A notice told its rooms", "told"),
    _issue("ticket.linked", "A tracker's ticket is its own", "linked", key="API-7"),
    _issue("ticket.unlinked", "A ticket is not its own any more", "unlinked", key="API-7"),
    _issue("ticket.commented", "A comment came, was written, changed or deleted: `what` says which", "comment"),
    _issue("ticket.failed", "Issue and ticket do not agree, or one cannot be reached: `what` says why", "conflict"),
    _thing(
        "notice.changed",
        "What rooms are to be told was drafted, is being told, was told or discarded",
        {"state": "sent"},
        order="issue",
    ),
    _thing(
        "broadcast.changed",
        "It was drafted, scheduled, is being sent, is done, was stopped or undone",
        {"state": "done"},
    ),
    _thing("install.connected", "An account was connected", {"fields": []}),
    _thing("install.changed", "An admin changed an install", {"fields": ["config"]}),
    _thing("install.secret_rolled", "It has a new secret, which no event shows", {"fields": []}),
    _thing(
        "install.paused", "Its account was lost, or it had more than a day's share", {"fields": []}, by=None, now=OFF
    ),
    _thing(
        "install.disabled", "Its other side wants no more", {"fields": []}, by=None, now=OFF | {"state": "disabled"}
    ),
    _thing("install.removed", "It is gone", {"fields": []}),
    _thing("key.issued", "There is a new API key, which no event shows", {"fields": []}),
    _thing("key.revoked", "A key is dead", {"fields": []}, now={"revoked_at": LATER}),
    _thing(
        "key.agent_issued",
        "A user made a key for their coding agent, which no event shows",
        {"fields": []},
        by=IDS["user"],
        noun="agent_key",
    ),
    _thing(
        "key.agent_revoked",
        "Such a key is dead",
        {"fields": []},
        by=IDS["user"],
        noun="agent_key",
        now={"revoked_at": LATER},
    ),
    _thing("agent.added", "There is a new agent", {"fields": []}),
    _thing("agent.changed", "An agent has another name, role or standing", {"fields": ["role"]}),
    _thing("erasure.begun", "Somebody is being forgotten", {"fields": ["user"]}, now={"state": "running"}),
    _thing(
        "erasure.done",
        "Somebody is forgotten: their id is `stand_in` wherever it was; what was told of them is yours to forget",
        {"fields": ["user"]},
    ),
    _thing(
        "retention.done",
        "What had had its time is gone, so many of each kind; what a hold kept is counted, too",
        {"fields": ["dead_letters=3", "resolved_rooms=12"]},
    ),
    _thing(
        "proposal.made",
        "A machine has drafted an answer, which waits for an agent",
        {"state": "open"},
        order="proposals",
        by="key_01jd5xk4m0m1n2p3q4r5s6t7v8",
    ),
    _thing(
        "proposal.sent",
        "An agent sent what a machine had drafted",
        {"state": "sent"},
        order="proposals",
        now={"state": "sent"},
    ),
    _thing(
        "proposal.discarded",
        "An agent discarded it, for a reason",
        {"state": "discarded"},
        order="proposals",
        now={"state": "discarded", "reason": "incomplete"},
    ),
    _thing(
        "signal.raised",
        "A customer's usage moved as a segment's signal watches for; with a `reason` nobody was asked",
        {"kind": "surge"},
        order="customer",
        by=None,
        customer=ACME,
    ),
    _thing(
        "reason.given",
        "Somebody wrote down why a customer's usage moved",
        {"kind": "surge"},
        order="customer",
        customer=ACME,
    ),
    _thing(
        "delivery.failed", "It was given up. No install is told of its own", {"state": "failed"}, order="room", by=None
    ),
)
CHOSEN = {each.name: each for each in CATALOGUE if each.chosen}
