"""Issues: list, raise, change, tie rooms, link tickets, merge; and what customers are told of them."""

from typing import Any

from ...desk.errors import Invalid, NotFound
from ...desk.issues import (
    CLOSED,
    Comment,
    History,
    Issue,
    IssueCustomer,
    IssueTie,
    Notice,
    NoticeReceipt,
    PendingComment,
    Ticket,
    check_labels,
)
from ...desk.permissions import may_see
from ...desk.plain_text import plain
from ...desk.rooms import Room
from ...flows.fence import own
from ...flows.issues.change_issue import change_issue
from ...flows.issues.link_ticket import comment_on, link_ticket, unlink_ticket
from ...flows.issues.raise_issue import asked_in, raise_issue
from ...flows.issues.tie_room import own_issue, tie_room, untie_room
from ...flows.tickets.raise_for_ticket import raise_for_ticket
from ...flows.tickets.tracker import found_ticket, tracker_install
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes import issues as shapes
from ..shapes.answers import PAGED, named_fields
from ..shapes.notices import ChangeNotice, NewNotice, NoticeView, ToldView, WordMeans, notice_view, told_view
from ..shapes.tickets import CommentView, LinkTicket, SayOnTickets, TicketView, comment_view, ticket_view

View = shapes.IssueView
STATES = ("open", "in_progress", "done", "declined")
SORTS = ("age", "rooms", "arr")
KINDS = ("bug", "feature", "question")
FRUITLESS = 10  # pages that a filter may read without a find


def _notice(call: Call) -> Ref[Any]:
    return ref(Notice, call.params["notice"])


@route("GET", "/v1/issues", who="agent", gives=list[View], query=(*PAGED, "state", "kind", "label", "text", "sort"))
def issues(call: Call) -> Page[Any]:
    """List the issues of one state; sorted by age, by the rooms behind them or by their ARR, the most first."""
    state, sort = call.query("state") or "open", call.query("sort") or "age"
    if state not in STATES:
        raise Invalid(f"state is one of {', '.join(STATES)}", "state")
    if sort not in SORTS:
        raise Invalid(f"sort is one of {', '.join(SORTS)}", "sort")
    if call.query("kind") not in (None, *KINDS):
        raise Invalid(f"kind is one of {', '.join(KINDS)}", "kind")
    cursor = call.query("cursor")
    listing: Listing[Issue] = Listing(f"issues-{sort}", (call.who.workspace, state), newest_first=True)
    for _ in range(FRUITLESS):
        page = call.world.store.page(listing, call.limit, cursor)
        found = [issue for issue in page.items if _wanted(call, issue)]
        cursor = page.next
        if found or cursor is None:
            break
    return Page([shapes.issue_view(issue) for issue in found], cursor)


def _wanted(call: Call, issue: Issue) -> bool:
    kind, label, text = call.query("kind"), call.query("label"), call.query("text")
    said = f"{issue.title} {issue.public_title} {plain(issue.text)}".casefold()
    return (
        kind in (None, issue.kind)
        and (label is None or label in issue.labels)
        and (text is None or all(word in said for word in text.casefold().split()))
    )


@route("POST", "/v1/issues", who="agent", need="write", body=shapes.NewIssue, gives=View, status=201)
def new_issue(call: Call, body: shapes.NewIssue) -> Any:
    """Raise an issue."""
    fields, installs = _fields(body), _installs(call, body.tickets)
    return call.answering(
        lambda once: raise_issue(call.world, call.who, fields, messages=[], tie=None, installs=installs, once=once),
        shapes.issue_view,
    )


def _fields(body: shapes.NewIssue | shapes.RaiseIssue) -> dict[str, Any]:
    names = ("title", "kind", "text", "public_title", "public_text", "priority")
    return {name: getattr(body, name) for name in names} | {"labels": check_labels(body.labels)}


def _installs(call: Call, ids: list[str]) -> list[Any]:
    return [
        tracker_install(call.world, call.who, id_, field=f"tickets[{i}]") for i, id_ in enumerate(dict.fromkeys(ids))
    ]


