"""Comments, both ways: what agents say on a ticket, and what is said there, of which no more than was marked as public
goes on to customers."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ...desk.issues import Comment, Notice, Owed
from ...desk.messages import Author
from ...desk.notices import comment_text, crossing, held
from ...desk.tickets import CommentSeen
from ...ports import Denied, Drop, Task, Write, new, over, ref
from ..issues.draft_notice import comment_notice_id
from ..issues.link_ticket import owed_on
from ..issues.name_customers import names_in
from ..issues.state_notice import GRACE

if TYPE_CHECKING:
    from .reconcile import Sight

OVERLAP = 5 * 60_000  # ms that are read again: a comment may become visible a little late
MAX_TEXT = 20_000


def say_owed(sight: "Sight") -> None:
    """Write what agents have said here to the ticket. One that may have arrived already is looked for by its mark."""
    for row in owed_on(sight.world, sight.issue.id, sight.install.id):
        said = _arrived(sight, row) if row.tried else None
        if said is None:
            tried = row.changed(tried=True)
            sight.world.store.commit(over(tried, row))
            try:
                said = sight.there.comment(sight.ticket.ticket, row.text, row.id)
            except Denied as denied:
                if denied.lost:
                    raise
                sight.world.store.commit(
                    over(tried.changed(failed=denied.reason), tried),
                    sight.chronicle("failed", field="comment", reason=denied.reason),
                )
                continue
        _store_ours(sight, row, said)


def _arrived(sight: "Sight", row: Owed) -> CommentSeen | None:
    found = sight.there.comments(sight.ticket.ticket, max(0, row.at - OVERLAP))
    mine = sight.tracking.actor
    return next(
        (seen for seen in found if seen.mark == row.id)
        if any(seen.mark for seen in found)
        else (seen for seen in found if mine and seen.author_id == mine and seen.text == row.text),
        None,
    )


def _store_ours(sight: "Sight", row: Owed, said: CommentSeen) -> None:
    place = ref(Comment, sight.issue.id, sight.install.id, said.id)
    there = sight.world.store.one(place)
    kept = _comment(sight, said, by=row.by, mark=row.id)
    put = over(replace(kept, version=there.version + 1), there) if there else new(kept)
    sight.world.store.commit(
        put, Drop(ref(Owed, row.issue, row.install, row.id)), sight.chronicle("comment", author=row.name)
    )


def _comment(sight: "Sight", seen: CommentSeen, by: str = "", mark: str = "") -> Comment:
    return Comment(
        version=1,
        issue=sight.issue.id,
        install=sight.install.id,
        id=seen.id,
        workspace=sight.issue.workspace,
        text=seen.text[:MAX_TEXT],
        author=seen.author,
        author_id=seen.author_id,
        created_at=seen.created_at,
        updated_at=seen.updated_at,
        by=by,
        mark=mark,
    )


def hear(sight: "Sight", began: int) -> None:
    """Take in what was said on the ticket since the last time. What was said before it was linked is kept, and told
    nobody."""
    imported = sight.ticket.comments_at == 0
    since = max(0, sight.ticket.comments_at - OVERLAP)
    found = sight.there.comments(sight.ticket.ticket, since)
    for start in range(0, len(found), 50):
        batch = found[start : start + 50]
        known = sight.world.store.many([ref(Comment, sight.issue.id, sight.install.id, seen.id) for seen in batch])
        for seen, old in zip(batch, known, strict=True):
            _heard(sight, seen, old, imported)
    latest = max((seen.updated_at for seen in found), default=sight.ticket.comments_at or sight.world.clock.now())
    sight.commit(sight.ticket.changed(comments_at=latest, heard_at=began))


def _heard(sight: "Sight", seen: CommentSeen, old: Comment | None, imported: bool) -> None:
    if seen.internal:
        if old and not old.deleted:
            _forget(sight, old)
        return
    if old is None and seen.mark and seen.mark.startswith("cmt_"):
        return  # ours, on its way: who wrote it keeps it
    if old and (old.deleted or old.mark or seen.updated_at <= old.updated_at and seen.text[:MAX_TEXT] == old.text):
        return
    kept = _comment(sight, seen)
    writes: list[Write] = []
    tasks: list[Task] = []
    if not imported or old:
        writes, tasks, notice = _crossing(sight, seen, old)
        kept = replace(kept, notice=notice)
        writes.append(sight.chronicle("comment_changed" if old else "comment", author=seen.author))
    put = over(replace(kept, version=old.version + 1), old) if old else new(kept)
    sight.world.store.commit(put, *writes)
    sight.world.queues.sync(tasks)


def _crossing(sight: "Sight", seen: CommentSeen, old: Comment | None) -> tuple[list[Write], list[Task], str]:
    """What is written for customers to hear of a comment, the tasks that follow, and the notice's id. Of one that they
    were told already the told messages change; they are deleted where it is no longer for customers."""
    text = crossing(sight.tracking, seen.text)
    words = comment_text(sight.tracking, text) if text else ""
    before, told = _told_by(sight, old)
    if before and words and before.text == words and before.state != "discarded" and not before.withdraws:
        return [], [], before.id
    writes = [_discarded(before, "the comment was changed")] if before and before.state == "draft" else []
    if sight.tracking.policy == "quiet" or not (words or told) or (told and told.text == words):
        return writes, [], told.id if told else ""
    names = names_in(sight.world, sight.issue, text) if text else ()
    notice = _notice(sight, seen.id, old.version + 1 if old else 1, words, told, names)
    tasks = [Task("tell", notice.id, why="first")] if notice.state == "sending" else []
    return [*writes, new(notice)], tasks, notice.id


def _told_by(sight: "Sight", old: Comment | None) -> tuple[Notice | None, Notice | None]:
    """The newest notice of a comment, and the one whose words stand in the rooms now."""
    before = sight.world.store.one(ref(Notice, old.notice)) if old and old.notice else None
    told = before
    if before and before.state not in ("sending", "sent"):
        told = sight.world.store.one(ref(Notice, before.amends)) if before.amends else None
    return before, None if told and told.withdraws else told


def _notice(
    sight: "Sight", comment: str, version: int, words: str, told: Notice | None, names: tuple[str, ...]
) -> Notice:
    """What customers are to hear of a comment; without `words`, that what was told is taken back."""
    tracking, now = sight.tracking, sight.world.clock.now()
    why = held(tracking, sight.issue, names) if words else ""
    at_once = tracking.policy == "tell" and not why
    return Notice(
        version=1,
        id=comment_notice_id(sight.issue.id, sight.install.id, comment, version),
        issue=sight.issue.id,
        workspace=sight.issue.workspace,
        about="comment",
        text=words or (told.text if told else ""),
        at=now,
        author=Author(kind="agent", id="", name=""),
        state="sending" if at_once else "draft",
        turn=sight.issue.turns,
        install=sight.install.id,
        comment=comment,
        names=names,
        held_because=why if tracking.policy == "tell" else "",
        amends=told.id if told else "",
        withdraws=not words,
        due=now + GRACE if at_once else 0,
    )


def _discarded(notice: Notice, why: str) -> Write:
    return over(notice.changed(state="discarded", held_because=why, due=0), notice)


def forget(sight: "Sight", comment: str) -> None:
    """A comment was deleted there: what was drafted of it is discarded, and what was told taken back, as the policy
    says."""
    old = sight.world.store.one(ref(Comment, sight.issue.id, sight.install.id, comment)) if comment else None
    if old and not old.deleted:
        _forget(sight, old)


def _forget(sight: "Sight", old: Comment) -> None:
    before, told = _told_by(sight, old)
    writes = [_discarded(before, "the comment was deleted")] if before and before.state == "draft" else []
    gone, tasks = old.changed(text="", deleted=True), []
    if told and sight.tracking.policy != "quiet":
        notice = _notice(sight, old.id, gone.version, "", told, ())
        gone = replace(gone, notice=notice.id)
        writes.append(new(notice))
        tasks = [Task("tell", notice.id, why="first")] if notice.state == "sending" else []
    sight.world.store.commit(over(gone, old), *writes, sight.chronicle("comment_deleted", author=old.author))
    sight.world.queues.sync(tasks)
