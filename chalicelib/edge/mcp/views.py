"""What tools show, short. Whatever somebody wrote lies under who wrote it (prompt injection, ADR 169).

`customer_wrote`, `vendor_wrote` and `others_wrote` hold text of people and machines, and nothing else does: what stands
beside them is ours. Whose a text is in doubt is `others_wrote`: trackers, bots, names.
"""

from typing import Any

CUSTOMERS, VENDORS, OTHERS = "customer_wrote", "vendor_wrote", "others_wrote"
WROTE = (CUSTOMERS, VENDORS, OTHERS)
SIDES = {"user": CUSTOMERS, "visitor": CUSTOMERS, "agent": VENDORS, "system": VENDORS}
Json = dict[str, Any]


def kept(**fields: Any) -> Json:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, False)}


def page(found: Json, view: Any) -> Json:
    """A page of `items`, and where the next one begins."""
    return {"items": [view(each) for each in found["items"]], "next": found["next"]}


def written(author: Json, **texts: Any) -> Json:
    """Texts, under who wrote them."""
    side = SIDES.get(author["kind"], OTHERS) if author.get("verified", True) else OTHERS
    side = CUSTOMERS if author.get("agent_of") else side
    return {side: kept(name=author["name"], **texts)}


def message(shown: Json) -> Json:
    """A message."""
    author = shown["author"]
    files = [kept(name=file["name"], size=file["size"], url=file["url"]) for file in shown["attachments"]]
    return kept(
        id=shown["id"],
        at=shown["created_at"],
        by=kept(kind=author["kind"], id=author["id"], agent_of=author.get("agent_of")),
        note=shown["internal"],
        deleted=shown["deleted"],
        reply_to=(shown["reply_to"] or {}).get("message"),
        **written(author, text=shown["text"], files=files),
    )


def room(shown: Json) -> Json:
    """A room."""
    last, promise, customer = shown["last_message"], shown["promise"], shown["customer"]
    return kept(
        id=shown["id"],
        kind=shown["kind"],
        state=shown["state"],
        outcome=shown["outcome"],
        turn=shown["turn"],
        waiting_since=shown["waiting_since"],
        priority=shown["priority"],
        assignees=shown["assignees"],
        customer=customer["external_id"] if customer else None,
        messages=shown["messages"],
        change=shown["change"],
        last_message_at=shown["last_message_at"],
        last_message=kept(id=last["id"], **written(last["author"], text=last["text"])) if last else None,
        promise=promised(promise),
        **{OTHERS: kept(name=shown["name"], customer=shown["customer_name"], labels=shown["labels"])},
    )


def promised(shown: Json | None) -> Json | None:
    """What the vendor owes a room."""
    if shown is None:
        return None
    words = {VENDORS: {"text": shown["text"]}}
    return kept(state=shown["state"], due=shown["due"], overdue=shown["overdue"], **words)


def customer(shown: Json) -> Json:
    """A customer, as the vendor sees it."""
    names = ("external_id", "state", "language", "timezone")
    words = {OTHERS: kept(name=shown["name"], attributes=shown["attributes"], domains=shown["domains"])}
    return kept(**{name: shown[name] for name in names}, **words)


def hit(shown: Json) -> Json:
    """Something that was found."""
    inside, owner, author = shown.get("room"), shown.get("customer"), shown.get("author")
    text = "".join(piece["text"] for piece in shown["snippet"])
    words = {OTHERS: kept(title=shown["title"], text=text)}
    if author and shown["kind"] == "message":
        words = written(author, text=text)
    return kept(
        kind=shown["kind"],
        id=shown["id"],
        at=shown["at"],
        state=shown.get("state"),
        note=shown.get("internal"),
        room=inside and in_room(inside),
        customer=owner and {"id": owner["id"], OTHERS: kept(external_id=owner["external_id"], name=owner["name"])},
        **words,
    )


def in_room(shown: Json) -> Json:
    """The room that something is in."""
    return {"id": shown["id"], "state": shown["state"], OTHERS: {"name": shown["name"]}}


def expert(shown: Json) -> Json:
    """Somebody who knows, and why."""
    person, side = shown["person"], CUSTOMERS if shown["side"] == "customer" else VENDORS
    reasons = [
        kept(why=each["why"], at=each["at"], message=each["message"], issue=each["issue"])
        | ({"room": in_room(each["room"])} if each["room"] else {})
        | {OTHERS: kept(text=each["text"])}
        for each in shown["reasons"]
    ]
    return {"side": shown["side"], "id": person["id"], side: {"name": person["name"]}, "reasons": reasons}


def room_issue(shown: Json) -> Json:
    """An issue that a room is behind: what the vendor has made public, and for agents all of it."""
    public, whole = shown["public"], shown.get("issue")
    words = {VENDORS: kept(title=public["title"], text=public["text"])}
    inside = issue(whole) if whole else {"id": public["id"], "state": public["state"]}
    return inside | kept(asked_at=public["asked_at"], **words)


def issue(shown: Json) -> Json:
    """An issue, as agents see it."""
    tickets = [kept(key=each["key"], url=each["url"]) for each in shown["tickets"]]
    words = kept(title=shown["title"], text=shown["text"], reason=shown["reason"], labels=shown["labels"])
    return kept(
        id=shown["id"],
        kind=shown["kind"],
        state=shown["state"],
        priority=shown["priority"],
        rooms=shown["rooms"],
        customers=shown["customers"],
        **{OTHERS: words | kept(tickets=tickets)},
    )


def figures(shown: Json) -> Json:
    """Figures of days: numbers, and what each means."""
    parts = [{**part, "value": None} | {OTHERS: kept(value=part["value"])} for part in shown["parts"]]
    return {**shown, "parts": parts}