@route("GET", "/v1/issues/{issue}", who="agent", gives=View)
def issue(call: Call) -> Any:
    """Show an issue. One that was merged redirects to the issue that it went into."""
    found = own(call.world, call.who.workspace, ref(Issue, call.params["issue"]))
    if found.merged_into:
        into = own_issue(call.world, call.who.workspace, found.merged_into)
        where = f"{call.incoming.base_url}/v1/issues/{into.id}"
        return Reply(shapes.issue_view(into), None, 308, {"Location": where})
    return call.reply(shapes.issue_view(found), version=found.version)


@route("PATCH", "/v1/issues/{issue}", who="agent", need="write", body=shapes.ChangeIssue, gives=View)
def patch_issue(call: Call, body: shapes.ChangeIssue) -> Any:
    """Change an issue; a new state is told to its rooms."""
    fields = named_fields(body)
    policy, words, resolve = fields.pop("tell"), fields.pop("words"), fields.pop("resolve")
    if "labels" in fields:
        fields["labels"] = check_labels(fields["labels"])
    if "reason" in fields and fields.get("state", "declined") not in CLOSED:
        raise Invalid("a reason is for an issue that is done or declined", "reason")
    changed = change_issue(
        call.world,
        call.who,
        call.params["issue"],
        fields=fields,
        policy=policy,
        words=words,
        resolve=resolve,
        if_version=call.if_version,
    )
    return call.reply(shapes.issue_view(changed), version=changed.version)


def _own(call: Call) -> Issue:
    return own_issue(call.world, call.who.workspace, call.params["issue"])


def _listed(call: Call, name: str, view: Any, *, newest_first: bool = False) -> Page[Any]:
    listing: Listing[Any] = Listing(name, (_own(call).id,), newest_first=newest_first)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([view(record) for record in page.items], page.next)


# --- rooms --------------------------------------------------------------------------------------------------------


@route("GET", "/v1/issues/{issue}/rooms", who="agent", gives=list[shapes.TieView], query=PAGED)
def issue_rooms(call: Call) -> Page[Any]:
    """List the rooms behind an issue."""
    page: Page[IssueTie] = _listed(call, "ties", lambda tie: tie)
    customers = {tie.customer: ref(IssueCustomer, tie.issue, tie.customer) for tie in page.items if tie.customer}
    behind = dict(zip(customers, call.world.store.many(list(customers.values())) if customers else [], strict=True))
    rooms = call.world.store.many([ref(Room, tie.room) for tie in page.items]) if page.items else []
    views = [shapes.tie_view(tie, room, behind.get(tie.customer)) for tie, room in zip(page.items, rooms, strict=True)]
    return Page(views, page.next)


@route("POST", "/v1/issues/{issue}/rooms", who="agent", need="write", body=shapes.TieRoom, gives=View, status=201)
def tie(call: Call, body: shapes.TieRoom) -> Any:
    """Tie a room to an issue."""
    own = _own(call)
    room = call.world.store.one(ref(Room, body.room))
    if room is None or not may_see(call.who, room):
        raise Invalid("no such room", "room")
    _, made = asked_in(call.world, call.who, room, first=body.first, last=body.last)
    return call.answering(lambda once: tie_room(call.world, call.who, own.id, tie=made, once=once), shapes.issue_view)


@route("DELETE", "/v1/issues/{issue}/rooms/{room}", who="agent", need="write", status=204)
def untie(call: Call) -> None:
    """Take a room off an issue."""
    untie_room(call.world, call.who, call.params["issue"], room=call.here.id)


@route("GET", "/v1/issues/{issue}/told", who="agent", gives=list[ToldView], query=PAGED)
def issue_told(call: Call) -> Page[NoticeReceipt]:
    """List what each room was told, when and by whom."""
    return _listed(call, "told", told_view)


