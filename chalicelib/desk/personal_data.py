"""Personal data: what each kind of record holds of people, what becomes of it when one is forgotten, how long it lives.

One entry a kind (KINDS), and its fields by what they hold. What a field becomes follows from that and from what becomes
of its record: FIELDS says it once for all. A field that can hold words and is in none of these is ORDINARY by its name,
or PLAIN in its own entry: that something holds nothing of a person is said, too. The parts of records (PARTS) say what
they hold, and share the fate of the record that they are in. PLACES are what lies outside of the table.
docs/privacy.md is made of this by `python -m infra.privacy` (ADR 124).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin, get_type_hints

from . import (
    agent_keys,
    alerts,
    attributes,
    broadcasts,
    calendars,
    clocks,
    connections,
    customer_totals,
    customers,
    dead_letters,
    deliveries,
    erasures,
    events,
    exports,
    figures,
    files,
    held_back,
    holds,
    hours,
    idempotency,
    inbox_views,
    issues,
    jobs,
    mails,
    messages,
    outcomes,
    outside_people,
    pains,
    people,
    policies,
    promises,
    proposals,
    ratings,
    retention,
    rooms,
    search_index,
    segments,
    sessions,
    snippets,
    tickets,
    turns,
    unheard,
    usage_developers,
    usage_meters,
    usage_reasons,
    usage_signals,
    usage_sources,
    workspaces,
)
from .record import Part, Record
from .times import DAY_MS, HOUR_MS, MINUTE_MS

Fate = Literal["removed", "anonymised", "kept", "nobody's"]
REMOVED: Fate = "removed"
ANONYMISED: Fate = "anonymised"
KEPT: Fate = "kept"
NOBODYS: Fate = "nobody's"  # holds nothing of a person

What = Literal["name", "address", "picture", "person", "outside", "said", "named", "file", "plain"]
NAME: What = "name"
ADDRESS: What = "address"
PICTURE: What = "picture"
PERSON: What = "person"
OUTSIDE: What = "outside"
SAID: What = "said"
NAMED: What = "named"
FILE: What = "file"
PLAIN: What = "plain"

# what a field holds → (that in words, what becomes of it in a record that is anonymised)
FIELDS: dict[What, tuple[str, str]] = {
    NAME: ("what a person is called", "one name for all who are forgotten"),
    ADDRESS: ("an address that a person is written to at", "emptied"),
    PICTURE: ("where a person's picture lies", "emptied"),
    PERSON: (
        "our own id of a person, which follows from the customer's id for them",
        "an id of chance, the same in all records, so that what was said reads on",
    ),
    OUTSIDE: (
        "the id that somebody else has for a person, or for what they said there",
        "emptied, once what is to be removed over there was",
    ),
    SAID: ("a person's own words", "emptied where they are theirs, unless the workspace keeps what was said"),
    NAMED: ("others' words, in which a person may be named", "kept, with the names and addresses in it taken out"),
    FILE: ("where bytes lie in the bucket", "emptied, and the bytes removed"),
    PLAIN: ("nothing of a person", "kept"),
}

# Where the keys of records come from: a walk starts at the person and their addresses, and goes on from what it found.
STARTS: dict[str, str] = {
    "person": "the id of the person",
    "address": "an address of theirs",
    "customer": "the customers that they belong to",
    "workspace": "the workspace",
    "install": "the installs of the workspace (`installs`)",
    "room": "the rooms of their customers and visits (`customer-rooms`, `visitor-rooms`, `rooms`, `unsaid-rooms`, "
    "`snoozed-rooms`)",
    "issue": "the issues behind those rooms (`room-issues`, `customer-issues`)",
    "broadcast": "the broadcasts of the workspace (`broadcasts`)",
    "job": "the jobs of the workspace (`jobs`)",
    "time": "nothing: it is not looked for, since it ends by itself",
}

# Fields whose names say the same wherever they stand: ids of things of ours that follow from no person, and words of a
# list that we or an admin made.
ORDINARY = frozenset(
    ("workspace", "customer", "room", "install", "issue", "broadcast", "segment", "segments", "bridge", "job")
    + ("channel", "channels", "policy", "calendar", "tree", "slot", "cursor", "timezone", "language", "labels")
    + ("day", "domain", "domains", "hash", "key", "fields", "attribute", "credential")
)


@dataclass(frozen=True)
class Holds:
    """What a kind holds. `of` is whose: people of which sides. `because` is why it is kept, or kept so long; `start`
    (of STARTS, or another kind) and `listings` are how the records of a person are found, by key where there are none.
    `fields` are names by what they hold, with spaces between."""

    words: str
    fate: Fate = NOBODYS
    of: str = ""
    start: str = ""
    listings: str = ""
    lives: str = ""
    because: str = ""
    fields: Mapping[What, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A place outside of the table: whose bytes, when they end by themselves, what becomes of them when their person
    is forgotten, and why so."""

    name: str
    words: str
    ends: str
    fate: str


def within(ms: int) -> str:
    """For so long, in words."""
    for unit, words in ((DAY_MS, "days"), (HOUR_MS, "hours"), (MINUTE_MS, "minutes")):
        if ms >= 2 * unit or unit == MINUTE_MS:
            return f"{ms // unit} {words}"
    return ""


WORKSPACE_LONG = "as long as its workspace"
ROOM_LONG = "as long as its room"
ISSUE_LONG = "as long as its issue"
PERSON_LONG = "until the person is forgotten"

