"""Reconcile a ticket with its issue: fetch it, compare both, and make them equal (ADR 40).

A hint says no more than that a look is due, so that late, doubled and lost ones change nothing; one worker looks at a
ticket at a time (the queue's groups).
"""

from typing import Any

from ...desk.deliveries import wait
from ...desk.disclosure import WAITS, ticket_draft
from ...desk.held_back import WHY
from ...desk.ids import derived
from ...desk.issues import CLOSED, Issue, Link, Notice, Ticket, TicketOwner, Tracking, turned
from ...desk.messages import Author
from ...desk.notices import unclear_text
from ...desk.ticket_merge import Merge, label_key, merge, pending
from ...desk.tickets import TicketDraft, TicketSeen
from ...desk.times import DAY_MS
from ...desk.workspaces import Install
from ...ports import Drop, ProviderBusy, ProviderRefused, Task, World, Write, new, over, ref
from ..bridges.stop_install import stop_install
from ..issues.state_notice import notice_of_state
from ..optimistic_retry import again
from ..standing_still import held_if_older
from .comments import forget_comment, post_pending, take_comments
from .handed_on import files_left, put_up_files
from .take_back import give_up_taking_back, take_back, without_forgotten
from .ticket_sync import TicketSync
from .tracker import ClientFault, NotUnderstood, issue_of_ticket, pending_on, tickets_of, tracking_of

SKEW_MS = 1_000  # ms by which clocks of containers may differ
PAUSED_MS = 60 * 60_000  # ms after which a ticket of a disabled install is looked at again
ABSENT = (
    "the ticket is not there for us: let the account see it again (the token's repositories, the project's rights)"
    " or unlink it; it is looked at each night"
)
DELETED = "the ticket was deleted there: unlink it, or link another"
UNCLEAR = "closed there, meaning unknown"
STALE_TRIES = 3  # times that an older state than the one known is not believed
SYSTEM = Author(kind="agent", id="", name="")  # whoever tied the room says it


class Outdated(ProviderBusy):
    """A replica of the tracker's answered, which is not as far as what we have seen."""


class Unsettled(Outdated):
    """A call whose answer was lost may have made the ticket, and the tracker may not know that yet."""


def reconcile(world: World, task: Task) -> str:
    """What came of it, as a slug. Doing it again changes nothing. What the tracker does not let us do now waits in the
    time index."""
    install = world.store.one(ref(Install, task.install))
    issue_id = task.id or (issue_of_ticket(world, install, task.ticket) if install else "")
    if install is None or not issue_id:
        return "not-tied"
    return again(world, lambda _: _look(world, task, install, issue_id=issue_id))


def _look(world: World, task: Task, install: Install, *, issue_id: str) -> str:
    issue, ticket = world.store.many([ref(Issue, issue_id), ref(Ticket, issue_id, install.id)])
    if issue is None or ticket is None:
        return "not-tied"
    if ticket.reason == WHY:
        return "stands-still"
    now, tracking = world.clock.now(), tracking_of(world, install)
    if install.state != "active":
        _put_off(world, ticket, now + PAUSED_MS, reason=f"the install is {install.state}")
        return "paused"
    if not _needed(world, task, issue, ticket=ticket, tracking=tracking):
        if ticket.due:
            world.store.commit(over(ticket.changed(due=0), ticket))
        return "nothing-new"
    if tracking.resting > now:
        _put_off(world, ticket, tracking.resting + int(world.clock.chance() * 10_000), reason=ticket.reason)
        return "resting"
    sync = TicketSync(world, install, tracking, issue, ticket, tickets_of(world, install))
    try:
        return _worked(sync, task)
    except ProviderBusy as busy:
        return _later(sync, busy)
    except ProviderRefused as denied:
        return _denied(sync, denied)
    except ClientFault as fault:  # a dead letter, in the end; the ticket comes by its own time
        _later(sync, ProviderBusy(f"a fault of ours ({fault})"))
        raise


def _put_off(world: World, ticket: Ticket, due: int, *, reason: str) -> None:
    """A look that is owed waits; it counts as one that was tried, so that it is not taken for needless then."""
    world.store.commit(over(ticket.changed(due=due, attempts=max(1, ticket.attempts), reason=reason), ticket))