@route("GET", "/v1/rooms/{room}/issues", gives=list[shapes.RoomIssueView], query=PAGED, coding=True)
def room_issues(call: Call) -> Page[Any]:
    """List the issues that a room is behind. Customers see what is public."""
    listing: Listing[IssueTie] = Listing("room-issues", (call.here.id,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    found = call.world.store.many([ref(Issue, tie.issue) for tie in page.items]) if page.items else []
    views = [
        shapes.room_issue_view(issue, tie, call.who.is_agent)
        for issue, tie in zip(found, page.items, strict=True)
        if issue and not issue.merged_into
    ]
    return Page(views, page.next)


@route("POST", "/v1/rooms/{room}/issues", who="agent", need="write", body=shapes.RaiseIssue, gives=View, status=201)
def raise_from_room(call: Call, body: shapes.RaiseIssue) -> Any:
    """Raise an issue out of a room's messages, or tie the room to one that is there."""
    messages, made = asked_in(call.world, call.who, call.here, first=body.first, last=body.last)
    if body.issue is not None:
        existing = own_issue(call.world, call.who.workspace, body.issue)
        return call.answering(
            lambda once: tie_room(call.world, call.who, existing.id, tie=made, once=once), shapes.issue_view
        )
    if body.reference is None:
        fields, installs = _fields(body), _installs(call, body.tickets)
        return call.answering(
            lambda once: raise_issue(
                call.world, call.who, fields, messages=messages, tie=made, installs=installs, once=once
            ),
            shapes.issue_view,
        )
    return _by_reference(call, body, messages, made=made)


def _by_reference(call: Call, body: shapes.RaiseIssue, messages: list[Any], *, made: IssueTie) -> Any:
    """The room tied to the issue of the ticket that was pasted; an issue is raised for a ticket that has none."""
    install = tracker_install(call.world, call.who, body.install or "")
    seen = found_ticket(call.world, install, body.reference or "")
    return call.answering(
        lambda once: raise_for_ticket(
            call.world, call.who, _fields(body), messages=messages, tie=made, install=install, seen=seen, once=once
        ),
        shapes.issue_view,
    )


# --- tickets ------------------------------------------------------------------------------------------------------


@route("GET", "/v1/issues/{issue}/tickets", who="agent", gives=list[TicketView], query=PAGED)
def issue_tickets(call: Call) -> Page[Ticket]:
    """List an issue's tickets, and how far it agrees with them."""
    return _listed(call, "tickets", ticket_view)


@route("POST", "/v1/issues/{issue}/tickets", who="agent", need="write", body=LinkTicket, gives=View, status=201)
def link(call: Call, body: LinkTicket) -> Any:
    """Link a ticket that is there, or have one made."""
    own, install = _own(call), tracker_install(call.world, call.who, body.install)
    seen = found_ticket(call.world, install, body.reference) if body.reference else None
    return call.answering(
        lambda once: link_ticket(call.world, call.who, own.id, install=install, seen=seen, once=once), shapes.issue_view
    )


@route("DELETE", "/v1/issues/{issue}/tickets/{install}", who="agent", need="write", status=204)
def unlink(call: Call) -> None:
    """Unlink a ticket. The ticket itself stays as it is."""
    unlink_ticket(call.world, call.who, call.params["issue"], install_id=call.params["install"])


@route("GET", "/v1/issues/{issue}/comments", who="agent", gives=list[CommentView], query=PAGED)
def issue_comments(call: Call) -> Page[Comment | PendingComment]:
    """List the comments on an issue's tickets; first those that wait to get there."""
    page = _listed(call, "comments", comment_view)
    waiting: Listing[PendingComment] = Listing("owed", (_own(call).id,))
    owed = [] if call.query("cursor") else call.world.store.page(waiting, 100).items
    return Page([*map(comment_view, owed), *page.items], page.next)


@route(
    "POST",
    "/v1/issues/{issue}/comments",
    who="agent",
    need="write",
    body=SayOnTickets,
    gives=CommentView,
    status=202,
)
def say(call: Call, body: SayOnTickets) -> Any:
    """Comment on an issue's tickets. Customers do not see it."""
    own = _own(call)
    return call.answering(
        lambda once: comment_on(
            call.world, call.who, own.id, text=body.text, once=once, for_strangers=body.for_strangers
        ),
        lambda rows: comment_view(rows[0]),
    )


@route(
    "POST",
    "/v1/issues/{issue}/tickets/{install}/comments/{comment}/notice",
    who="agent",
    need="write",
    gives=NoticeView,
    status=201,
)
def draft_of_comment(call: Call) -> Any:
    """Draft what customers are to be told of a comment of the tracker's that they were not told by itself."""
    from ...flows.tickets.draft_comment import draft_comment

    own, ids = _own(call), {"install_id": call.params["install"], "comment_id": call.params["comment"]}
    return call.answering(lambda once: draft_comment(call.world, call.who, own, **ids, once=once), notice_view)


@route("POST", "/v1/issues/{issue}/merge", who="agent", need="write", body=shapes.MergeIssue, gives=View)
def merge(call: Call, body: shapes.MergeIssue) -> Any:
    """Merge an issue into another: rooms, tickets and history move, and its id leads to the other."""
    from ...flows.issues.merge_issues import merge_issues

    own = _own(call)
    try:
        into = own_issue(call.world, call.who.workspace, body.into)
    except NotFound:
        raise Invalid("no such issue", "into") from None
    return call.answering(
        lambda once: merge_issues(call.world, call.who, own.id, into_id=into.id, once=once), shapes.issue_view
    )


@route("GET", "/v1/issues/{issue}/history", who="agent", gives=list[shapes.HistoryView], query=PAGED)
def issue_history(call: Call) -> Page[History]:
    """List what happened to an issue, newest first."""
    return _listed(call, "history", shapes.history_view, newest_first=True)


# --- notices ------------------------------------------------------------------------------------------------------


@route("GET", "/v1/issues/{issue}/notices", who="agent", gives=list[NoticeView], query=PAGED)
def issue_notices(call: Call) -> Page[Any]:
    """List the notices of an issue, newest first."""
    return _listed(call, "issue-notices", notice_view, newest_first=True)


@route(
    "POST",
    "/v1/issues/{issue}/notices",
    who="agent",
    need="write",
    body=NewNotice,
    gives=NoticeView,
    status=201,
)
def new_notice(call: Call, body: NewNotice) -> Any:
    """Draft what all rooms of an issue are to be told."""
    from ...flows.issues.draft_notice import write_notice

    own = _own(call)
    return call.answering(
        lambda once: write_notice(call.world, call.who, own, text=body.text, resolve=body.resolve, once=once),
        notice_view,
    )


@route("GET", "/v1/notices", who="agent", gives=list[NoticeView], query=(*PAGED, "state"))
def notices(call: Call) -> Page[Any]:
    """List the notices of one state, newest first: by default the drafts, which wait for an agent."""
    state = call.query("state") or "draft"
    if state not in ("draft", "sending", "sent", "discarded"):
        raise Invalid("state is draft, sending, sent or discarded", "state")
    listing: Listing[Notice] = Listing("notices", (call.who.workspace, state), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([notice_view(notice) for notice in page.items], page.next)


@route("GET", "/v1/notices/{notice}", tagged=_notice, who="agent", gives=NoticeView)
def notice(call: Call) -> Any:
    """Show a notice, with the customers that its text names."""
    from ...flows.issues.draft_notice import own_notice

    return notice_view(own_notice(call.world, call.who, call.params["notice"]))


@route("PATCH", "/v1/notices/{notice}", tagged=_notice, who="agent", need="write", body=ChangeNotice, gives=NoticeView)
def patch_notice(call: Call, body: ChangeNotice) -> Any:
    """Change a draft."""
    from ...flows.issues.draft_notice import change_notice

    return notice_view(change_notice(call.world, call.who, call.params["notice"], fields=named_fields(body)))


@route("POST", "/v1/notices/{notice}/approve", who="agent", need="write", gives=NoticeView)
def approve_draft(call: Call) -> Any:
    """Approve a draft: each room of the issue is told it, once."""
    from ...flows.issues.draft_notice import approve_notice

    id_ = call.params["notice"]
    return call.answering(lambda once: approve_notice(call.world, call.who, id_, once=once), notice_view)


@route("POST", "/v1/notices/{notice}/means", who="agent", need="write", body=WordMeans, gives=NoticeView)
def settle(call: Call, body: WordMeans) -> Any:
    """Say what the word means that the ticket was closed with: from now on it does, the issue turns, and its rooms are
    told."""
    from ...flows.issues.settle_word import settle_word

    id_ = call.params["notice"]
    return call.answering(
        lambda once: settle_word(call.world, call.who, id_, means=body.means or "", once=once), notice_view
    )


@route("POST", "/v1/notices/{notice}/discard", who="agent", need="write", gives=NoticeView)
def discard_draft(call: Call) -> Any:
    """Discard a draft, or stop what is being told."""
    from ...flows.issues.draft_notice import discard_notice

    id_ = call.params["notice"]
    return call.answering(lambda once: discard_notice(call.world, call.who, id_, once=once), notice_view)