KINDS: dict[type[Record], Holds] = {
    # --- the workspace and its agents
    workspaces.Workspace: Holds(
        "The vendor's product.",
        lives="until it is closed",
        fields={PLAIN: "id name feeds feed_channels listening origins acknowledgement outcomes followed"},
    ),
    workspaces.Agent: Holds(
        "A person on the vendor's side.",
        REMOVED,
        "agents",
        "workspace",
        "agents",
        PERSON_LONG,
        fields={PERSON: "id", NAME: "name", ADDRESS: "email", OUTSIDE: "subject"},
    ),
    sessions.Session: Holds(
        "A browser that an agent is signed in with.",
        REMOVED,
        "agents",
        "workspace",
        "provider-sessions",
        within(sessions.SESSION_LIFE_MS),
        fields={PERSON: "agent", OUTSIDE: "sid", PLAIN: "id by"},
    ),
    sessions.SignInLink: Holds(
        "A link to sign in with that was mailed.",
        REMOVED,
        "agents",
        "MailedLinks",
        "",
        within(sessions.LINK_LIFE_MS),
        fields={PERSON: "agent", PLAIN: "id"},
    ),
    sessions.MailedLinks: Holds(
        "How many such mails an address got.",
        REMOVED,
        "agents",
        "address",
        "",
        within(HOUR_MS + sessions.LINK_LIFE_MS),
        fields={ADDRESS: "address", PLAIN: "links"},
    ),
    sessions.Provider: Holds(
        "The workspace's identity provider.",
        lives=WORKSPACE_LONG,
        fields={PLAIN: "issuer client_id name claim roles"},
    ),
    workspaces.ApiKey: Holds(
        "A key of a server or of an agent.",
        REMOVED,
        "agents",
        "workspace",
        "keys",
        WORKSPACE_LONG,
        fields={PERSON: "agent", NAMED: "name", PLAIN: "id"},
    ),
    agent_keys.AgentKey: Holds(
        "A key of a user's for their coding agent.",
        REMOVED,
        "users",
        "customer",
        "agent-keys",
        f"until it is revoked, and {within(agent_keys.KEPT_MS)} more",
        fields={PERSON: "user", NAMED: "name", PLAIN: "id signed_by"},
    ),
    workspaces.Audit: Holds(
        "Who changed what, and when.",
        ANONYMISED,
        "agents, users",
        "workspace",
        "audit",
        WORKSPACE_LONG,
        "that something was done, and when, has to stay provable; it holds no text",
        {PERSON: "actor subject fields", PLAIN: "id verb"},
    ),
    workspaces.Install: Holds(
        "A connected account of a channel or a tracker.",
        ANONYMISED,
        "agents",
        "workspace",
        "installs",
        WORKSPACE_LONG,
        "an account may be a person's own, with their address; it works until an admin disconnects it",
        {NAMED: "name config disabled_because", PLAIN: "id kind lost"},
    ),
    dead_letters.DeadLetter: Holds(
        "Work that was given up, and why.",
        REMOVED,
        "users, visitors, people outside",
        "workspace",
        "dead-letters",
        within(dead_letters.KEPT_MS),
        fields={NAMED: "about reason", PLAIN: "id queue"},
    ),
    held_back.HeldBack: Holds(
        "What stands still since the table was restored, until an admin lets it go.",
        REMOVED,
        "agents",
        "workspace",
        "held-back",
        "until an admin lets it go or gives it up",
        fields={PLAIN: "id place about was reason"},
    ),
    dead_letters.Tries: Holds(
        "What a queue's message has cost so far.", lives=within(dead_letters.KEPT_MS), fields={PLAIN: "id"}
    ),
    unheard.Unheard: Holds(
        "What somebody may have said that did not get in.",
        REMOVED,
        "users, visitors, people outside",
        "install",
        "ignored",
        within(unheard.KEPT_MS),
        fields={ADDRESS: "sender", SAID: "line", FILE: "kept", OUTSIDE: "id", PLAIN: "reason lifted"},
    ),
    idempotency.Claim: Holds(
        "The answer that was given to a request, for its repeat.",
        REMOVED,
        "users, visitors, agents",
        "time",
        "",
        within(idempotency.LIFE_MS),
        fields={SAID: "body", PLAIN: "fingerprint"},
    ),
    policies.Policies: Holds(
        "By when who is owed what, and who hears of what was missed.",
        ANONYMISED,
        "agents",
        "workspace",
        "",
        WORKSPACE_LONG,
        "what the others are owed stays",
        {PLAIN: "measured"},
    ),
    alerts.AlertChoices: Holds(
        "How an agent wants to be told of what happens in rooms.",
        REMOVED,
        "agents",
        "workspace",
        "alert-choices",
        PERSON_LONG,
        fields={PERSON: "agent", OUTSIDE: "token"},
    ),
    alerts.AlertToken: Holds(
        "Whose choices the link in a mail opens.",
        REMOVED,
        "agents",
        "AlertChoices",
        "",
        PERSON_LONG,
        fields={PERSON: "agent", OUTSIDE: "token"},
    ),
    alerts.PushKey: Holds(
        "The key by which push services know the workspace.", lives=WORKSPACE_LONG, fields={PLAIN: "public"}
    ),
    alerts.Browser: Holds(
        "A browser that an agent is told in.",
        REMOVED,
        "agents",
        "person",
        "browsers",
        "until it unsubscribes",
        fields={PERSON: "agent", OUTSIDE: "endpoint p256dh auth", PLAIN: "id"},
    ),
    alerts.AgentAlerts: Holds(
        "What an agent is about to be told.",
        REMOVED,
        "agents",
        "person",
        "",
        "until they are told, two days at most",
        fields={PERSON: "agent"},
    ),
    alerts.Alerted: Holds(
        "That an agent was told of something once.",
        REMOVED,
        "agents",
        "time",
        "",
        within(alerts.KEPT_MS),
        fields={PERSON: "agent", PLAIN: "key"},
    ),
    snippets.Snippet: Holds(
        "A text that agents use again.",
        ANONYMISED,
        "users, agents",
        "workspace",
        "snippets",
        WORKSPACE_LONG,
        "the vendor's own text",
        {NAMED: "name text", PLAIN: "id"},
    ),
    # --- customers and their people
    customers.Customer: Holds(
        "A company.",
        ANONYMISED,
        "users",
        "customer",
        "customers",
        WORKSPACE_LONG,
        "a company is no person; what the vendor wrote down of it may name one",
        {
            OUTSIDE: "contact",
            NAMED: "name attributes",
            PERSON: "agents_muted",
            PLAIN: "id external_id proofs opted_out given",
        },
    ),
    customers.User: Holds(
        "A person at a customer.",
        REMOVED,
        "users",
        "customer",
        "users",
        PERSON_LONG,
        fields={
            PERSON: "id",
            OUTSIDE: "external_id",
            NAME: "name",
            ADDRESS: "email vouched",
            NAMED: "attributes",
            PLAIN: "given person",
        },
    ),
    customers.Visitor: Holds(
        "Somebody whom nobody vouches for: what they say of themselves.",
        REMOVED,
        "visitors",
        "address",
        "visitors-by-mail",
        PERSON_LONG,
        fields={PERSON: "id", NAME: "name", ADDRESS: "email", PLAIN: "adopted person"},
    ),
    people.Person: Holds(
        "That users and visitors are one person, and why.",
        REMOVED,
        "users, visitors",
        "PersonOf",
        "",
        PERSON_LONG,
        fields={PLAIN: "id"},
    ),
    people.PersonOf: Holds(
        "The person that a user or a visitor is a part of.",
        REMOVED,
        "users, visitors",
        "person",
        "",
        PERSON_LONG,
        fields={PERSON: "member", PLAIN: "person"},
    ),
    people.Untied: Holds(
        "That an agent said that two are not one.",
        ANONYMISED,
        "agents",
        "workspace",
        "",
        WORKSPACE_LONG,
        "no proof may tie them again",
        {PERSON: "by", PLAIN: "tie"},
    ),
    customers.Domain: Holds("That mail addresses under a domain are a customer's.", lives=WORKSPACE_LONG),
    customer_totals.OpenRoom: Holds("An open room, in its customer's sums.", lives="while the room is open"),
    customer_totals.Counted: Holds(
        "A user who was counted among a customer's people.",
        REMOVED,
        "users",
        "person",
        "",
        PERSON_LONG,
        fields={PERSON: "user"},
    ),
    segments.Segment: Holds(
        "Customers that fit a filter, or are on a list, and what they are watched for.",
        ANONYMISED,
        "agents",
        "workspace",
        "segments",
        WORKSPACE_LONG,
        "whom it finds stays",
        {PLAIN: "id name filter types"},
    ),
    segments.Member: Holds("That a customer is in a segment.", lives="as long as it is"),
    segments.Placement: Holds(
        "The segments that a customer is in.", lives=WORKSPACE_LONG, fields={PLAIN: "entered left"}
    ),
    attributes.AttributeType: Holds(
        "An attribute that customers may have.", lives=WORKSPACE_LONG, fields={PLAIN: "name description"}
    ),
    usage_sources.Source: Holds(
        "A backend, gateway or page of the vendor's that sends usage.",
        lives=WORKSPACE_LONG,
        fields={PLAIN: "id name traits names"},
    ),
    usage_sources.SourceUse: Holds(
        "When a source of usage sent something last.", lives=WORKSPACE_LONG, fields={PLAIN: "source"}
    ),
    usage_sources.UsageLog: Holds(
        "That there is a raw log of usage, and when its oldest days end.", lives=WORKSPACE_LONG
    ),
    usage_sources.SetAside: Holds(
        "Events of usage that could not be read, by request.",
        REMOVED,
        "users",
        "time",
        "",
        within(usage_sources.KEPT_MS),
        fields={FILE: "kept", PLAIN: "id source"},
    ),
    jobs.Job: Holds(
        "An import, or other work over many customers.",
        ANONYMISED,
        "agents",
        "workspace",
        "jobs",
        WORKSPACE_LONG,
        "the figures stay",
        {PERSON: "by", PLAIN: "id reason undeclared"},
    ),
    jobs.Flaw: Holds(
        "What is wrong with a line of an import.",
        ANONYMISED,
        "users",
        "job",
        "flaws",
        WORKSPACE_LONG,
        "the vendor's own list of what to mend",
        {NAMED: "detail", PLAIN: "field"},
    ),
    # --- rooms
    rooms.Room: Holds(
        "A room, with the last that was said in it, and who is on it.",
        ANONYMISED,
        "users, visitors, agents",
        "room",
        "customer-rooms visitor-rooms rooms unsaid-rooms snoozed-rooms",
        WORKSPACE_LONG,
        "it is its customer's and the vendor's; whoever else is in it reads on",
        {
            PERSON: "visitor assignees mentioned followers own_words",
            NAMED: "name outcome",
            PLAIN: "id customer_external_id overheard_by proposed",
        },
    ),
    messages.Message: Holds(
        "What somebody said.",
        ANONYMISED,
        "users, visitors, agents, people outside",
        "room",
        "posts notes",
        ROOM_LONG,
        "the place of a message in its room stays, so that the others' conversation reads on",
        {SAID: "text", PERSON: "mentions reactions", NAMED: "moved", PLAIN: "client_id"},
    ),
    messages.Change: Holds(
        "A change of a room that is no message.",
        ANONYMISED,
        "users, visitors, agents",
        "room",
        "changes note-changes",
        ROOM_LONG,
        "the order of a room's changes has no gaps",
        {PERSON: "by assigned", NAMED: "moved", PLAIN: "other_room customers"},
    ),
    rooms.Bridge: Holds(
        "A room's tie to a conversation outside.",
        ANONYMISED,
        "users, people outside",
        "room",
        "bridges",
        ROOM_LONG,
        "a conversation with one person may bear their name; the others' goes on",
        {NAMED: "name", OUTSIDE: "conversation", PLAIN: "account paused"},
    ),
    rooms.Binding: Holds(
        "The room in which a conversation outside lives.",
        REMOVED,
        "users, visitors, people outside",
        "Bridge",
        "",
        ROOM_LONG,
        "of a conversation with one person; others stay as long as their bridge",
        {OUTSIDE: "conversation"},
    ),
    rooms.Fork: Holds("That messages were copied into another room.", lives=ROOM_LONG, fields={PLAIN: "into"}),
    rooms.Seen: Holds(
        "How far a person has read a room.",
        REMOVED,
        "users, visitors, agents",
        "person",
        "seen",
        PERSON_LONG,
        fields={PERSON: "person"},
    ),
    messages.Mapped: Holds(
        "The id map: what an id of another side's is here.",
        REMOVED,
        "users, visitors, people outside",
        "Message",
        "",
        ROOM_LONG + "; of what has not come yet, 7 days",
        "until then it lets no second one in; then the keyed hash of the id does",
        {OUTSIDE: "source id thread"},
    ),
    clocks.RoomClocks: Holds("The clocks that run in a room.", lives=ROOM_LONG, fields={PLAIN: "ended words"}),
    clocks.Clock: Holds(
        "How long somebody waited, and who was on it.",
        ANONYMISED,
        "agents",
        "room",
        "room-clocks ended-clocks",
        WORKSPACE_LONG,
        "the figures stay",
        {PERSON: "agent", PLAIN: "because"},
    ),
    figures.DayFigures: Holds(
        "What the clocks of a day add up to, also for each agent.",
        ANONYMISED,
        "agents",
        "workspace",
        "figures day-figures",
        WORKSPACE_LONG,
        "the figures stay",
        {PERSON: "cuts"},
    ),
    figures.DueFigures: Holds("A day that is to be added up anew.", lives="until it is added up"),
    pains.Pains: Holds(
        "The three open issues that hurt customers most in a week, and who answers for them.",
        ANONYMISED,
        "agents",
        "workspace",
        "pains",
        WORKSPACE_LONG,
        "which issues they were stays",
        {ADDRESS: "reached", PLAIN: "week"},
    ),
    pains.PainsPlan: Holds(
        "To which addresses and conversations the week's pains are sent.",
        REMOVED,
        "agents",
        "workspace",
        "",
        "until it is changed",
        "",
        {ADDRESS: "mails"},
    ),
    ratings.Rating: Holds(
        "What a person said of how a room ended.",
        ANONYMISED,
        "users, visitors",
        "workspace",
        "ratings",
        WORKSPACE_LONG,
        "whether they were happy is a figure, which stays",
        {PERSON: "person", NAME: "name", SAID: "why", PLAIN: "outcome"},
    ),
    usage_signals.Signal: Holds(
        "That a customer's usage moved, by how much, and whose signal it is.",
        ANONYMISED,
        "agents",
        "workspace",
        "signals",
        WORKSPACE_LONG,
        "that it was raised stays",
        {PERSON: "owner", PLAIN: "id reason asked"},
    ),
    usage_reasons.Reason: Holds(
        "Why a customer's usage moved, as somebody wrote it down.",
        ANONYMISED,
        "users, agents",
        "customer",
        "reasons",
        WORKSPACE_LONG,
        "why a curve moved stays beside it",
        {SAID: "text", PERSON: "by", PLAIN: "id from_day until_day message signal"},
    ),
    usage_reasons.Question: Holds(
        "What a customer was asked, by whom and when.",
        ANONYMISED,
        "users, agents",
        "customer",
        "questions",
        WORKSPACE_LONG,
        "that it was asked stays, so that nobody asks again",
        {NAMED: "text", PERSON: "by", PLAIN: "message about"},
    ),
    proposals.Proposal: Holds(
        "What a machine would say in a room.",
        ANONYMISED,
        "users, visitors, agents",
        "room",
        "proposals",
        ROOM_LONG,
        "that there was one, and what became of it, stays",
        {NAMED: "text words", PERSON: "by", PLAIN: "id name reason"},
    ),
    proposals.ProposalFigures: Holds(
        "What became of a key's proposals on a day.", lives=WORKSPACE_LONG, fields={PLAIN: "name reasons"}
    ),
    ratings.RatingAsked: Holds(
        "When a person was asked last.",
        REMOVED,
        "users, visitors",
        "person",
        "",
        PERSON_LONG,
        fields={PERSON: "person"},
    ),
    inbox_views.RoomViews: Holds(
        "The views that a room is in.",
        ANONYMISED,
        "agents",
        "room",
        "",
        ROOM_LONG,
        "an agent's own views bear their id",
        {PERSON: "views"},
    ),
    inbox_views.ViewRow: Holds(
        "A room in one view.",
        REMOVED,
        "agents",
        "RoomViews",
        "view",
        "as long as it is in it",
        "",
        {PERSON: "view"},
    ),
    files.Attachment: Holds(
        "A file that somebody put up.",
        REMOVED,
        "users, visitors, agents",
        "person",
        "files",
        WORKSPACE_LONG,
        "of those that they put up; what others say of it stays",
        {PERSON: "by", NAMED: "name", PLAIN: "id type secret"},
    ),
    erasures.Erasure: Holds(
        "That somebody is forgotten, and how far that is.",
        ANONYMISED,
        "users, visitors, agents",
        "workspace",
        "erasures",
        WORKSPACE_LONG,
        "the report stays, which names nobody: what they are known by is emptied at the end",
        {PERSON: "by target", PLAIN: "id stand_in removed anonymised"},
    ),
    exports.Export: Holds(
        "That somebody's data is collected, and how far that is.",
        REMOVED,
        "users, visitors",
        "workspace",
        "exports",
        WORKSPACE_LONG,
        "the archive is gone once it was fetched, or after a week; what they are known by is emptied before",
        {PERSON: "target by", PLAIN: "id records"},
    ),
    holds.Hold: Holds(
        "That what there is of somebody is kept, whoever asks to forget them.",
        REMOVED,
        "users, visitors",
        "workspace",
        "holds",
        "until an admin releases it",
        "nobody is forgotten while they are held",
        {PERSON: "target by", NAMED: "reason", PLAIN: "id"},
    ),
    retention.Retention: Holds(
        "For how long the workspace keeps what, and how far it is with what has had its time.",
        lives=WORKSPACE_LONG,
        fields={PLAIN: "stage gone held"},
    ),
    erasures.ForgettingKey: Holds(
        "The key by which identifiers of who was forgotten are hashed.",
        lives=WORKSPACE_LONG,
    ),
    erasures.Forgotten: Holds(
        "That the owner of an identifier was forgotten: its keyed hash, and when.",
        lives=WORKSPACE_LONG,
        fields={PLAIN: "erasure"},
    ),
    # --- usage
    usage_meters.Usage: Holds("What a customer's calls of late come to.", lives=WORKSPACE_LONG),
    usage_meters.UsageDay: Holds(
        "What a customer's calls of a day come to.", lives=WORKSPACE_LONG, fields={PLAIN: "errors sdks tokens"}
    ),
    usage_meters.UsageActor: Holds(
        "That a developer called on a day; or with which tokens, where they are many.",
        REMOVED,
        "users",
        "customer",
        "usage-actors",
        within(usage_meters.ACTORS_KEPT_MS),
        fields={PERSON: "who"},
    ),
    usage_developers.Developer: Holds(
        "When a developer was given a key, called first and last, and with which keys (hashes).",
        REMOVED,
        "users",
        "customer",
        "developers",
        PERSON_LONG,
        fields={PERSON: "who", PLAIN: "source last_day tokens revoked"},
    ),
    usage_meters.UsageFold: Holds("How far the meters are.", lives=WORKSPACE_LONG, fields={PLAIN: "pending"}),
    usage_meters.FoldEntry: Holds(
        "Where what the meters took from the log lies.",
        lives=within(usage_meters.FOLDED_KEPT_MS),
        fields={PLAIN: "object"},
    ),
    usage_meters.DueFold: Holds(
        "Five minutes of the log, and in which pieces the meters took them.",
        lives=within(usage_meters.FOLDED_KEPT_MS),
    ),
    usage_meters.FoldedDay: Holds(
        "Where a day of the log can be looked up; the last week, whatever is kept.", lives="as long as the log"
    ),
    usage_meters.UsageOwner: Holds("Whose a user is: a keyed hash.", lives=PERSON_LONG),
    usage_meters.UsageWaiting: Holds(
        "That usage waits for its customer or user: a keyed hash.", lives=within(usage_meters.FOLDED_KEPT_MS)
    ),
    # --- people outside, and mails
    outside_people.OutsidePerson: Holds(
        "A person of an account outside, as it showed them.",
        REMOVED,
        "users, agents, people outside",
        "OutsideName",
        "",
        PERSON_LONG,
        fields={OUTSIDE: "outside", NAME: "name", ADDRESS: "email", PICTURE: "picture", PERSON: "agent"},
    ),
    outside_people.OutsideName: Holds(
        "What an account outside calls one of our people.",
        REMOVED,
        "users, agents",
        "person",
        "",
        PERSON_LONG,
        fields={PERSON: "person", OUTSIDE: "outside", NAME: "name", PICTURE: "picture"},
    ),
    outside_people.ConnectCode: Holds(
        "A code that ties a conversation to a room.",
        REMOVED,
        "agents",
        "time",
        "",
        within(outside_people.CODE_LIFE_MS),
        fields={PERSON: "by"},
    ),
    mails.Correspondent: Holds(
        "Somebody who is written mails about a room.",
        REMOVED,
        "users, visitors",
        "room",
        "correspondents",
        ROOM_LONG,
        fields={PERSON: "person", ADDRESS: "address", NAME: "name", OUTSIDE: "last_id token"},
    ),
    mails.ReturnAddress: Holds(
        "Where a mail to a token's address leads.",
        REMOVED,
        "users, visitors, agents",
        "Correspondent",
        "",
        ROOM_LONG,
        fields={OUTSIDE: "token", PERSON: "person"},
    ),
    mails.RoomAddress: Holds("A room's own mail address.", lives=ROOM_LONG, fields={PLAIN: "token"}),
    mails.MailAddress: Holds(
        "That mails to one of the vendor's addresses are for an install.",
        lives="as long as its install",
        fields={PLAIN: "address"},
    ),
    mails.Mailbox: Holds(
        "That mails from an address are a user's.",
        REMOVED,
        "users",
        "address",
        "mailboxes",
        PERSON_LONG,
        fields={ADDRESS: "address", PERSON: "user"},
    ),
    mails.Suppression: Holds(
        "An address that no mail goes to any more.",
        KEPT,
        "users, visitors, agents",
        "address",
        "suppressions",
        "until an agent lifts it",
        "whoever wants no mails of ours must not get one again because they were forgotten",
        {ADDRESS: "address", PLAIN: "reason"},
    ),
    # --- what is on its way
    deliveries.Delivery: Holds(
        "A change of a room on its way over a bridge.",
        ANONYMISED,
        "users, visitors, agents",
        "room",
        "deliveries",
        ROOM_LONG,
        "by its ids over there, what our app posted is removed there; that it was sent stays",
        {OUTSIDE: "provider_id steps parts", NAMED: "reason", PLAIN: "about events"},
    ),
    events.EventCount: Holds(
        "How many events a customer, an issue or a workspace had.",
        lives=WORKSPACE_LONG,
        fields={PLAIN: "subject recent"},
    ),
    events.Event: Holds(
        "What a webhook was told of.",
        REMOVED,
        "users, visitors, agents",
        "room",
        "events",
        within(events.KEPT_MS),
        "it is told again from there, as it was",
        {SAID: "body", PLAIN: "subject slot type"},
    ),
    deliveries.Progress: Holds("How far a bridge is.", lives=ROOM_LONG),
    deliveries.Owing: Holds("That a change is owed to bridges.", lives=within(deliveries.OWING_KEPT_MS)),
    deliveries.Circuit: Holds("An install whose other side hangs.", lives=within(dead_letters.KEPT_MS)),
    deliveries.Lane: Holds(
        "A place over there that takes one message at a time.",
        REMOVED,
        "users, people outside",
        "Bridge",
        "",
        WORKSPACE_LONG,
        "of a conversation with one person",
        {OUTSIDE: "name"},
    ),
    connections.Connection: Holds(
        "A socket that is open.",
        REMOVED,
        "users, visitors, agents",
        "person",
        "connections",
        within(connections.MAX_LIFE_MS),
        fields={PERSON: "person", NAME: "name", PLAIN: "id origin kind"},
    ),
    connections.Subscription: Holds(
        "What a socket is told of.",
        REMOVED,
        "users, visitors, agents",
        "Connection",
        "subscriptions",
        within(connections.MAX_LIFE_MS),
        fields={PERSON: "person", NAME: "name", PLAIN: "place topic connection kind"},
    ),
    search_index.Tree: Holds(
        "The pieces of a search index, which lie in the bucket.",
        ANONYMISED,
        "users, visitors, agents, people outside",
        "customer",
        "",
        WORKSPACE_LONG,
        "the index is of all; its pieces are merged without the person's words",
        {PLAIN: "id gone"},
    ),
    search_index.Indexed: Holds(
        "How far a search index has taken what has changed.", lives=WORKSPACE_LONG, fields={PLAIN: "tree"}
    ),
    search_index.Unindexed: Holds(
        "A thing that its search index may not know of yet.",
        REMOVED,
        "users, agents",
        "workspace",
        "unindexed",
        within(search_index.DAYS_KEPT * DAY_MS),
        fields={PERSON: "place"},
    ),
    # --- broadcasts
    broadcasts.Rules: Holds("When broadcasts may be sent.", lives=WORKSPACE_LONG),
    broadcasts.Broadcast: Holds(
        "What is said to many customers.",
        ANONYMISED,
        "agents, users",
        "broadcast",
        "broadcasts",
        WORKSPACE_LONG,
        "it is the vendor's own word",
        {
            NAMED: "text variants room_name",
            PERSON: "approved_by",
            PLAIN: "id kind override follows reason",
        },
    ),
    broadcasts.Audience: Holds(
        "The rooms, or customers, that one names.", lives=WORKSPACE_LONG, fields={PLAIN: "rooms customers"}
    ),
    broadcasts.Piece: Holds(
        "Rooms that it goes to, and what is filled in.",
        ANONYMISED,
        "users",
        "broadcast",
        "pieces",
        WORKSPACE_LONG,
        "the figures stay",
        {PLAIN: "next"},
    ),
    broadcasts.Tally: Holds("How far a piece is.", lives=WORKSPACE_LONG),
    broadcasts.Heard: Holds("When a customer was told something.", lives=WORKSPACE_LONG),
    broadcasts.Result: Holds("What became of it in a room.", lives=WORKSPACE_LONG, fields={PLAIN: "failed skipped"}),
    # --- issues and their tickets
    issues.Issue: Holds(
        "A bug, feature or question worth tracking.",
        ANONYMISED,
        "agents, users",
        "issue",
        "issues-age",
        WORKSPACE_LONG,
        "it is the vendor's own work, and others wait for it",
        {PERSON: "by", NAMED: "title text public_title public_text reason", PLAIN: "id merged_into"},
    ),
    issues.IssueTie: Holds(
        "That a room is behind an issue, and who asked for it.",
        ANONYMISED,
        "users, visitors, agents",
        "issue",
        "ties",
        ISSUE_LONG,
        "the figures stay",
    ),
    issues.IssueCustomer: Holds("That a customer is behind an issue.", lives=ISSUE_LONG, fields={PLAIN: "name"}),
    issues.Ticket: Holds(
        "How far an issue and its ticket agree.",
        ANONYMISED,
        "people outside, users",
        "issue",
        "tickets",
        ISSUE_LONG,
        "the tracker's own words, which the tracker's own erasure has to do with",
        {NAME: "assignee", NAMED: "title refused", PLAIN: "ticket url reason unclear handled holds"},
    ),
    issues.TicketOwner: Holds("The issue that a ticket belongs to.", lives=ISSUE_LONG, fields={PLAIN: "ticket"}),
    issues.Comment: Holds(
        "A comment on a ticket.",
        ANONYMISED,
        "people outside, agents, users",
        "issue",
        "comments",
        ISSUE_LONG,
        "that there was one stays: what was told by it was told",
        {SAID: "text", NAME: "author", OUTSIDE: "author_id", PERSON: "by", PLAIN: "id mark notice held"},
    ),
    issues.PendingComment: Holds(
        "A comment that the ticket has not got yet.",
        REMOVED,
        "agents, users",
        "issue",
        "owed",
        "until the ticket has got it",
        fields={SAID: "text", PERSON: "by", NAME: "name", PLAIN: "id failed"},
    ),
    issues.History: Holds(
        "What happened to an issue.",
        ANONYMISED,
        "agents, people outside, users",
        "issue",
        "history",
        ISSUE_LONG,
        "that it happened stays",
        {PERSON: "by", NAMED: "detail", PLAIN: "id"},
    ),
    issues.Notice: Holds(
        "What the rooms behind an issue are told.",
        ANONYMISED,
        "agents, people outside, users",
        "issue",
        "issue-notices notices",
        ISSUE_LONG,
        "it was told to others",
        {
            NAMED: "text speaker",
            PERSON: "approved_by",
            PLAIN: "id comment held_because undoes amends names",
        },
    ),
    issues.NoticeReceipt: Holds(
        "That a room was told.",
        ANONYMISED,
        "agents",
        "issue",
        "told",
        ISSUE_LONG,
        "it lets no second one in",
        {PERSON: "by", PLAIN: "notice skipped"},
    ),
    issues.Tracking: Holds(
        "What an install of a tracker lets cross, and as whom.",
        ANONYMISED,
        "agents",
        "install",
        "",
        "as long as its install",
        "the account may be a person's; it works until an admin disconnects it",
        {OUTSIDE: "account actor", PLAIN: "prefix texts hook hook_url hook_trouble"},
    ),
}

