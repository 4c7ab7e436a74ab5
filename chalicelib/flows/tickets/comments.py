"""Comments, both ways: what agents say on a ticket, and what is said there, of which no more than was marked as public
goes on to customers."""

from msgspec.structs import replace

from ...desk.comments_for_customers import crossing, held
from ...desk.disclosure import STAYS, comment_there
from ...desk.issues import Comment, Notice, PendingComment
from ...desk.messages import Attached, Author
from ...desk.notices import comment_text
from ...desk.plain_text import plain
from ...desk.tickets import CommentSeen
from ...ports import Drop, Listing, ProviderRefused, Task, Write, new, over, ref
from ..forgotten import count_dropped, forgotten, known_outside, known_words
from ..issues.draft_notice import comment_notice_id
from ..issues.name_customers import names_in
from ..issues.state_notice import GRACE_MS
from ..paging import every
from ..standing_still import held_if_older
from .handed_on import with_files
from .ticket_sync import TicketSync
from .tracker import pending_on

OVERLAP_MS = 5 * 60_000  # ms that are read again: a comment may become visible a little late
MAX_TEXT = 20_000
MANY = 500  # comments from which on a tracker may tell a part of them
STRANGER = "not one of the tracker's own people"


def post_pending(sync: TicketSync) -> None:
    """Write what agents have said here to the ticket. One that may have arrived already is looked for by its mark."""
    for row in pending_on(sync.world, sync.issue.id, sync.install.id):
        said = _arrived(sync, row) if row.tried else None
        if said is None:
            there = comment_there(row, sync.tracking)
            if there is None:
                refused = sync.history_entry("failed", field="comment", reason=STAYS)
                sync.world.store.commit(over(row.changed(failed=STAYS), row), refused)
                continue
            tried = row.changed(tried=True)
            kept = sync.ticket.changed(holds=sync.ticket.holding("comments")) if there.private else sync.ticket
            held = kept.holds != sync.ticket.holds
            sync.world.store.commit(over(tried, row), *([over(kept, sync.ticket)] if held else []))
            sync.ticket = kept if held else sync.ticket
            try:
                said = sync.there.comment(sync.ticket.ticket, there.text, row.id, internal=there.internal)
            except ProviderRefused as denied:
                if denied.lost:
                    raise
                sync.world.store.commit(
                    over(tried.changed(failed=denied.reason), tried),
                    sync.history_entry("failed", field="comment", reason=denied.reason),
                )
                continue
        _store_ours(sync, row, said)


def _arrived(sync: TicketSync, row: PendingComment) -> CommentSeen | None:
    found = sync.there.comments(sync.ticket.ticket, max(0, row.at - OVERLAP_MS))
    there = comment_there(row, sync.tracking)
    mine, texts = sync.tracking.actor, (row.text, there.text if there else row.text)
    return next(
        (seen for seen in found if seen.mark == row.id)
        if any(seen.mark for seen in found)
        else (seen for seen in found if mine and seen.author_id == mine and _bare(seen.text) in map(_bare, texts)),
        None,
    )


def _bare(text: str) -> str:
    """A text as it is read, by its letters: trackers set it their own way."""
    return "".join(filter(str.isalnum, plain(text)))


def _store_ours(sync: TicketSync, row: PendingComment, said: CommentSeen) -> None:
    place = ref(Comment, sync.issue.id, sync.install.id, said.id)
    there = sync.world.store.one(place)
    kept = replace(_comment(sync, said, by=row.by, mark=row.id), text=row.text[:MAX_TEXT])
    put = over(replace(kept, version=there.version + 1), there) if there else new(kept)
    sync.world.store.commit(
        put, Drop(ref(PendingComment, row.issue, row.install, row.id)), sync.history_entry("comment", author=row.name)
    )


def _comment(sync: TicketSync, seen: CommentSeen, by: str = "", *, mark: str = "") -> Comment:
    return Comment(
        version=1,
        issue=sync.issue.id,
        install=sync.install.id,
        id=seen.id,
        workspace=sync.issue.workspace,
        text=seen.text[:MAX_TEXT],
        author=seen.author,
        author_id=seen.author_id,
        created_at=seen.created_at,
        updated_at=seen.updated_at,
        by=by,
        mark=mark,
    )


