"""What must be true once all has come to rest (oracle): nothing lost, nothing doubled where a mark is possible, nothing
stuck, nothing unexplained. Each finding is a word for its kind, and what was found."""

import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from chalicelib import wiring
from chalicelib.channels.slack.emoji import emoji_of
from chalicelib.desk.broadcasts import Broadcast
from chalicelib.desk.clocks import Clock, RoomClocks
from chalicelib.desk.dead_letters import DeadLetter
from chalicelib.desk.deliveries import HOLDS_OTHERS, Delivery
from chalicelib.desk.issues import Notice, NoticeReceipt
from chalicelib.desk.messages import Change, Message
from chalicelib.desk.outcomes import CHANNEL
from chalicelib.desk.policies import Policies
from chalicelib.desk.ratings import Rating
from chalicelib.desk.rooms import Room, Seen, read_mark, unread
from chalicelib.desk.times import rfc3339
from chalicelib.desk.turns import MAX_TRAIL, REMINDERS
from chalicelib.flows.clocks.refresh_clocks import refreshed
from chalicelib.flows.rooms.tell_end import REMINDER
from chalicelib.ports import ref
from tests.everywhere import ACME, AGENTS, CHAT, WORDS, Everywhere
from tests.mails import read
from tests.peers.msteams import BOT as TEAMS
from tests.peers.slack import BOT

from . import visits
from .history import History

Finding = tuple[str, ...]
# Where a repeat finds what it has done already. Teams and SES take no mark: bad weather may leave something twice.
MARKED = ("slack", "agents", "webhook")
LOOKED_FOR = {"slack": {"post", "edit", "delete"}}  # what each channel must claim to mark; webhooks' receivers know ids
RIGHTLY_SKIPPED = re.compile(
    "do not cross this bridge|deleted before it was sent|never got|they have read it|cannot react in Teams|"
    "leave by mail|the settings tell of no|nobody of this room|message is (not there|gone)"
)


def findings(history: History) -> list[Finding]:
    """All that is wrong; [] is as it should be."""
    found: list[Finding] = [("lost", what) for what in history.stage.lost]
    for look in (
        _marks,
        _numbers,
        _said,
        _ledger,
        _sides,
        _order,
        _mails,
        _issue,
        _notices,
        _broadcasts,
        _promises,
        _clocks,
        _ends,
        _unread,
        _search,
        _dead,
        visits.findings,
    ):
        found += look(history)
    return found


def _marks(history: History) -> list[Finding]:
    """No channel claims fewer marks than it can have."""
    claimed = {kind: wiring.outbound(kind) for kind in LOOKED_FOR}
    return [
        ("a mark less is claimed", kind)
        for kind, channel in claimed.items()
        if channel is None or not LOOKED_FOR[kind] <= channel.MARKS
    ]


def _public(history: History) -> list[Message]:
    return [
        each
        for each in history.stage.rows(Message)
        if not each.deleted and not each.internal and each.author.kind != "system"
    ]


def _numbers(history: History) -> list[Finding]:
    """A room's changes are numbered without a gap, and its counts are of what is there."""
    found: list[Finding] = []
    messages, changes = history.stage.rows(Message), history.stage.rows(Change)
    for room in history.stage.rows(Room):
        numbers = sorted(each.n for each in [*messages, *changes] if each.room == room.id)
        if numbers != list(range(1, room.n + 1)):
            found.append(("numbers", room.id, f"{numbers} of {room.n}"))
        posts = sum(1 for each in messages if each.room == room.id and not each.internal)
        if room.posts != posts:
            found.append(("posts", room.id, f"{room.posts} of {posts}"))
    return found


def _said(history: History) -> list[Finding]:
    """What was accepted is there once; what was not answered at most once; what was deleted not at all."""
    expected, found = history.expected, list[Finding]()
    own = [each for each in history.stage.rows(Message) if not each.forked_from and not each.deleted]
    there = Counter((each.room, each.text) for each in own)
    texts = Counter(each.text for each in own)
    for text, (room, _) in expected.accepted.items():
        if text not in expected.unknown | expected.deleted and there[room, text] != 1:
            found.append(("accepted, not there once", text, str(there[room, text])))
    found += [("said twice", text) for text, often in texts.items() if text.startswith("words") and often > 1]
    return found + [("deleted, and there", text) for text in expected.deleted if texts[text]]


def _ledger(history: History) -> list[Finding]:
    """Nothing is stuck, and nothing failed once all are well. What was skipped says why."""
    found: list[Finding] = []
    for row in history.here.rows():
        if row.state in ("queued", "failed"):
            found.append((f"delivery {row.state}", row.channel, row.what, row.reason))
        if row.state == "skipped" and not RIGHTLY_SKIPPED.search(row.reason):
            found.append(("skipped without a reason that is known", row.channel, row.reason))
    return found