PARTS: dict[type[Part], Mapping[What, str]] = {
    alerts.Alert: {PERSON: "by absent", PLAIN: "clock"},
    broadcasts.Target: {NAME: "values", PLAIN: "skipped missing opens external_id"},
    calendars.Calendar: {PLAIN: "id name holidays yearly"},
    clocks.ClockFact: {PERSON: "escalate", PLAIN: "because"},
    clocks.End: {},
    clocks.Running: {},
    customers.Given: {PERSON: "by"},
    customers.MailedCode: {},
    people.Member: {PERSON: "id"},
    people.Tie: {PERSON: "by"},
    customers.Proof: {},
    customer_totals.Totals: {},
    usage_sources.AsideReason: {PLAIN: "reason"},
    usage_sources.WriteKey: {PLAIN: "id"},
    figures.Figure: {},
    figures.Times: {},
    hours.Hours: {},
    issues.Link: {PLAIN: "ticket url"},
    issues.TakenBack: {PLAIN: "stand_in reason"},
    pains.Chat: {PLAIN: "conversation"},
    pains.Became: {NAMED: "title"},
    pains.Pain: {PERSON: "agent", NAMED: "title", PLAIN: "only"},
    erasures.Self: {PERSON: "id"},
    erasures.Stop: {PLAIN: "start"},
    erasures.Subject: {NAME: "names", ADDRESS: "addresses", OUTSIDE: "outside called anonymous", PLAIN: "visited"},
    erasures.Twin: {PLAIN: "reason"},
    messages.Attached: {NAMED: "name", FILE: "id", PLAIN: "type secret"},
    messages.Author: {PERSON: "id of", NAME: "name", OUTSIDE: "external_id"},
    messages.Broadcasted: {},
    messages.ForkedFrom: {},
    messages.Mark: {OUTSIDE: "via"},
    messages.Pending: {SAID: "text", PERSON: "reactions customers"},
    messages.Proposed: {PLAIN: "id name"},
    messages.Quote: {SAID: "text", PERSON: "author"},
    messages.Reply: {PLAIN: "message"},
    messages.Rest: {},
    messages.Source: {OUTSIDE: "id conversation thread"},
    outcomes.Closing: {PERSON: "asked", PLAIN: "outcome"},
    policies.NoAnswer: {PLAIN: "texts"},
    policies.Policy: {PERSON: "escalate", PLAIN: "id name words"},
    policies.Targets: {},
    proposals.Cited: {NAMED: "title", PLAIN: "url message"},
    promises.Promise: {NAMED: "text", PERSON: "by settled_by"},
    rooms.Adoption: {PERSON: "by"},
    rooms.Glimpse: {PERSON: "author", NAME: "author_name", SAID: "text", PLAIN: "author_kind"},
    retention.Terms: {},
    rooms.LeavingRoom: {},
    rooms.Origin: {},
    rooms.ReadTo: {},
    rooms.Spoken: {},
    search_index.Segment: {FILE: "key"},
    tickets.Word: {PLAIN: "id name"},
    turns.Mark: {NAMED: "word"},
    turns.Standing: {NAMED: "outcome"},
    usage_meters.Sorted: {PLAIN: "key"},
    usage_signals.Finding: {},
    usage_signals.SignalRule: {PERSON: "owner", PLAIN: "sentence"},
    workspaces.Drafting: {},
    workspaces.Listening: {PLAIN: "kind events"},
    workspaces.Secret: {PLAIN: "id sealed name"},
}