def _needed(world: World, task: Task, issue: Issue, *, ticket: Ticket, tracking: Tracking) -> bool:
    """Whether the tracker has to be asked. What came before the last look began was seen by it."""
    if (
        ticket.standing in ("making", "new", "lost")
        or ticket.attempts
        or ticket.takes_back
        or pending(issue, ticket, tracking)
    ):
        return True
    if task.hint:
        seen = ticket.heard_at if task.hint.comment else ticket.looked_at
        return task.at + SKEW_MS >= seen or task.hint.what in ("comment_deleted", "transferred")
    return task.why.startswith(("repair", "project", "comments", "count")) or bool(
        pending_on(world, issue.id, ticket.install)
    )


def _worked(sync: TicketSync, task: Task) -> str:
    """What became of it.

    In this order: who reads the tracker is known before anything private may leave; the ticket is made before it is
    fetched, and fetched before anything is decided, since a hint tells that something happened, never what. What the
    tracker says is taken over before ours is written, so that a write that fails leaves no change of theirs unseen.
    Comments come last: whether customers hear of one depends on all of that."""
    began = sync.world.clock.now()
    if not sync.tracking.words:
        _discover(sync)
    if _private_waits(sync):
        sync.sees_readers()
    if sync.ticket.standing == "making" and not _make(sync):
        return "waits"
    if task.hint and task.hint.what == "comment_deleted":
        forget_comment(sync, task.hint.comment)
    seen = _fetched(sync, task)
    take_back(sync, seen)
    if seen is None or seen.gone:
        return _lost(sync, DELETED if seen else ABSENT)
    seen = without_forgotten(sync, seen)
    if (seen.key, seen.url) != (sync.ticket.key, sync.ticket.url):
        _renamed(sync, seen)
    commented = _may_have_comments(sync, task, seen)
    found = merge(sync.issue, sync.ticket, seen, tracking=sync.tracking)
    _take_over(sync, seen, found, began=began)
    _write(sync, found)
    put_up_files(sync)
    post_pending(sync)
    _hear(sync, task, seen, began=began, commented=commented)
    if sync.ticket.attempts:
        sync.commit(sync.ticket.changed(attempts=0))
    return "done"


def _fetched(sync: TicketSync, task: Task) -> TicketSeen | None:
    """The ticket as it is now, wherever it went; Outdated where the tracker shows an older one than we have seen."""
    seen = sync.there.fetch(sync.ticket.ticket)
    moved_to = seen.moved_to if seen else task.hint.moved_to if task.hint else ""
    if moved_to:
        seen = _follow(sync, moved_to)
    older = seen is not None and not seen.gone and seen.updated_at and seen.updated_at < sync.ticket.seen_at
    if older and sync.ticket.attempts < STALE_TRIES:
        raise Outdated("the tracker tells an older state than before", 5)
    return seen


def _may_have_comments(sync: TicketSync, task: Task, seen: TicketSeen) -> bool:
    """Whether there may be comments that we have not heard: asked before the ticket is taken for seen."""
    return (
        sync.ticket.standing == "new"
        or sync.ticket.attempts > 0
        or (task.hint is not None and bool(task.hint.comment))
        or seen.updated_at != sync.ticket.seen_at
        or task.why.startswith("repair")
    )


def _hear(sync: TicketSync, task: Task, seen: TicketSeen, *, began: int, commented: bool) -> None:
    """Take what was commented: all of it where that is asked for, or where their number is not what we counted."""
    counting = task.why.startswith("count")
    whole = task.why.startswith("comments") or (counting and seen.comments != sync.ticket.counted)
    if commented or whole or not seen.updated_at:
        take_comments(sync, began, seen.comments, whole=whole)
    elif counting:
        sync.commit(sync.ticket.changed(read_at=began))