def _sides(history: History) -> list[Finding]:
    """Each side shows what its rooms hold, once. Forks copy what was said without saying it anywhere again."""
    here = history.here
    every = [each for each in _public(history) if not each.forked_from]
    mine = Counter(each.text for each in every if each.room == history.rooms["acme"])
    all_ = Counter(each.text for each in every)
    found: list[Finding] = []
    for side, texts in _shown(here).items():
        wanted = all_ if side in ("webhook", "agents") else mine
        got = Counter(_plain(text) for text in texts)
        links = Counter({text: often for text, often in got.items() if text.startswith("📎")})
        found += [("link twice", side, text) for text, often in links.items() if often > 1]
        got -= links
        if side not in MARKED and history.stormed:  # of what is there twice one alone is edited, or taken back
            got, wanted = Counter(set(got) & set(wanted)), Counter(set(wanted))
        missing, extra = wanted - got, got - wanted
        if not history.expected.alone:  # a fork takes its thread along, and a copy may be changed in one of the rooms
            missing = Counter(set(wanted)) - got
            extra = Counter(set(got)) - Counter(each.text for each in _public(history))
        found += [("missing", side, text) for text in missing]
        found += [("twice" if text in wanted else "should not be there", side, text) for text in extra]
    if history.expected.alone:
        room = {
            each.text: {emoji for emoji, marks in each.reactions.items() if any(mark.on for mark in marks.values())}
            for each in every
            if each.room == history.rooms["acme"]
        }
        for channel in (ACME, AGENTS):
            posts = [post for post in here.slack.there(channel) if post.text in room and all_[post.text] == 1]
            for post in posts:
                shown = {emoji_of(name) for _, name in post.reactions}
                if shown != room[post.text]:
                    found.append(("reactions", channel, post.text, f"{sorted(shown)} of {sorted(room[post.text])}"))
    if "between us" in f"{here.sides()} {here.mailed()}":
        found.append(("a note left",))
    return found


def _order(history: History) -> list[Finding]:
    """Each bridge shows what it was owed in the order of the room's changes: but for what failed so often that others
    passed it (ADR 7), and for what is there twice."""
    said = [each for each in history.stage.rows(Message) if not each.deleted]
    often = Counter(each.text for each in said)
    texts = {(each.room, each.n): each.text for each in said if often[each.text] == 1}
    bridges: dict[str, list[Delivery]] = defaultdict(list)
    for row in sorted(history.here.rows(), key=lambda row: row.n):
        if row.what == "post" and row.state == "sent" and row.attempts < HOLDS_OTHERS:
            bridges[row.bridge].append(row)
    found: list[Finding] = []
    for side, shown in _posted(history.here).items():
        places = {text: place for place, text in reversed(list(enumerate(shown)))}
        for rows in bridges.values():
            owed = [texts.get((row.room, row.message), "") for row in rows if row.channel == side.partition(" ")[0]]
            there = [(places[text], text) for text in owed if text in places]
            for (place, text), (after, later) in pairwise(there):
                if after < place:
                    found.append(("out of order", side, text, later))
    return found


def _posted(here: Everywhere) -> dict[str, list[str]]:
    """What Parley itself has put there, oldest first, with what was taken back since."""
    slack = {
        f"slack {channel}": [
            post.text for (where, _), post in sorted(here.slack.posts.items()) if where == channel and post.user == BOT
        ]
        for channel in (ACME, AGENTS)
    }
    chat = [
        each["text"] for each in here.teams.messages.values() if each["place"] == CHAT and each["from"] == TEAMS["id"]
    ]
    shown = slack | {"msteams": chat, "webhook": list(here.app.copies.values())}
    return {side: [_plain(text) for text in said] for side, said in shown.items()}


def _shown(here: Everywhere) -> dict[str, list[str]]:
    chat = [each["text"] for each in here.teams.messages.values() if each["place"] == CHAT and not each["deleted"]]
    return here.sides() | {"msteams": chat}


def _plain(text: str) -> str:
    """The words of a message that names a file, too."""
    found = WORDS.search(text)
    return found.group() if found else text.rpartition("\n\n")[2]


def _mails(history: History) -> list[Finding]:
    """An answer to whoever wrote a mail leaves by mail; none leaves twice in fair weather."""
    expected, here = history.expected, history.here
    mailed = Counter(here.mailed())
    found: list[Finding] = []
    for text, to in expected.letters.items():  # an edit may have come before or after the mail
        said = {text, *next((each for each in history.people.lineage.values() if text in each), ())}
        if said & (expected.unknown | expected.deleted):
            continue
        if not any(mailed[each] for each in said):
            found.append(("never mailed", text, to))
    if not history.stormed:
        gone = Counter((text, reader) for raw, to in here.mailer.sent for text in _words(raw) for reader in to)
        found += [("mailed twice", text, reader) for (text, reader), often in gone.items() if often > 1]
    return found