def take_comments(sync: TicketSync, began: int, counted: int | None, *, whole: bool = False) -> None:
    """Take in what was said on the ticket since the last time; of the `whole` ticket also what is there no more, of
    which the tracker has `counted` so many. What was said before it was linked is kept, and told nobody."""
    imported = sync.ticket.comments_at == 0
    since = 0 if whole else max(0, sync.ticket.comments_at - OVERLAP_MS)
    found = sync.there.comments(sync.ticket.ticket, since)
    for start in range(0, len(found), 50):
        batch = found[start : start + 50]
        known = sync.world.store.many([ref(Comment, sync.issue.id, sync.install.id, seen.id) for seen in batch])
        for seen, old in zip(batch, known, strict=True):
            _heard(sync, seen, old, imported=imported or seen.created_at <= sync.ticket.linked_at)
    if whole:
        _forget_missing(sync, found)
    latest = max((seen.updated_at for seen in found), default=sync.ticket.comments_at or sync.world.clock.now())
    latest = max(latest, sync.ticket.comments_at)
    first = {"linked_at": began} if imported else {}
    read = {"read_at": began, "counted": counted} if whole else {}
    sync.commit(sync.ticket.changed(comments_at=latest, heard_at=began, **first, **read))


def _forget_missing(sync: TicketSync, found: list[CommentSeen]) -> None:
    """Comments that we know and that are there no more were deleted. Where a tracker tells only a part of very many,
    nothing is said of those outside of it."""
    ids = {seen.id for seen in found}
    times = [seen.created_at for seen in found]
    listing: Listing[Comment] = Listing("comments", (sync.issue.id,))
    for known in every(sync.world.store, listing):
        mine = known.install == sync.install.id and not known.deleted and known.id not in ids
        within = len(found) < MANY or min(times) <= known.created_at <= max(times)
        if mine and within:
            _forget(sync, known)


def _heard(sync: TicketSync, seen: CommentSeen, old: Comment | None, *, imported: bool) -> None:
    if old.mark if old else seen.mark.startswith("cmt_"):
        return  # ours, there or on its way: who wrote it keeps it
    if seen.internal:
        if old and not old.deleted:
            _forget(sync, old)
        return
    if _from_before(sync, seen, old):
        return
    if old and (old.deleted or seen.updated_at <= old.updated_at and seen.text[:MAX_TEXT] == old.text):
        return
    kept = _comment(sync, seen)
    writes: list[Write] = []
    tasks: list[Task] = []
    if not imported or old:
        writes, tasks, notice, held_back = _crossing(sync, seen, old)
        writes, tasks = held_if_older(sync.world, writes, tasks, at=seen.updated_at)
        kept = replace(kept, notice=notice, held=held_back)
        writes.append(sync.history_entry("comment_changed" if old else "comment", author=seen.author))
    put = over(replace(kept, version=old.version + 1), old) if old else new(kept)
    if tasks:
        sync.commit(sync.ticket.changed(spoke_at=sync.world.clock.now()), put, *writes)
    else:
        sync.world.store.commit(put, *writes)
    sync.world.queues.sync(tasks)


def _from_before(sync: TicketSync, seen: CommentSeen, old: Comment | None) -> bool:
    """Whether it tells of somebody who was forgotten since, in the words of then; or was said by them, and is not known
    here."""
    install = sync.install
    if not install.forgets:
        return False
    known = [known_words(install.id, seen.text[:MAX_TEXT])]
    known += [known_outside(install.id, seen.author_id)] if seen.author_id and not old else []
    words, *who = forgotten(sync.world, install.workspace, known)
    gone = words or next((each for each in who if each and seen.created_at < each.at), None)
    if gone and not old:
        count_dropped(sync.world, gone)
    return gone is not None


def _crossing(sync: TicketSync, seen: CommentSeen, old: Comment | None) -> tuple[list[Write], list[Task], str, str]:
    """What is written for customers to hear of a comment, the tasks that follow, the notice's id, and why they do not
    hear of it. Of one that they were told already the told messages change; they are deleted where it is no longer for
    customers. Nobody but the tracker's own people speaks to them."""
    text = crossing(sync.tracking, seen.text)
    if text and sync.tracking.policy != "quiet" and not _speaks(sync, seen):
        entry = sync.history_entry("stranger", author=seen.author, reason=STRANGER, comment=seen.id)
        return [entry], [], old.notice if old else "", STRANGER
    text, files = _handed_on(sync, seen, text)
    words = comment_text(sync.tracking, text) if text else ""
    before, standing = _notices_of(sync, old)
    if before and _says_so(before, words):
        return [], [], before.id, ""
    writes = [_discarded(before, "the comment was changed")] if before and before.state == "draft" else []
    if sync.tracking.policy == "quiet" or words == (standing.text if standing else ""):
        return writes, [], standing.id if standing else "", ""
    names = names_in(sync.world, sync.issue, text) if text else ()
    notice = _notice(
        sync, seen.id, old.version + 1 if old else 1, words=words, standing=standing, names=names, speaker=seen.author
    )
    notice = replace(notice, files=files)
    tasks = [Task("tell", notice.id, why="first")] if notice.state == "sending" else []
    return [*writes, new(notice)], tasks, notice.id, ""


