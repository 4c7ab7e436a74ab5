"""Direct a notice: write one, change its text, approve it, discard it."""

from ...desk.errors import Conflict
from ...desk.held_back import held_id
from ...desk.ids import derived
from ...desk.issues import Issue, Notice, Ticket
from ...desk.messages import Author
from ...desk.notices import check_text
from ...desk.permissions import Principal
from ...ports import Task, World, new, over, ref
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..standing_still import check_free
from .name_customers import names_in
from .state_notice import GRACE_MS


def write_notice(
    world: World, who: Principal, issue: Issue, *, text: str, resolve: bool, once: Once = KEYLESS
) -> Notice:
    """A draft of an agent's own words to all rooms of an issue."""
    check_text(text)

    def attempt(_: int) -> Notice:
        notice = Notice(
            version=1,
            id=world.fresh_id("ntc"),
            issue=issue.id,
            workspace=issue.workspace,
            about="words",
            text=text,
            at=world.clock.now(),
            author=Author(kind="agent", id=who.id, name=who.name),
            closing=issue.closings,
            resolve=resolve,
            names=names_in(world, issue, text),
        )
        entry = audit(world, who, "notice.written", subject=notice.id)
        world.store.commit(new(notice), *entry, *once.writes(notice, notice.at))
        return notice

    return again(world, attempt, once)


def own_notice(world: World, who: Principal, id_: str) -> Notice:
    """A notice of the caller's workspace."""
    return own(world, who.workspace, ref(Notice, id_))


def change_notice(world: World, who: Principal, id_: str, *, fields: dict[str, object]) -> Notice:
    """The draft with another text, or with its rooms resolved or not."""
    if "text" in fields:
        check_text(str(fields["text"]))

    def attempt(_: int) -> Notice:
        old = draft_of(world, who, id_)
        if old.withdraws:
            raise Conflict("what is taken back has no words of its own")
        issue = world.store.one(ref(Issue, old.issue)) if "text" in fields else None
        names = names_in(world, issue, str(fields["text"])) if issue else old.names
        changed = old.changed(names=names, **fields)
        world.store.commit(over(changed, old), *audit(world, who, "notice.changed", subject=id_, fields=fields))
        return changed

    return again(world, attempt)


def approve_notice(world: World, who: Principal, id_: str, *, once: Once = KEYLESS) -> Notice:
    """The notice, which its rooms are told now, in the words of who approves it."""

    def attempt(_: int) -> Notice:
        old, now = draft_of(world, who, id_), world.clock.now()
        check_free(old.held_because, held_id("notice", id_))
        if old.word:
            raise Conflict("say first what the word means that the ticket was closed with")
        author = Author(kind="agent", id=who.id, name=who.name)
        notice = old.changed(state="sending", approved_by=who.id, author=author, due=now + GRACE_MS)
        ticket = world.store.one(ref(Ticket, old.issue, old.install)) if old.about == "comment" else None
        spoke = [over(ticket.changed(spoke_at=now), ticket)] if ticket else []
        world.store.commit(
            over(notice, old), *spoke, *audit(world, who, "notice.approved", subject=id_), *once.writes(notice, now)
        )
        return notice

    notice = again(world, attempt, once)
    world.queues.sync([Task("tell", notice.id, why="first")])
    return notice


def discard_notice(world: World, who: Principal, id_: str, *, once: Once = KEYLESS) -> Notice:
    """The notice, which nobody is told any more."""

    def attempt(_: int) -> Notice:
        old = own_notice(world, who, id_)
        if old.state not in ("draft", "sending"):
            raise Conflict(f"a notice that is {old.state} cannot be discarded")
        gone = old.changed(state="discarded", due=0)
        entry = audit(world, who, "notice.discarded", subject=id_)
        world.store.commit(over(gone, old), *entry, *once.writes(gone, world.clock.now()))
        return gone

    return again(world, attempt, once)


def draft_of(world: World, who: Principal, id_: str) -> Notice:
    """A notice of the caller's workspace that nobody was told yet."""
    old = own_notice(world, who, id_)
    if old.state != "draft":
        raise Conflict(f"a notice that is {old.state} cannot be changed")
    return old


def comment_notice_id(issue: str, install: str, comment: str, *, version: int) -> str:
    """The id of the notice of a comment as it is stored at a version: a tracker's own times may be of the second."""
    return derived("ntc", issue, install, comment, str(version))