def _private_waits(sync: TicketSync) -> bool:
    """Whether something may leave that is not for everybody."""
    issue, ticket, tracking = sync.issue, sync.ticket, sync.tracking
    return (
        ticket.standing == "making"
        or (tracking.titled and ticket.title != issue.title)
        or (tracking.labelled and label_key(ticket.labels) != label_key(issue.labels))
        or bool(files_left(sync))
        or bool(pending_on(sync.world, issue.id, sync.install.id))
    )


def _discover(sync: TicketSync) -> None:
    """The tracker's words, as it guesses them until an admin has reviewed them."""
    words = tuple(sync.there.words())
    known = tracking_of(sync.world, sync.install)
    tracking = known.changed(words=words)
    sync.world.store.commit(over(tracking, known))
    sync.tracking = tracking


def _make(sync: TicketSync) -> bool:
    """The ticket itself; False while it waits for words that may leave. Its tracker finds the one that carries the
    issue's mark, if a call before this one made it."""
    issue, site = sync.issue, sync.world.public_url
    draft = ticket_draft(issue, sync.tracking, f"{site}/console#/issues/{issue.id}" if site else "")
    if draft is None:
        _waiting(sync)
        return False
    seen = _created(sync, draft)
    theirs = sync.tracking.means(seen.word)
    made = sync.ticket.changed(
        standing="linked",
        made=True,
        asked_at=0,
        sought=0,
        ticket=seen.id,
        key=seen.key,
        url=seen.url,
        state=theirs if theirs != "unknown" else issue.state,
        word=seen.word,
        title=issue.title if sync.tracking.titled else "",
        labels=draft.labels,
        seen_at=seen.updated_at,
        comments_at=seen.updated_at or sync.world.clock.now(),
        holds=() if sync.tracking.open else ("labels", "text", "title") if draft.labels else ("text", "title"),
        reason="",
    )
    _rename(sync, made, sync.history_entry("linked", key=seen.key, url=seen.url, made="yes"))
    return True