GONE_WITH_ITS_RECORD = "removed with the record that names it"
ENDS_BY_ITSELF = "not looked into: it ends by itself, and what it brings back is dropped"

PLACES: tuple[Place, ...] = (
    Place("bucket: files/", "What people attach, and what mails quoted.", WORKSPACE_LONG, GONE_WITH_ITS_RECORD),
    Place(
        "bucket: mails/",
        "Mails as they came, with all of their headers, named by their install and Message-ID.",
        ROOM_LONG,
        "removed by the id of their message in the id map",
    ),
    Place(
        "bucket: envelopes/",
        "Webhooks as they came, where they are large or did not get in.",
        within(30 * DAY_MS),
        "removed where an `Ignored` names it; the others end by themselves, and what they bring back is dropped",
    ),
    Place("bucket: received/", "Mails as SES puts them there.", within(30 * DAY_MS), ENDS_BY_ITSELF),
    Place(
        "bucket: exports/",
        "All that there is of somebody, for whoever asked for it, until it was fetched.",
        within(8 * DAY_MS),
        GONE_WITH_ITS_RECORD,
    ),
    Place(
        "bucket: usage/",
        "What sources say of the use of the vendor's API, an object a request: ids of people, and what an event holds. "
        "For `raw_days` of the workspace; what test keys sent for 30 days.",
        within(400 * DAY_MS),
        "the person's lines are taken out of the objects that hold some",
    ),
    Place(
        "bucket: usage-aside/",
        "Events of usage that could not be read, for their replay.",
        within(usage_sources.KEPT_MS),
        ENDS_BY_ITSELF,
    ),
    Place(
        "bucket: usage-fold/entries/",
        "What the meters took from the log; where a customer is not known yet, with what the vendor calls its people.",
        within(usage_meters.FOLDED_KEPT_MS + DAY_MS),
        "they are taken out of what waits for its customer; the rest names nobody",
    ),
    Place("bucket: usage-fold/ids/", "Hashes of the ids of events.", within(45 * DAY_MS), "nothing of a person"),
    Place(
        "bucket: usage-fold/people/",
        "In which five minutes of the log which people are: keyed hashes.",
        within(400 * DAY_MS),
        "by them an erasure finds what is to be removed; then they tell of nobody",
    ),
    Place("bucket: jobs/", "Imports: the rows of a file, in pieces.", within(30 * DAY_MS), ENDS_BY_ITSELF),
    Place(
        "bucket: search/",
        "Words of what was said, in pieces that a `Tree` names; those of what was deleted, too, until a merge.",
        "until a piece is merged",
        "removed by merging the pieces that know the person's words",
    ),
    Place(
        "bucket: aws/lambda/",
        "Batches of the table's stream that Lambda gave up, with all of the rows.",
        within(30 * DAY_MS),
        ENDS_BY_ITSELF,
    ),
    *(
        Place(f"queue: {name}", words, f"{days} days", ENDS_BY_ITSELF)
        for name, words, days in (
            ("InboundQueue", "Webhooks as they came.", 14),
            ("DeliverQueue", "Ids of bridges and changes.", 14),
            ("PushQueue", "What open sockets are told: texts and names.", 4),
            ("JobsQueue", "Ids of jobs and customers.", 14),
            ("BroadcastQueue", "Ids of broadcasts and rooms.", 14),
            ("SyncQueue", "Ids of issues and tickets; who did what in a tracker, by the tracker's id.", 14),
            ("IndexQueue", "Ids of search indexes.", 14),
            ("MailQueue", "What SES tells of mails: addresses and subjects.", 14),
            ("UsageQueue", "Names of objects of the raw log of usage.", 14),
            ("ReactFailedQueue", "Keys of rows.", 14),
        )
    ),
    Place(
        "dead-letter queues",
        "What the queues beside them hold, if it was given up.",
        within(dead_letters.KEPT_MS),
        "what they said themselves is removed, what others said stays without them; what is given up afterwards ends "
        "by itself, and what it brings back is dropped",
    ),
    Place(
        "logs",
        "One line a request and a record: ids, and no texts, addresses or names.",
        "LogRetention of the stack, 30 days unless it says otherwise",
        ENDS_BY_ITSELF,
    ),
    Place("metrics", "Counts, by the kind of channel.", "15 months, as CloudWatch keeps them", "nothing of a person"),
    Place(
        "point-in-time backups",
        "The table as it was at each second.",
        "35 days",
        "cannot be changed: a restore forgets once more who was forgotten since",
    ),
    Place(
        "other sides",
        "What was sent: messages in Slack and Teams, mails, tickets and comments, webhooks.",
        "as they keep it",
        "what our app posted is removed where they let an app do so; the rest is theirs",
    ),
)


