"""Take back at a tracker what tells of somebody who is forgotten: our comments are deleted there, the text of a ticket
that we made is written anew. Done again it changes nothing: what is gone is gone (ADR 182)."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from ...desk.disclosure import ticket_draft
from ...desk.issues import Comment, TakenBack
from ...desk.tickets import TicketSeen
from ...ports import Listing, ProviderRefused, over
from ..forgotten import forgotten, known_words
from ..paging import every
from .ticket_sync import TicketSync

THEIRS = "somebody else made the ticket there"
NOT_THERE = "the ticket is not there for us"


def take_back(sync: TicketSync, seen: TicketSeen | None) -> None:
    """All that waits for it; `seen` is the ticket. Raises ProviderBusy, and ProviderRefused for an account that is
    gone: then it waits."""
    if not sync.ticket.takes_back:
        return
    for comment, waits in _waiting(sync):
        tried = _tried(waits, partial(sync.there.withdraw, sync.ticket.ticket, comment.id))
        sync.world.store.commit(over(comment.changed(taken_back=tried), comment))
    back = sync.ticket.taken_back
    if back and back.fared == "waiting":
        back = _rewritten(sync, seen, back)
    sync.commit(sync.ticket.changed(takes_back=False, taken_back=back))


def give_up_taking_back(sync: TicketSync, reason: str) -> None:
    """It will not be: the report says so."""
    for comment, waits in _waiting(sync):
        failed = replace(waits, fared="failed", reason=reason)
        sync.world.store.commit(over(comment.changed(taken_back=failed), comment))
    back = sync.ticket.taken_back
    if back and back.fared == "waiting":
        back = replace(back, fared="failed", reason=reason)
    sync.commit(sync.ticket.changed(takes_back=False, taken_back=back))


def without_forgotten(sync: TicketSync, seen: TicketSeen) -> TicketSeen:
    """A ticket as it is there, but for words that tell of somebody who was forgotten: for those it is as we know it."""
    install, known = sync.install, {"title": sync.ticket.title, "assignee": sync.ticket.assignee}
    if not install.forgets:
        return seen
    differing = [name for name, ours in known.items() if (there := getattr(seen, name)) and there != ours]
    words = [known_words(install.id, getattr(seen, name)) for name in differing]
    gone = forgotten(sync.world, install.workspace, words)
    return replace(seen, **{name: known[name] for name, each in zip(differing, gone, strict=True) if each})


def _waiting(sync: TicketSync) -> list[tuple[Comment, TakenBack]]:
    listing: Listing[Comment] = Listing("comments", (sync.issue.id,))
    return [
        (each, each.taken_back)
        for each in every(sync.world.store, listing)
        if each.install == sync.install.id and each.taken_back and each.taken_back.fared == "waiting"
    ]


def _rewritten(sync: TicketSync, seen: TicketSeen | None, back: TakenBack) -> TakenBack:
    if seen is None or seen.gone:
        return replace(back, fared="done" if seen else "failed", reason="" if seen else NOT_THERE)
    if not sync.ticket.made and seen.mark != sync.issue.id:  # older ones are known by their mark alone
        return replace(back, fared="by-hand", reason=THEIRS)
    draft = ticket_draft(sync.issue, sync.tracking, "")
    title, text = (draft.title, draft.text) if draft else (seen.title, "")
    return _tried(back, lambda: sync.there.retitle(seen.id, title if _ours(sync, seen) else seen.title, text))


def _ours(sync: TicketSync, seen: TicketSeen) -> bool:
    """Whether its title is still the one that we gave it: what people there have called it since is theirs."""
    (gone,) = forgotten(sync.world, sync.install.workspace, [known_words(sync.install.id, seen.title)])
    return gone is not None


def _tried(back: TakenBack, call: Callable[[], object]) -> TakenBack:
    try:
        call()
    except ProviderRefused as denied:
        if denied.lost:
            raise
        return replace(back, fared="failed", reason=denied.reason)
    return replace(back, fared="done", reason="")