def _handed_on(sync: TicketSync, seen: CommentSeen, text: str) -> tuple[str, tuple[Attached, ...]]:
    """The text with the files that it shows, if anybody is to hear of it."""
    if not text or sync.tracking.policy == "quiet":
        return text, ()
    return with_files(
        sync.world,
        sync.install,
        sync.there,
        ticket=sync.ticket.ticket,
        comment=seen.id,
        text=text,
        private=sync.tracking.private,
        tries=sync.ticket.attempts,
    )


def _says_so(notice: Notice, words: str) -> bool:
    """Whether customers hear, or have heard, these very words by it."""
    return bool(words) and notice.text == words and notice.state != "discarded" and not notice.withdraws


def _speaks(sync: TicketSync, seen: CommentSeen) -> bool:
    """Whether a comment is the vendor's word."""
    return sync.there.member(seen, private=sync.tracking.private) if seen.member is None else seen.member


def _notices_of(sync: TicketSync, old: Comment | None) -> tuple[Notice | None, Notice | None]:
    """The newest notice of a comment, and the one whose words stand in the rooms now."""
    before = sync.world.store.one(ref(Notice, old.notice)) if old and old.notice else None
    standing = before
    if before and before.state not in ("sending", "sent"):
        standing = sync.world.store.one(ref(Notice, before.amends)) if before.amends else None
    return before, None if standing and standing.withdraws else standing


def _notice(
    sync: TicketSync,
    comment: str,
    version: int,
    *,
    words: str,
    standing: Notice | None,
    names: tuple[str, ...],
    speaker: str,
) -> Notice:
    """What customers are to hear of a comment; without `words`, that what was told is taken back."""
    tracking, now = sync.tracking, sync.world.clock.now()
    why = held(tracking, sync.issue, names) if words else ""
    at_once = tracking.policy == "tell" and not why
    return Notice(
        version=1,
        id=comment_notice_id(sync.issue.id, sync.install.id, comment, version=version),
        issue=sync.issue.id,
        workspace=sync.issue.workspace,
        about="comment",
        text=words or (standing.text if standing else ""),
        at=now,
        author=Author(kind="agent", id="", name=""),
        state="sending" if at_once else "draft",
        closing=sync.issue.closings,
        install=sync.install.id,
        comment=comment,
        speaker=speaker,
        names=names,
        held_because=why if tracking.policy == "tell" else "",
        amends=standing.id if standing else "",
        withdraws=not words,
        due=now + GRACE_MS if at_once else 0,
    )


def _discarded(notice: Notice, why: str) -> Write:
    return over(notice.changed(state="discarded", held_because=why, due=0), notice)


def forget_comment(sync: TicketSync, comment: str) -> None:
    """A comment was deleted there: what was drafted of it is discarded, and what was told taken back, as the policy
    says."""
    old = sync.world.store.one(ref(Comment, sync.issue.id, sync.install.id, comment)) if comment else None
    if old and not old.deleted:
        _forget(sync, old)


def _forget(sync: TicketSync, old: Comment) -> None:
    before, standing = _notices_of(sync, old)
    writes = [_discarded(before, "the comment was deleted")] if before and before.state == "draft" else []
    gone, tasks = old.changed(text="", deleted=True), []
    if standing and sync.tracking.policy != "quiet":
        notice = _notice(sync, old.id, gone.version, words="", standing=standing, names=(), speaker=old.author)
        gone = replace(gone, notice=notice.id)
        writes.append(new(notice))
        tasks = [Task("tell", notice.id, why="first")] if notice.state == "sending" else []
    sync.world.store.commit(over(gone, old), *writes, sync.history_entry("comment_deleted", author=old.author))
    sync.world.queues.sync(tasks)