def _created(sync: TicketSync, draft: TicketDraft) -> TicketSeen:
    """The ticket. If a call before this one may have made it, it is looked for until the tracker may be believed that
    there is none: an index knows a new ticket late."""
    now, ticket = sync.world.clock.now(), sync.ticket
    if ticket.asked_at:
        found = sync.there.made(draft.mark, ticket.asked_at - SKEW_MS)
        if found:
            return found
        ms, looks = sync.there.TRUSTED
        sought = ticket.changed(sought=ticket.sought + 1)
        sync.commit(sought)
        if sought.sought < looks or now - ticket.asked_at < ms:
            raise Unsettled("the answer was lost, and the tracker's index may not know the ticket yet", ms // 1000 // 2)
    sync.commit(sync.ticket.changed(asked_at=now, sought=0))
    try:
        return sync.there.create(draft)
    except ProviderRefused:
        sync.commit(sync.ticket.changed(asked_at=0))  # that answer was heard
        raise


def _waiting(sync: TicketSync) -> None:
    """It is looked at again when the issue changes; and by and by, should the tracker become private."""
    due = sync.world.clock.now() + PAUSED_MS
    waiting = sync.ticket.changed(due=due, attempts=0, reason=WAITS)
    sync.commit(waiting, *([] if sync.ticket.reason == WAITS else [sync.history_entry("waiting", reason=WAITS)]))


def _rename(sync: TicketSync, ticket: Ticket, *writes: Write) -> None:
    """Keep what a ticket is called there, in its record, in its issue, and for those who come by its id."""
    link = Link(install=ticket.install, ticket=ticket.ticket, key=ticket.key, url=ticket.url)
    links = tuple(link if each.install == link.install else each for each in sync.issue.tickets)
    issue = sync.issue.changed(tickets=links)
    owner = TicketOwner(
        version=1, install=ticket.install, ticket=ticket.ticket, workspace=ticket.workspace, issue=ticket.issue
    )
    there = sync.world.store.one(ref(TicketOwner, owner.install, owner.ticket))
    if there and there.issue != owner.issue:
        raise ProviderRefused(f"the ticket belongs to the issue {there.issue}")
    held = over(there.changed(), there) if there else new(owner)
    sync.commit(ticket, over(issue, sync.issue), held, *writes)
    sync.issue = issue


def _renamed(sync: TicketSync, seen: TicketSeen) -> None:
    """The ticket is called otherwise now: its project was renamed, or moved."""
    entry = sync.history_entry("changed", fields="ticket", was=sync.ticket.key, now=seen.key, url=seen.url)
    _rename(sync, sync.ticket.changed(key=seen.key, url=seen.url), entry)


def _follow(sync: TicketSync, moved_to: str) -> TicketSeen | None:
    """The ticket where it was transferred to, if we may see it there."""
    seen = sync.there.fetch(moved_to)
    if seen is None or seen.gone or seen.moved_to:
        return None
    old = sync.ticket
    ticket = old.changed(ticket=seen.id, key=seen.key, url=seen.url, seen_at=0)
    drop = [Drop(ref(TicketOwner, old.install, old.ticket))] if old.ticket != seen.id else []
    _rename(sync, ticket, *drop, sync.history_entry("changed", fields="ticket", was=old.key, now=seen.key))
    return seen


def _lost(sync: TicketSync, reason: str) -> str:
    """It is not there for us, which may pass: it is looked at each night, and after a month once a week."""
    now, old = sync.world.clock.now(), sync.ticket
    since = old.lost_at or now
    due = now + (DAY_MS if now - since < 30 * DAY_MS else 7 * DAY_MS)
    gone = old.changed(standing="lost", due=due, attempts=0, lost_at=since, reason=reason)
    sync.commit(gone, *([] if old.standing == "lost" else [sync.history_entry("lost", key=gone.key, reason=reason)]))
    return "lost"


def _take_over(sync: TicketSync, seen: TicketSeen, found: Merge, *, began: int) -> None:
    """Ours becomes theirs where theirs has changed, with what follows from it, in one transaction."""
    world, issue = sync.world, sync.issue
    writes: list[Write] = []
    tasks: list[Task] = []
    fields = dict(found.issue)
    state = fields.pop("state", None)
    changed = issue.changed(**fields) if fields else issue
    if fields:
        writes.append(sync.history_entry("changed", fields=", ".join(sorted(fields))))
    if state:
        changed = turned(changed, state, issue.reason, now=world.clock.now())
        notices, tasks = notice_of_state(
            world,
            issue,
            changed,
            policy=sync.tracking.policy,
            author=SYSTEM,
            tracking=sync.tracking,
            words="",
            resolve=sync.tracking.resolve,
        )
        happened = seen.updated_at or sync.ticket.looked_at
        heard, tasks = held_if_older(world, [*notices], tasks, at=happened)
        writes += [*heard, sync.history_entry("state", was=issue.state, now=state, word=seen.word.name)]
    if sync.ticket.standing == "lost":
        writes.append(sync.history_entry("found", key=seen.key))
    unclear, asking = _unclear(sync, seen, found)
    writes += asking
    if found.lost:
        writes.append(sync.history_entry("conflict", fields=", ".join(found.lost)))
    if found.unknown:
        writes.append(sync.history_entry("unknown_word", word=found.unknown))
    ticket = sync.ticket.changed(
        standing="linked",
        word=seen.word,
        assignee=seen.assignee,
        seen_at=seen.updated_at,
        looked_at=began,
        due=0,
        reason=UNCLEAR if found.unclear else f"no state there means {issue.state}" if found.wordless else "",
        unclear=unclear,
        lost_at=0,
        **found.ticket,
    )
    if changed is not issue:
        writes.append(over(changed, issue))
    sync.commit(ticket, *writes)
    sync.issue = changed
    world.queues.sync(tasks)


def _unclear(sync: TicketSync, seen: TicketSeen, found: Merge) -> tuple[str, list[Write]]:
    """The notice that waits for what the word means that a ticket was closed with, and what is written of it. It is a
    draft whatever the policy."""
    ticket, tracking, word = sync.ticket, sync.tracking, seen.word
    same = found.unclear and ticket.word is not None and ticket.word.id == word.id
    if ticket.unclear and same:
        return ticket.unclear, []
    writes: list[Write] = []
    before = sync.world.store.one(ref(Notice, ticket.unclear)) if ticket.unclear else None
    if before and before.state == "draft":
        writes.append(over(before.changed(state="discarded", held_because="the ticket moved on", due=0), before))
    if not found.unclear:
        return "", writes
    notice = Notice(
        version=1,
        id=derived("ntc", sync.issue.id, sync.install.id, "word", word.id, str(ticket.version)),
        issue=sync.issue.id,
        workspace=sync.issue.workspace,
        about="state",
        text=unclear_text(tracking, word.means),
        at=sync.world.clock.now(),
        author=SYSTEM,
        becomes=word.means if word.means in CLOSED else "",
        word=word,
        closing=sync.issue.closings,
        install=sync.install.id,
        resolve=tracking.resolve,
        held_because=f"{UNCLEAR}: {word.name}",
    )
    return notice.id, [*writes, new(notice)]


def _write(sync: TicketSync, found: Merge) -> None:
    """What is ours to write. What we wrote is what both sides are then: if the tracker made something else of it, that
    is its change, and wins."""
    there, ticket, issue = sync.there, sync.ticket.ticket, sync.issue
    calls: list[tuple[str, Any, str, Any]] = []
    if found.move:
        calls.append(("state", issue.state, issue.state, lambda: there.move(ticket, found.move)))
    if found.retitle:
        calls.append(("title", found.retitle, found.retitle, lambda: there.retitle(ticket, found.retitle)))
    if found.add or found.remove:
        key = label_key(issue.labels)
        calls.append(("labels", issue.labels, key, lambda: there.label(ticket, found.add, found.remove)))
    for field, value, key, call in calls:
        try:
            seen = call()
        except ProviderRefused as denied:
            if denied.lost:
                raise
            refused = sync.ticket.refused | {field: key}
            lacking = sync.ticket.changed(refused=refused, reason=f"{field}: {denied.reason}")
            sync.commit(lacking, sync.history_entry("failed", field=field, reason=denied.reason))
            continue
        refused = {name: each for name, each in sync.ticket.refused.items() if name != field}
        agreed = sync.ticket.changed(
            refused=refused,
            seen_at=max(seen.updated_at, sync.ticket.seen_at),
            word=seen.word,
            holds=sync.ticket.holds if field == "state" else sync.ticket.holding(field),
            **{field: value},
        )
        sync.commit(agreed, sync.history_entry("written", field=field, value=key))


def _later(sync: TicketSync, busy: ProviderBusy) -> str:
    """Come again when the tracker asks for it; if it said so itself, nobody else of this install asks it before."""
    world, now = sync.world, sync.world.clock.now()
    attempts = sync.ticket.attempts + 1
    seconds = wait(attempts, busy.after, world.clock.chance())
    if seconds is None:
        give_up_taking_back(sync, busy.reason) if sync.ticket.takes_back else None
        ticket = sync.ticket.changed(attempts=0, due=0, reason=f"given up: {busy.reason}")
        sync.commit(ticket, sync.history_entry("failed", reason=busy.reason))
        return "given-up"
    sync.commit(sync.ticket.changed(attempts=attempts, due=now + seconds * 1000, reason=busy.reason))
    if busy.after and not isinstance(busy, Outdated):
        rest(world, sync.install, now + seconds * 1000)
    return f"not understood: {busy.where}" if isinstance(busy, NotUnderstood) else "busy"


def rest(world: World, install: Install, until: int) -> None:
    """Leave a tracker alone for a while."""

    def attempt(_: int) -> None:
        known = tracking_of(world, install)
        if known.resting < until:
            world.store.commit(over(known.changed(resting=until), known))

    again(world, attempt)


def _denied(sync: TicketSync, denied: ProviderRefused) -> str:
    """The tracker will not: of an account that is gone the install is paused, else the ticket says why."""
    if denied.lost:
        stop_install(sync.world, sync.install, "paused", reason=denied.reason)
        sync.commit(sync.ticket.changed(due=sync.world.clock.now() + PAUSED_MS, reason=denied.reason))
        return "account-lost"
    ticket = sync.ticket.changed(due=0, attempts=0, reason=denied.reason)
    sync.commit(ticket, sync.history_entry("failed", reason=denied.reason))
    return "denied"