def words_of(type_: Any) -> set[str]:
    """The fields of a record or a part that can hold words, besides those in parts of theirs."""
    return {name for name, hint in get_type_hints(type_).items() if any(map(_wordy, _leaves(hint)))}


def said_of(type_: Any) -> dict[str, What]:
    """What the fields of a record or a part are said to hold, by their names; without ORDINARY ones."""
    fields = KINDS[type_].fields if type_ in KINDS else PARTS[type_]
    return {name: what for what, names in fields.items() for name in names.split()}


def paths_of(type_: Any) -> Iterator[tuple[str, What]]:
    """What a record holds, its parts as well: `text`, `author.name`, `reply_to.quote.text`, each with what it is."""
    said = said_of(type_)
    for name, hint in get_type_hints(type_).items():
        if name in said:
            yield name, said[name]
        for part in parts_of(hint):
            yield from ((f"{name}.{path}", what) for path, what in paths_of(part))


def parts_of(hint: Any) -> list[Any]:
    """The parts that a field of such a type may hold."""
    return [leaf for leaf in _leaves(hint) if isinstance(leaf, type) and issubclass(leaf, Part)]


def _leaves(hint: Any) -> Iterator[Any]:
    if get_origin(hint) is Literal:
        return
    inner = get_args(hint)
    yield from (leaf for each in inner for leaf in _leaves(each)) if inner else (hint,)


def _wordy(leaf: Any) -> bool:
    return leaf in (str, bytes, Any)
