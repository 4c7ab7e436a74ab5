"""Changed meanings that tests once missed, or would be the worst to miss: of two records that meet, which one is later,
whose it is, and whether it is still so. Each names the tests that have to notice."""

from tests.faults.mechanisms import MECHANISMS

from .mutate import Mutant

FLOWS, DESK = "chalicelib.flows.", "chalicelib.desk."
WHO = ("tests/flows/inbound/test_who_speaks.py",)
HOMES = ("tests/flows/inbound/test_homes_of_threads.py",)
BRIDGED = ("tests/flows/inbound/test_bridged_arrivals.py",)
AMENDING = ("tests/flows/rooms/test_amending.py",)
DISABLED = ("tests/flows/inbound/test_disabled_installs.py",)
MAILBOXES = ("tests/flows/customers/test_mailboxes.py",)
TURNS = ("tests/flows/rooms/test_turn_table.py",)
MERGE = ("tests/desk/test_ticket_merge.py",)
COMMENTS = ("tests/flows/tickets/test_comments_heard.py",)
NOTICES = ("tests/flows/issues/test_notices_in_time.py",)
LANES = ("tests/flows/delivery/test_lanes.py",)
OVERDUE = ("tests/flows/rooms/test_overdue_once.py",)
CALENDARS = ("tests/desk/test_calendars.py",)
POLICIES = ("tests/desk/test_policy_choice.py",)
KEPT = ("tests/flows/clocks/test_policies_kept.py",)
ICS = ("tests/wire/test_ics.py",)
MAILS = ("tests/flows/mail/test_told_by_mail.py",)
MACHINES = ("tests/flows/mail/test_machines_mails.py",)
BECAUSE = ("tests/flows/clocks/test_missed_because.py",)
UNHEARD = ("tests/flows/inbound/test_what_did_not_get_in.py",)
ENCLOSED = ("tests/channels/msteams/test_msteams_enclosed.py",)

PROVEN = ("tests/flows/customers/test_proven_domains.py",)
NAMES = ("tests/desk/test_domains.py",)
TAGS = ("tests/edge/door/test_conditions.py",)
BODIES = ("tests/edge/door/test_encodings.py",)
BY_ID = ("tests/edge/routes/test_customers_by_id.py",)
LIMITS = ("tests/edge/door/test_rate_limits.py",)
PROTOCOL, TOOLS = ("tests/edge/test_mcp.py",), ("tests/edge/test_mcp_tools.py",)
HOURS = ("tests/desk/test_hours.py",)
TIMES = ("tests/desk/test_times.py",)

ENDS = ("tests/flows/rooms/test_ends.py",)
SILENCE = ("tests/flows/clocks/test_no_answer.py",)
RATINGS = ("tests/flows/rooms/test_ratings.py",)

INDEXING = ("tests/flows/search/test_index_pending.py",)
ALERTS = ("tests/flows/alerts/test_told_by_one_mail.py",)
TOLD = ("tests/flows/alerts/test_who_is_told.py",)
PUSHED = ("tests/flows/alerts/test_web_push.py",)

ONCE = ("tests/edge/routes/test_counted_once.py",)
ONE_MAIL = ("tests/flows/mail/test_one_person_one_mail.py",)

METERS, SIGNALS = ("tests/desk/test_usage_meters.py",), ("tests/desk/test_usage_signals.py",)
EXPLAINED = ("tests/desk/test_usage_reasons.py",)
FOLDED = ("tests/flows/usage/test_fold.py",)
RAISED = ("tests/flows/usage/test_signals_and_reasons.py",)
FACTS = (
    "tests/flows/usage/test_facts.py::"
    "test_after_ten_days_without_an_event_the_figures_are_zero_and_in_time_nobody_looks",
)