def _words(raw: bytes) -> list[str]:
    body = read(raw).get_body(("plain",))
    return WORDS.findall(body.get_content()) if body else []


def _issue(history: History) -> list[Finding]:
    """The issue and its ticket are alike; each comment is there once, and each room heard of it once."""
    tracker, found = history.tracker, list[Finding]()
    issue = history.api.get(f"/v1/issues/{history.issue}").json
    tickets = [each for each in tracker.tickets_.values() if not each.title.startswith("Raised")]
    if len(tickets) != 1:
        return [("tickets", str(len(tickets)))]
    ticket = tickets[0]
    pairs = (("state", ticket.word.means, issue["state"]), ("title", ticket.title, issue["title"]))
    found += [(f"issue's {what}", there, here) for what, there, here in pairs if there != here]
    if set(ticket.labels) != set(issue["labels"]):
        found.append(("issue's labels", str(ticket.labels), str(issue["labels"])))
    there = Counter(each.text for each in tracker.said.get(ticket.id, {}).values())
    for text in history.expected.comments:  # it says who wrote it
        often = sum(text in said for said in there.elements())
        if often != 1:
            found.append(("our comment", text, str(often)))
    own = [each for each in history.stage.rows(Message) if not each.forked_from and not each.deleted]
    for text in there:
        for customer in ("beta", "gamma") if text.startswith("said there") else ():
            often = sum(text in each.text for each in own if each.room == history.rooms[customer])
            if often != 1:
                found.append(("their comment", text, customer, str(often)))
    for title in history.expected.raised:
        issues = [each for each in history.api.get("/v1/issues").json["items"] if each["title"] == title]
        if len(issues) > 1:
            found.append(("raised twice", title))
    return found


def _notices(history: History) -> list[Finding]:
    """A notice counts whom it told; each message of an issue has its receipt."""
    receipts = history.stage.rows(NoticeReceipt)
    there = {(each.room, each.n) for each in receipts if each.n}
    found: list[Finding] = []
    for notice in history.stage.rows(Notice):
        sent = sum(1 for each in receipts if each.notice == notice.id and each.n)
        if notice.state == "sending":
            found.append(("notice stuck", notice.id))
        if notice.state == "sent" and notice.told != sent:
            found.append(("notice's count", notice.id, f"{notice.told} of {sent}"))
    issue = [each for each in history.stage.rows(Message) if each.source.channel == "issue" and not each.forked_from]
    return found + [("notice without receipt", each.text) for each in issue if (each.room, each.n) not in there]


def _broadcasts(history: History) -> list[Finding]:
    """A broadcast's sums are of what is there; what is undone is nowhere, forks included."""
    found: list[Finding] = []
    messages = history.stage.rows(Message)
    for each in history.stage.rows(Broadcast):
        sums: dict[str, Any] = history.api.get(f"/v1/broadcasts/{each.id}").json["sums"]
        if each.state in ("sending", "undoing", "planning"):
            found.append(("broadcast stuck", each.state))
        if sums["planned"] != sums["skipped"] + sums["stored"] + sums["failed"] + sums["waiting"]:
            found.append(("broadcast's sums", str(sums)))
        copies = [one for one in messages if one.broadcast and one.broadcast.broadcast == each.id]
        own = [one for one in copies if not one.forked_from]
        if len(own) != sums["stored"] or len({one.room for one in own}) != len(own):
            found.append(("broadcast's messages", f"{len(own)} of {sums['stored']}"))
        text = history.expected.broadcasts.get(each.id, "?")
        if each.state == "undone" and any(not one.deleted for one in messages if one.text == text or one in copies):
            found.append(("undone, and there", text))
    return found


def _promises(history: History) -> list[Finding]:
    """A promise whose time has come is kept, taken back or marked; none is marked before."""
    now = history.stage.clock.at
    promises = [(room, room.promise) for room in history.stage.rows(Room) if room.promise and room.promise.open]
    return [
        ("promise", room.id, f"due {promise.due - now} ms from now, overdue {promise.overdue}")
        for room, promise in promises
        if promise.overdue != (promise.due <= now)
    ]


