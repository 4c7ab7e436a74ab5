"""What the sweep changes and nobody notices, with the reason why nobody has to."""

from .mutate import Mutant

TYPES = "for the types: what is named there is never removed"
SOONER = "only sooner: what comes of it is asked for again before anything is written"
SAME = "equivalent: an empty cursor and None are the same first page, and the same end"

# module, function, before, after, why nobody has to notice
FOUND = (
    (
        "desk.notices",
        "text_for",
        "customer or _nobody(room)",
        "customer",
        ("equivalent: of nobody and of None a template reads the same nothing; the types ask for a customer"),
    ),
    (
        "flows.issues.state_notice",
        "notice_of_state",
        "heard and turned.state not in CLOSED",
        "turned.state not in CLOSED",
        "equivalent: what opens again without having been heard of has returned before",
    ),
    (
        "flows.issues.send_notice",
        "send_notice",
        "notice is None or issue is None or notice.state != 'sending' or _waits(world, notice)",
        "issue is None or notice.state != 'sending' or _waits(world, notice)",
        "equivalent: without a notice there is no issue",
    ),
    (
        "flows.issues.send_notice",
        "send_notice",
        "notice is None or issue is None or notice.state != 'sending' or _waits(world, notice)",
        "notice is None or notice.state != 'sending' or _waits(world, notice)",
        TYPES,
    ),
    (
        "flows.issues.send_notice",
        "send_notice",
        "notice is None or issue is None or notice.state != 'sending' or _waits(world, notice)",
        "notice is None or issue is None or _waits(world, notice)",
        SOONER,
    ),
    ("flows.issues.send_notice", "send_notice", "notice.cursor or None", "notice.cursor", SAME),
    ("flows.issues.send_notice", "send_notice", "page.next or ''", "page.next", SAME),
    (
        "flows.issues.send_notice",
        "_advance",
        "current is None or current.state != 'sending' or current.cursor != notice.cursor",
        "current.state != 'sending' or current.cursor != notice.cursor",
        TYPES,
    ),
    (
        "flows.issues.send_notice",
        "_once",
        "done or current is None or current.state != 'sending'",
        "done or current.state != 'sending'",
        TYPES,
    ),
    (
        "flows.issues.send_notice",
        "_once",
        "not reason and room",
        "not reason",
        "equivalent: that there is no room is a reason",
    ),
    (
        "flows.issues.send_notice",
        "_once",
        "reason or room is None",
        "reason",
        "equivalent: that there is no room is a reason",
    ),
    (
        "flows.issues.send_notice",
        "_once",
        "notice.amends and undone",
        "notice.amends",
        "equivalent: where what it amends was not told, it has returned before",
    ),
    (
        "flows.issues.send_notice",
        "_promise",
        (
            "promise and promise.settled_by and (promise.settled_by == notice.undoes) and "
            "(fields.get('state', room.state) == 'open')"
        ),
        "promise and promise.settled_by == notice.undoes and (fields.get('state', room.state) == 'open')",
        "equivalent: a promise that nobody settled is open, and owed again the same",
    ),
    (
        "flows.tickets.comments",
        "_heard",
        "old is None and seen.mark and seen.mark.startswith('cmt_')",
        "seen.mark and seen.mark.startswith('cmt_')",
        "equivalent: one of ours that is known carries our mark, and is passed over by that",
    ),
    (
        "flows.tickets.comments",
        "_heard",
        "old is None and seen.mark and seen.mark.startswith('cmt_')",
        "old is None and seen.mark.startswith('cmt_')",
        "equivalent: no mark begins with nothing of ours",
    ),
    (
        "flows.tickets.comments",
        "_crossing",
        ("before and words and (before.text == words) and (before.state != 'discarded') and (not before.withdraws)"),
        "before and before.text == words and (before.state != 'discarded') and (not before.withdraws)",
        "equivalent: no notice has an empty text",
    ),
    (
        "flows.tickets.comments",
        "_notices_of",
        "old and old.notice",
        "old",
        "equivalent: there is no notice without an id",
    ),
    (
        "desk.segments",
        "_value",
        "value is not None and fits(value, test.type)",
        "fits(value, test.type)",
        "equivalent: no type fits None",
    ),
    (
        "desk.segments",
        "_value",
        "isinstance(value, int) and test.attribute in BUILT_IN",
        "test.attribute in BUILT_IN",
        "equivalent: what Parley keeps is a number of ms or not there at all",
    ),
    ("flows.inbound.bridged", "home_of", "binding is None or rooms[binding.room] is None", "binding is None", TYPES),
    (
        "flows.inbound.bridged",
        "home_of",
        "binding is whole and known and rooms[known.room] and (rooms[known.room].customer == room.customer)",
        "binding is whole and known and (rooms[known.room].customer == room.customer)",
        TYPES,
    ),
    (
        "flows.inbound.bridged",
        "home_of",
        "root and root[0] and root[0].n",
        "root and root[0]",
        "equivalent: what has not come yet has no room, and no thread lives there",
    ),
    (
        "flows.inbound.bridged",
        "home_of",
        "room.customer or 'none'",
        "room.customer",
        "equivalent: no customer has an empty id",
    ),
    (
        "flows.inbound.bridged",
        "take_message",
        "arrival.thread_room and home.root and (home.room.kind == 'triage') and (not home.root.internal)",
        "arrival.thread_room and home.root and (home.room.kind == 'triage')",
        SOONER,
    ),
    (
        "flows.inbound.bridged",
        "take_message",
        "home_of(arriving, arrival.conversation, arrival.reply_to) or home",
        "home_of(arriving, arrival.conversation, arrival.reply_to)",
        TYPES,
    ),
    ("flows.inbound.bridged", "_own_topic", "root is None or began is None", "root is None and began is None", SOONER),
    ("flows.inbound.bridged", "_own_topic", "root is None or began is None", "began is None", TYPES),
    ("flows.inbound.bridged", "_own_topic", "root is None or began is None", "root is None", SOONER),
    (
        "flows.inbound.bridged",
        "_crossing",
        "known and known.n and known.thread",
        "known and known.thread",
        "equivalent: what has not come yet has no thread",
    ),
    (
        "flows.inbound.bridged",
        "take_reaction",
        "room is None or room.customer != home.room.customer",
        "room.customer != home.room.customer",
        TYPES,
    ),
    (
        "flows.inbound.bridged",
        "_changed",
        "old and any((getattr(old, name) != value for name, value in fields.items()))",
        "any((getattr(old, name) != value for name, value in fields.items()))",
        ("a race: the bridge was taken away between two reads, and the event comes again from the dead letters"),
    ),
    (
        "flows.inbound.bridged",
        "take_account_loss",
        "old and left != old.secrets",
        "old or left != old.secrets",
        ("a race: another worker has dropped the same secret between two reads, and dropping it again changes nothing"),
    ),
    (
        "flows.inbound.bridged",
        "take_account_loss",
        "old and left != old.secrets",
        "old",
        ("a race: another worker has dropped the same secret between two reads, and dropping it again changes nothing"),
    ),
    (
        "flows.inbound.bridged",
        "take_account_loss",
        "old and left != old.secrets",
        "left != old.secrets",
        "a race: the install was removed between two reads, and the event then ends with the dead letters",
    ),
    (
        "flows.inbound.identify",
        "blocked",
        "customer is None or author.kind != 'user'",
        "author.kind != 'user'",
        "equivalent: without a customer nobody is a user",
    ),
    (
        "flows.inbound.identify",
        "blocked",
        "customer.state != 'active' or user is None or user.state != 'active'",
        "customer.state != 'active' or user.state != 'active'",
        TYPES,
    ),
)
SURVIVORS: dict[Mutant, str] = {
    Mutant(f"chalicelib.{module}", function, before, after): reason for module, function, before, after, reason in FOUND
}