# what is then so → the change, and the tests that notice
MUTANTS: dict[str, tuple[Mutant, tuple[str, ...]]] = {
    "an event that comes twice counts twice": (
        Mutant(
            FLOWS + "usage.fold",
            "_take",
            "ids.keys() - known_ids(world, state.workspace, day, ids=ids)",
            "ids.keys()",
        ),
        FOLDED,
    ),
    "what test keys send counts": (
        Mutant(DESK + "usage_meters", "counts", "not line.test", "True"),
        METERS,
    ),
    "a late event counts on the day on which it came": (
        Mutant(DESK + "usage_meters", "delta_of", "day_of(line.at)", "day_of(line.received_at)"),
        METERS,
    ),
    "who calls on two days is two developers": (
        Mutant(DESK + "usage_meters", "facts_of", "set(actors)", "list(actors)"),
        METERS,
    ),
    "an entry is added as often as somebody comes to finish it": (
        Mutant(DESK + "usage_meters", "day_with", "row.through >= n", "False"),
        METERS,
    ),
    "who is known later has nothing of what came before": (
        Mutant(FLOWS + "usage.fold", "_late", "who in entries[n].waiting", "False"),
        FOLDED,
    ),
    "any secret is good once its source was heard": (
        Mutant(
            FLOWS + "usage.write_keys",
            "_is_of",
            "hmac.compare_digest(key.hash, hashed) and key.mode == mode",
            "key.mode == mode",
        ),
        (
            "tests/edge/routes/test_usage_sources.py::"
            "test_a_secret_that_is_wrong_is_refused_of_a_source_that_was_just_heard_too",
        ),
    ),
    "silence is looked at only when somebody calls": (
        Mutant(FLOWS + "usage.facts", "_evaluated", "nothing_left(moved)", "True"),
        FACTS,
    ),
    "a few weeks are enough for a drop": (
        Mutant(DESK + "usage_signals", "_compared", "len(past) < LEAST_WEEKS", "not past"),
        SIGNALS,
    ),
    "what a one-off brought is a measure": (
        Mutant(DESK + "usage_signals", "Curve.before", "each not in self.left_out", "True"),
        SIGNALS,
    ),
    "a reason silences all kinds": (
        Mutant(DESK + "usage_reasons", "covers", "reason.kind == kind", "True"),
        EXPLAINED,
    ),
    "a signal is raised each day of a week": (
        Mutant(
            FLOWS + "usage.signals",
            "_is_known",
            "any((each and day < shifted(each.found.day, rule.period_days) for each in last))",
            "False",
        ),
        RAISED,
    ),
    "who is blocked answers for a signal": (
        Mutant(FLOWS + "usage.signals", "_opened", "agent.state == 'active'", "True"),
        RAISED,
    ),
    "a reason is in the words of another customer": (
        Mutant(FLOWS + "usage.reasons", "_words", "room.customer != customer.id", "False"),
        RAISED,
    ),
    "a roster has one person as often as they have users": (
        Mutant(
            FLOWS + "same_person",
            "once_each",
            "stands_for(known.get(each.person) or [each], first=first) == each",
            "True",
        ),
        ONCE,
    ),
    "a tie leads a customer's people out of their company": (
        Mutant(FLOWS + "search.search", "authors_like", "who.is_agent or _may_know(who, each)", "True"),
        ONCE,
    ),
    "one person is found as often as they have users": (
        Mutant(FLOWS + "search.search", "_persons_once", "not selves", "True"),
        ONCE,
    ),
    "the sums of a customer count users": (
        Mutant(DESK + "customer_totals", "counted", "selves and stands_for(selves) != user", "False"),
        ONCE,
    ),
    "mail goes to the one of their addresses that takes none": (
        Mutant(FLOWS + "mail.recipients", "_Homes.chosen", "address and address not in gone", "True"),
        ONE_MAIL,
    ),
    "a broadcast is mailed to one person for each of their companies": (
        Mutant(FLOWS + "mail.told_elsewhere", "told_elsewhere", "message.broadcast is None", "True"),
        ONE_MAIL,
    ),
    "an alert is gathered as often as it is derived": (
        Mutant(FLOWS + "alerts.gather", "keep_alert", "if known:\n    return", "pass"),
        ALERTS,
    ),
    "what an agent has read is told": (
        Mutant(FLOWS + "alerts.standing", "still_news", "mark.n >= alert.n", "False"),
        ALERTS,
    ),
    "an answer to an alert needs no proven address": (
        Mutant(FLOWS + "inbound.agents_mail", "_proves", "arrival.verdict == 'pass'", "True"),
        ALERTS,
    ),
    "anybody's answer to an alert is its agent's note": (
        Mutant(FLOWS + "inbound.agents_mail", "_proves", "same_mailbox(agent.email) == arrival.sender", "True"),
        ALERTS,
    ),
    "quiet hours are not quiet": (
        Mutant(FLOWS + "alerts.send", "tell_agent", "chosen.sent_at(now)", "now"),
        TOLD,
    ),
    "who is away is told": (
        Mutant(FLOWS + "alerts.gather", "_addressed", "chosen.away_until > now", "False"),
        TOLD,
    ),
    "a push goes to an address without TLS": (
        Mutant("chalicelib.live.webpush", "BrowserPush.send", "to.endpoint.startswith('https://')", "True"),
        PUSHED,
    ),
    "an end is told again though the customer has not spoken since": (
        Mutant(FLOWS + "rooms.tell_end", "_know", "closing.n > stands.asked", "closing.n < stands.asked"),
        ENDS,
    ),
    "what a notice has told is told again": (
        Mutant(FLOWS + "rooms.tell_end", "_know", "receipt and receipt.n > stands.asked", "receipt and receipt.n < 0"),
        ENDS,
    ),
    "an end is told where nobody ever spoke": (
        Mutant(
            FLOWS + "rooms.tell_end",
            "hearing_of",
            "room.kind == 'internal' or not room.channels",
            "room.kind == 'internal'",
        ),
        ENDS,
    ),
    "silence closes after one reminder": (
        Mutant(
            FLOWS + "clocks.wake_room", "_Waking._remind_or_close", "stands.reminded < REMINDERS", "stands.reminded < 1"
        ),
        SILENCE,
    ),
    "a room is closed by silence while something is promised": (
        Mutant(
            FLOWS + "clocks.refresh_clocks",
            "_Refresh._silent_at",
            "asked is None or not stands.unanswered or promise and promise.open",
            "asked is None or not stands.unanswered",
        ),
        SILENCE,
    ),
    "who is asked how it was is asked with each end": (
        Mutant(DESK + "ratings", "may_ask", "now - asked.at >= ASKED_MS", "now >= asked.at"),
        RATINGS,
    ),
    "anybody of the customer's says how it was": (
        Mutant(FLOWS + "rooms.rate", "rate", "old is None or old.person != author.id", "old is None"),
        RATINGS,
    ),
    "an agent's address in another workspace makes a stranger that agent": (
        Mutant(FLOWS + "inbound.identify", "_agent", "shown.home and shown.email", "shown.email"),
        WHO,
    ),
    "a bot with an agent's address is that agent": (
        Mutant(FLOWS + "inbound.identify", "_agent", "not (shown.home and shown.email) or shown.bot", "not shown.home"),
        WHO,
    ),
    "an agent who is gone still speaks as one": (
        Mutant(FLOWS + "inbound.identify", "_active", "agent and agent.state == 'active'", "agent"),
        WHO,
    ),
    "a thread stays with its former customer after the channel was given to another": (
        Mutant(
            FLOWS + "inbound.bridged", "_binding", "own.bound_at >= whole.bound_at", "own.bound_at <= whole.bound_at"
        ),
        HOMES,
    ),
    "a thread leaves its room when the channel is bound anew for the same customer": (
        Mutant(
            FLOWS + "inbound.bridged",
            "_binding",
            "here and there and there.customer != here.customer",
            "here and there",
        ),
        HOMES,
    ),
    "a message that began a thread takes it to its own customer": (
        Mutant(FLOWS + "inbound.bridged", "home_of", "began.customer == room.customer", "True"),
        HOMES,
    ),
    "a holiday counts": (
        Mutant(DESK + "calendars", "_open", "closed and (not closed.isdisjoint(_names(day)))", "False"),
        CALENDARS,
    ),
    "clocks that are moved within a day are not": (
        Mutant(DESK + "hours", "stretches", "_offset(where, end - 1) != offset", "False"),
        CALENDARS,
    ),
    "what is due as an office shuts is due when it opens again": (
        Mutant(DESK + "calendars", "due_at", "end - start >= target", "end - start > target"),
        CALENDARS,
    ),
    "the hours of a weekday are those of the next": (
        Mutant(DESK + "calendars", "_open", "(day + MONDAY) % 7", "(day + MONDAY + 1) % 7"),
        CALENDARS,
    ),
    "a policy that was removed holds": (
        Mutant(DESK + "policies", "policy_of", "policy.state == 'active'", "True"),
        POLICIES,
    ),
    "where a priority has no target it has the policy's": (
        Mutant(DESK + "policies", "targets_of", "differing.first or own.first", "max(differing.first, 0) or own.first"),
        POLICIES,
    ),
    "a policy's hours win over the customer's own": (
        Mutant(
            DESK + "policies",
            "calendar_of",
            "found.get(customer_calendar) or found.get(policy.calendar)",
            "found.get(policy.calendar) or found.get(customer_calendar)",
        ),
        POLICIES,
    ),
    "a container keeps to the policies that it read first": (
        Mutant(FLOWS + "clocks.policies", "policies_of", "known.version >= workspace.policies", "True"),
        KEPT,
    ),
    "an event at a time of day is a holiday": (
        Mutant("chalicelib.wire.ics", "_date", "DAY.fullmatch(text)", "DAY.match(text)"),
        ICS,
    ),
    "every further message begins the waiting anew": (
        Mutant(
            DESK + "turns",
            "_waits",
            "standing.waits",
            "False",
        ),
        TURNS,
    ),
    "a first link is told as a conflict of states": (
        Mutant(DESK + "ticket_merge", "_state", "base not in ('unknown', issue.state)", "base != issue.state"),
        MERGE,
    ),
    "a first link is told as a conflict of titles": (
        Mutant(DESK + "ticket_merge", "_title", "base not in ('', issue.title)", "base != issue.title"),
        MERGE,
    ),
    "a first link is told as a conflict in the history": (
        Mutant(DESK + "ticket_merge", "_state", "base not in ('unknown', issue.state)", "base != issue.state"),
        COMMENTS,
    ),
    "a comment that is the same as before is stored again": (
        Mutant(
            FLOWS + "tickets.comments",
            "_heard",
            "old.deleted or seen.updated_at <= old.updated_at and seen.text[:MAX_TEXT] == old.text",
            "old.deleted",
        ),
        COMMENTS,
    ),
    "a comment of the same moment is stored again": (
        Mutant(
            FLOWS + "tickets.comments",
            "_heard",
            "seen.updated_at <= old.updated_at",
            "seen.updated_at < old.updated_at",
        ),
        COMMENTS,
    ),
    "a long comment never equals what was kept of it": (
        Mutant(FLOWS + "tickets.comments", "_heard", "seen.text[:MAX_TEXT] == old.text", "seen.text == old.text"),
        COMMENTS,
    ),
    "a notice that is being sent goes on though the issue turned": (
        Mutant(
            FLOWS + "issues.state_notice",
            "notice_of_state",
            "before.state in ('draft', 'sending')",
            "before.state == 'draft'",
        ),
        NOTICES,
    ),
    "a notice that was sent is discarded when the issue turns": (
        Mutant(
            FLOWS + "issues.state_notice",
            "notice_of_state",
            "before and before.state in ('draft', 'sending')",
            "before",
        ),
        NOTICES,
    ),
    "that it is reopened is told where nothing was told": (
        Mutant(
            FLOWS + "issues.state_notice",
            "notice_of_state",
            "before if before and before.state in ('sending', 'sent') else None",
            "before",
        ),
        NOTICES,
    ),
    "a disabled install is trusted at the door": (
        Mutant(
            FLOWS + "inbound.accept",
            "installed",
            "install and install.kind == channel and install.state != 'disabled'",
            "install and install.kind == channel",
        ),
        DISABLED,
    ),
    "what a disabled install had queued is taken": (
        Mutant(
            FLOWS + "inbound.receive", "receive", "install is None or install.state == 'disabled'", "install is None"
        ),
        DISABLED,
    ),
    "an install that is switched off is looked at no sooner than one that is on": (
        Mutant(
            FLOWS + "inbound.accept",
            "installed",
            "install.state != 'active' and kept.get(install_id, now, REST_MS) is None",
            "False",
        ),
        DISABLED,
    ),
    "an old address still leads to its user": (
        Mutant(FLOWS + "inbound.copied_people", "user_of_address", "same_mailbox(user.email) == address", "True"),
        MAILBOXES,
    ),
    "an old address is still claimed": (
        Mutant(
            FLOWS + "customers.admit", "_mailboxes", "[*gone, Put(box, None)] if after else gone", "[Put(box, None)]"
        ),
        MAILBOXES,
    ),
    "of an address that two customers' users have the first one speaks": (
        Mutant(FLOWS + "inbound.copied_people", "user_of_address", "boxes if len(boxes) == 1 else []", "boxes"),
        MAILBOXES,
    ),
    "the domain says whose a mail is before the room does": (
        Mutant(
            FLOWS + "inbound.copied_people",
            "user_of_address",
            "wanted or (placed.id if placed else '')",
            "placed.id if placed else wanted",
        ),
        MAILBOXES,
    ),
    "a notice that was discarded reaches the rest of its piece": (
        Mutant(
            FLOWS + "issues.send_notice",
            "_once",
            "current is None or current.state != 'sending'",
            "current is None",
        ),
        NOTICES,
    ),
    "a notice that was discarded meanwhile is sent after all": (
        Mutant(
            FLOWS + "issues.send_notice",
            "_advance",
            "current is None or current.state != 'sending' or current.cursor != notice.cursor",
            "current is None or current.cursor != notice.cursor",
        ),
        NOTICES,
    ),
    "two workers at one piece count its rooms twice": (
        Mutant(
            FLOWS + "issues.send_notice",
            "_advance",
            "current is None or current.state != 'sending' or current.cursor != notice.cursor",
            "current is None or current.state != 'sending'",
        ),
        NOTICES,
    ),
    "a lane takes everything at once": (
        Mutant(FLOWS + "delivery.lanes", "turn_in_lane", "0 if turn <= now else turn", "0"),
        LANES,
    ),
    "nobody waits for their turn": (
        Mutant(FLOWS + "delivery.attempt", "_Sending.prepare", "turn > self.world.clock.now()", "False"),
        LANES,
    ),
    "a lane forgets who has taken it": (
        Mutant(FLOWS + "delivery.lanes", "turn_in_lane", "turn + apart", "now + apart"),
        LANES,
    ),
    "a turn whose time has come is taken twice": (
        Mutant(FLOWS + "delivery.lanes", "turn_in_lane", "row.turn_at and row.turn_at <= now", "False"),
        LANES,
    ),
    "a pause makes a lane free sooner": (
        Mutant(FLOWS + "delivery.lanes", "hold_lane", "lane.free_at < until", "True"),
        LANES,
    ),
    "what is overdue is marked twice": (
        Mutant(
            FLOWS + "rooms.promise_due",
            "mark_overdue",
            "room.promise.overdue or room.promise.due > now",
            "room.promise.due > now",
        ),
        OVERDUE,
    ),
    "what is due just now is not overdue yet": (
        Mutant(FLOWS + "rooms.promise_due", "mark_overdue", "room.promise.due > now", "room.promise.due >= now"),
        OVERDUE,
    ),
    "what was kept comes due": (
        Mutant(
            FLOWS + "rooms.promise_due",
            "mark_overdue",
            "room is None or room.promise is None or (not room.promise.open)",
            "room is None or room.promise is None",
        ),
        OVERDUE,
    ),
    "a mail with several is remembered as if it had told of the first one": (
        Mutant(FLOWS + "mail.send", "_send", "max((each.n for each in fresh))", "min((each.n for each in fresh))"),
        MAILS,
    ),
    "what is told of an older message makes the newer ones untold": (
        Mutant(FLOWS + "mail.send", "_send", "max(last, current.sent_n)", "last"),
        MAILS,
    ),
    "a mail tells of what its reader was copied in on": (
        Mutant(FLOWS + "mail.recipients", "unheard", "each.n not in person.to.had", "True"),
        MAILS,
    ),
    "two machines write to each other": (
        Mutant(FLOWS + "mail.recipients", "unheard", "not by_machines_mail(world, each)", "True"),
        MACHINES,
    ),
    "what answers a mail of ours by itself is heard": (
        Mutant(FLOWS + "inbound.machines_mail", "_answers", "each.source != source and each.n", "False"),
        MACHINES,
    ),
    "what answers by itself to a person's own address is heard": (
        Mutant(FLOWS + "inbound.machines_mail", "_answers", "row and row.person", "False"),
        MACHINES,
    ),
    "an alert to a room's own address is an answer": (
        Mutant(FLOWS + "inbound.machines_mail", "_answers", "row and row.person", "row"),
        MACHINES,
    ),
    "a machine's mail is whose it says, proven or not": (
        Mutant(FLOWS + "inbound.machines_mail", "_customer", "arrival.verdict != 'pass'", "False"),
        MACHINES,
    ),
    "a machine speaks in another customer's room": (
        Mutant(FLOWS + "inbound.machines_mail", "_place", "home.customer == customer.id", "True"),
        MACHINES,
    ),
    "a way that is shut beside that of the last ask is the reason of a miss": (
        Mutant(FLOWS + "clocks.shut_way", "_bridge", "(came, came.partition('/')[0], '')", "('', came)"),
        BECAUSE,
    ),
    "who asks again has read an answer that never came": (
        Mutant(FLOWS + "rooms.answered", "_has_read", "last.source.install != ask.source.install", "True"),
        BECAUSE,
    ),
    "a paused install is no reason of a miss": (
        Mutant(FLOWS + "clocks.shut_way", "why_shut", "install.state != 'active'", "install.state == 'disabled'"),
        BECAUSE,
    ),
    "an answer of before the clock began is the reason of its miss": (
        Mutant(FLOWS + "clocks.shut_way", "why_shut", "mark.at >= since", "True"),
        BECAUSE,
    ),
    "a mail tells of the last message that was read": (
        Mutant(FLOWS + "mail.recipients", "unheard", "each.n > read", "each.n >= read"),
        MAILS,
    ),
    "what has left with an earlier mail leaves again": (
        Mutant(FLOWS + "mail.send", "write_to_people", "person.sent_n >= row.n", "person.sent_n > row.n"),
        MAILS,
    ),
    "an edit of the last message that a mail told of is told to nobody": (
        Mutant(
            FLOWS + "mail.send", "_why_no_correction", "person.sent_n < row.message", "person.sent_n <= row.message"
        ),
        MAILS,
    ),
    "an edit is told to who has read it": (
        Mutant(FLOWS + "mail.send", "_why_no_correction", "read_until(world, room, addressee) >= row.n", "False"),
        MAILS,
    ),
    "an edit is told though the mail said the newest words": (
        Mutant(
            FLOWS + "mail.send",
            "_why_no_correction",
            "person.sent_at >= (message.edited_at if row.what == 'edit' else row.created_at)",
            "False",
        ),
        MAILS,
    ),
    "who answers by mail has read what no mail told them": (
        Mutant(
            FLOWS + "rooms.mark_read",
            "author_has_read",
            "mark is None or mark.posts < message.posts - 1",
            "mark is None",
        ),
        MAILS,
    ),
    "what a room forgets of a speaker's mark is lost": (
        Mutant(FLOWS + "rooms.mark_read", "_kept", "mark is None or mark == seen", "True"),
        AMENDING,
    ),
    "one's own words are read however often one marks them as unread": (
        Mutant(
            FLOWS + "rooms.mark_read", "mark_unread", "max(own.n if own else 0, seen.taken_back if seen else 0)", "0"
        ),
        AMENDING,
    ),
    "to read again what was taken back reads all that one said": (
        Mutant(FLOWS + "rooms.mark_read", "mark_read", "seen.taken_back if seen else 0", "0"),
        AMENDING,
    ),
    "what came before the binding lands in its room by the time that it tells": (
        Mutant(
            FLOWS + "inbound.bridged", "take_message", "min(arriving.envelope.received_at, arrival.at)", "arrival.at"
        ),
        BRIDGED,
    ),
    "what was said at the moment of the binding is from before it": (
        Mutant(
            FLOWS + "inbound.bridged",
            "take_message",
            "min(arriving.envelope.received_at, arrival.at) < home.bound_at",
            "min(arriving.envelope.received_at, arrival.at) <= home.bound_at",
        ),
        BRIDGED,
    ),
    "somebody reacts in a room that is another customer's by now": (
        Mutant(
            FLOWS + "inbound.bridged",
            "take_reaction",
            "room is None or room.customer != home.room.customer",
            "room is None",
        ),
        BRIDGED,
    ),
    "without a prefix what begins with a sign crosses to customers": (
        Mutant(
            DESK + "comments_for_customers",
            "crossing",
            "prefix and tracking.comments != 'none'",
            "tracking.comments != 'none'",
        ),
        ("tests/desk/test_notices.py",),
    ),
    "an issue that is opened again resolves its rooms": (
        Mutant(FLOWS + "issues.state_notice", "notice_of_state", "resolve and turned.state in CLOSED", "resolve"),
        NOTICES,
    ),
    "a promise is owed again in a room that was resolved meanwhile": (
        Mutant(FLOWS + "issues.send_notice", "_promise", "state == 'open'", "True"),
        NOTICES,
    ),
    "somebody else's comment is taken for ours": (
        Mutant(FLOWS + "tickets.comments", "_arrived", "seen.author_id == mine", "True"),
        COMMENTS,
    ),
    "a comment that shows late is passed over": (
        Mutant(
            FLOWS + "tickets.comments",
            "take_comments",
            "sync.ticket.comments_at or sync.world.clock.now()",
            "sync.world.clock.now()",
        ),
        COMMENTS,
    ),
    "an edit of before its message loses to an older one": (
        Mutant(
            FLOWS + "rooms.amend",
            "edit_wait",
            "pending.text is not None and (not messages.newer(revision, text, pending))",
            "pending.text is None",
        ),
        AMENDING,
    ),
    "who reacted before the message need not be of the room's customer": (
        Mutant(
            FLOWS + "rooms.amend",
            "amend",
            "customer is not None and room.customer != customer",
            "False",
        ),
        AMENDING,
    ),
    "a flood of what is ignored fills the table": (
        Mutant(
            FLOWS + "inbound.unheard",
            "_counted",
            "spent(arriving.world, f'ignored#{arriving.install.id}', DAY_MS) <= MOST_A_DAY",
            "True",
        ),
        UNHEARD,
    ),
    "whatever an agent takes in lifts every rule": (
        Mutant(
            FLOWS + "inbound.context",
            "Arriving.refuse",
            "reason not in self.envelope.lifted",
            "not self.envelope.lifted",
        ),
        UNHEARD,
    ),
    "what is in already is taken in again": (
        Mutant(FLOWS + "installs.take_in", "take_in", "row.taken_at or row.asked_at", "False"),
        UNHEARD,
    ),
    "a pasted key is taken in although its writer took it back": (
        Mutant(FLOWS + "inbound.unheard", "amend_unheard", "arriving.world.queues.forget(row.kept)", "None"),
        UNHEARD,
    ),
    "the bot's token goes to whoever names a picture": (
        Mutant(
            "chalicelib.channels.msteams.client", "Connector.file", "origin(url) in connectors_of(self._config)", "True"
        ),
        ENCLOSED,
    ),
    "a note below what the client quotes goes out": (
        Mutant(DESK + "note_marks", "unmarked", "begins.end() if begins else 0", "0"),
        ENCLOSED,
    ),
    "an edit leaves the words of a message beside its file": (
        Mutant(FLOWS + "rooms.amend", "edit_step", "not message.attachments", "True"),
        BRIDGED,
    ),
    "what is noted a little late is passed by": (
        Mutant(FLOWS + "search.index", "index_pending", "now - SETTLES_MS", "now"),
        INDEXING,
    ),
    "what took long to note stays where the cursor may have been": (
        Mutant(FLOWS + "search.index", "_noted", "world.clock.now() - at <= PROMPT_MS", "True"),
        INDEXING,
    ),
    "a quiet tree waits until its rows have ended": (
        Mutant(FLOWS + "search.index", "index_pending", "rows and rows[0].at <= long_ago", "False"),
        INDEXING,
    ),
    "nobody looks after a tree": (
        Mutant(FLOWS + "search.index", "_begin", "store.one(ref(Indexed, tree)) is None", "False"),
        INDEXING,
    ),
    "queries read what the index has taken long ago": (
        Mutant(FLOWS + "search.search", "recent", "taken.upto if taken else None", "None"),
        INDEXING,
    ),
    "a read mark moves back": (
        Mutant(FLOWS + "rooms.mark_read", "mark_read", "mark and mark.n >= wanted.n", "False"),
        AMENDING,
    ),
    "strangers under somebody else's domain are the claimer's": (
        Mutant(FLOWS + "customers.admit", "customer_of_address", "claim and claim.proven", "claim"),
        PROVEN,
    ),
    "a claim nearer by than the one that is proven hides it": (
        Mutant(FLOWS + "customers.admit", "claim_on", "claim.proven", "True"),
        PROVEN,
    ),
    "a domain holds for all below it, whatever the workspace says": (
        Mutant(FLOWS + "customers.admit", "claim_on", "tenant and tenant.subdomains", "True"),
        PROVEN,
    ),
    "what was given up stays proven": (
        Mutant(FLOWS + "customers.admit", "_with_its_proofs", "domain in customer.domains", "True"),
        PROVEN,
    ),
    "an address that somebody typed proves a domain": (
        Mutant(FLOWS + "customers.prove_domain", "prove_by_mail", "user.vouched != sender", "False"),
        PROVEN,
    ),
    "a domain is proven without its record": (
        Mutant(FLOWS + "customers.prove_domain", "prove_by_record", "value not in texts_at(world, name)", "False"),
        PROVEN,
    ),
    "a public provider of old can be proven": (
        Mutant(FLOWS + "customers.prove_domain", "prove_by_record", "check_own(domain, 'domain')", "None"),
        PROVEN,
    ),
    "what anybody has a name under may be claimed": (
        Mutant(DESK + "domains", "check_own", "_suffixes().publicsuffix(name) == name", "False"),
        NAMES,
    ),
    "whoever writes over another version is let": (
        Mutant("chalicelib.edge.door.conditions", "TaggedStore._seen", "not self._takes(self.version)", "False"),
        TAGS,
    ),
    "a condition tells of another workspace's": (
        Mutant(
            "chalicelib.edge.door.conditions",
            "TaggedStore._seen",
            "getattr(record, 'workspace', self._workspace) == self._workspace",
            "True",
        ),
        TAGS,
    ),
    "a bomb is inflated": (
        Mutant("chalicelib.edge.door.encodings", "_member", "len(part) > most", "False"),
        BODIES,
    ),
    "what was cut is taken for whole": (
        Mutant("chalicelib.edge.door.encodings", "_member", "not reader.eof", "False"),
        BODIES,
    ),
    "customers of before are not listed until a rebuild": (
        Mutant(FLOWS + "customers.all_customers", "all_customers", "tenant and tenant.customers_by_id", "True"),
        BY_ID,
    ),
    "what other containers have counted is not told": (
        Mutant("chalicelib.edge.door.limits", "_used", "count.all + count.own % _share(limit)", "count.own"),
        LIMITS,
    ),
    "a page of another site calls agents' tools": (
        Mutant("chalicelib.edge.routes.mcp", "_check_caller", "parts_of(origin).netloc != ours", "False"),
        PROTOCOL,
    ),
    "agents come by another workspace's path": (
        Mutant(
            "chalicelib.edge.routes.mcp", "_check_caller", "call.params['workspace'] != call.who.workspace", "False"
        ),
        PROTOCOL,
    ),
    "an agent's headers say something else than its body": (
        Mutant("chalicelib.edge.mcp.protocol", "_check_stateless", "there != here", "False"),
        PROTOCOL,
    ),
    "a tool's call leaves no trace": (
        Mutant(
            "chalicelib.edge.routes.mcp", "_run", "_note(call, tool, given if isinstance(given, dict) else {})", "None"
        ),
        TOOLS,
    ),
    "a customer's agent has the vendor's tools": (
        Mutant("chalicelib.edge.mcp.tools", "Tool.is_for", "(self.side == 'vendor') is not who.is_agent", "False"),
        TOOLS,
    ),
    "a tool asks what it does not name": (
        Mutant("chalicelib.edge.mcp.tools", "Routes.__call__", "name not in self.uses", "False"),
        TOOLS,
    ),
    "who says that they are the vendor's are believed": (
        Mutant("chalicelib.edge.mcp.views", "written", "author.get('verified', True)", "True"),
        TOOLS,
    ),
    "a minute that is shown twice is the first one's alone": (
        Mutant(DESK + "hours", "opens", "start + wait < end", "True"),
        HOURS,
    ),
    "any minute may have a leap second": (
        Mutant(DESK + "times", "from_rfc3339", "second == 60 and (not _ends_month(minutes))", "False"),
        TIMES,
    ),
}

# What tests/faults/README.md lists.
WITHOUT = "without: "  # a mechanism of safety
MUTANTS |= {f"{WITHOUT}{name}": (each.mutant, (each.test,)) for name, each in MECHANISMS.items()}
