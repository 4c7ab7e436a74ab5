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
    ("flows.tickets.comments", "_told_by", "old and old.notice", "old", "equivalent: there is no notice without an id"),
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
)
SURVIVORS: dict[Mutant, str] = {
    Mutant(f"chalicelib.{module}", function, before, after): reason for module, function, before, after, reason in FOUND
}