def _clocks(history: History) -> list[Finding]:
    """What runs is what the room's marks say and not past its time unmarked; each was told of, once."""
    stage, found = history.stage, list[Finding]()
    now, store = stage.clock.at, stage.parley.store
    policies = store.one(ref(Policies, history.tenant.id))
    assert policies
    rows = {(row.room, row.kind, row.since): row for row in stage.rows(Clock)}
    for room in stage.rows(Room):
        clocks = store.one(ref(RoomClocks, room.id))
        if room.kind != "internal" and refreshed(store, policies, room, there=clocks, now=now).writes:
            found.append(("clocks are not the room's", room.id))
        for each in clocks.running if clocks else ():
            if 0 < each.wake_at <= now:
                found.append(("clock past its time", room.id, each.id))
            if rows[room.id, each.kind, each.since].ended:
                found.append(("clock runs, and has ended", room.id, each.id))
    facts = Counter(
        (fact["room"]["id"], fact["clock"]["kind"], fact["clock"]["since_at"], fact["type"])
        for fact in history.here.facts.values()
    )
    once = [fact for fact, often in facts.items() if often > 1 and fact[-1] != "clock.met"]
    heard = [row for row in rows.values() if row.kind != "outcome" or row.due]  # without a target it is for figures
    missing = [row for row in heard if not facts[row.room, row.kind, rfc3339(row.since), "clock.started"]]
    untold = [row for row in rows.values() if row.warned or row.missed > row.due > 0 and not row.ended]
    places = [(row.room, row.kind, rfc3339(row.since)) for row in untold]
    silent = [row for row in places if not (facts[*row, "clock.warned"] or facts[*row, "clock.missed"])]
    found += [("clock told twice", *fact) for fact in once] + [("clock's beginning untold", row.id) for row in missing]
    return found + [("clock untold", *row) for row in silent]


def _ends(history: History) -> list[Finding]:
    """A customer is told of each end once, and never where they have not spoken; what they do not answer is closed
    after two reminders; whoever is asked how it was is asked once."""
    found: list[Finding] = []
    messages = [each for each in history.stage.rows(Message) if not each.internal and not each.forked_from]
    for room in history.stage.rows(Room):
        last_end, reminders = "", 0
        for each in sorted((each for each in messages if each.room == room.id), key=lambda each: each.n):
            channel = each.source.channel
            if each.author.kind in ("user", "visitor"):
                last_end = ""
            if channel == CHANNEL:
                if each.text == last_end:
                    found.append(("end told twice", room.id, each.text))
                if not room.channels:
                    found.append(("end told to nobody", room.id, each.text))
                last_end = each.text
            reminders = reminders + 1 if channel == REMINDER else 0 if each.author.kind != "machine" else reminders
        closed = [mark for mark in room.trail if mark.kind == "no answer"]
        marks = [mark.kind for mark in room.trail if closed and mark.n < closed[-1].n]
        if closed and room.outcome == "no_answer" and marks.count("remind") < REMINDERS and len(marks) < MAX_TRAIL - 1:
            found.append(("closed without reminders", room.id, str(marks)))
        if reminders > REMINDERS:
            found.append(("reminded too often", room.id, str(reminders)))
    asked = Counter(each.person for each in history.stage.rows(Rating))
    return found + [("asked twice how it was", person) for person, often in asked.items() if often > 1]


def _unread(history: History) -> list[Finding]:
    """What a person's list says is unread is what they have not read."""
    found: list[Finding] = []
    messages, seen = history.stage.rows(Message), history.stage.rows(Seen)
    rooms = {each.id: each for each in history.stage.rows(Room)}
    for name in ("ann", "owner", "ada", "bea"):
        client = history.client(name)
        person, agent = client.get("/v1/me").json["id"], name in ("owner", "ada")
        for room in client.get("/v1/rooms").json["items"]:
            stored = next((each for each in seen if (each.room, each.person) == (room["id"], person)), None)
            mark = read_mark(rooms[room["id"]], person, stored)
            after = mark.n if mark else 0
            wanted = sum(
                1 for each in messages if each.room == room["id"] and each.n > after and (agent or not each.internal)
            )
            if wanted != room["unread"] or unread(rooms[room["id"]], mark, agent) != wanted:
                found.append(("unread", name, f"{room['unread']} of {wanted}"))
    return found


def _search(history: History) -> list[Finding]:
    """What was said is found by its words."""
    expected, found = history.expected, list[Finding]()
    for text in list(expected.accepted)[:6]:
        if text in expected.unknown | expected.deleted or not text.startswith("words"):
            continue
        got = history.api.get("/v1/search", q=f'"{text}"')
        hits = [hit for hit in got.json["items"] if text in "".join(part["text"] for part in hit["snippet"])]
        if not hits:
            found.append(("not found", text))
    return found


def _dead(history: History) -> list[Finding]:
    """No accepted work ends as a dead letter where the weather alone was bad; and each that does has its note."""
    found: list[Finding] = []
    notes = {note.id for note in history.stage.rows(DeadLetter)}
    for where, letters in history.stage.sqs.queues.items():
        for letter in letters if "-dead" in where else ():
            reason = letter.attributes.get("reason", {}).get("StringValue", "")
            noted = letter.attributes.get("letter", {}).get("StringValue", "") in notes
            found.append(("dead letter", where, reason or "no reason", "noted" if noted else "not noted"))
    return found
