"""Draft what customers are to be told of a comment that is a stranger's: an agent takes it for the vendor's word."""

from ...desk.comments_for_customers import crossing
from ...desk.errors import Conflict, NotFound
from ...desk.issues import Comment, Issue, Notice
from ...desk.messages import Author
from ...desk.notices import comment_text
from ...desk.permissions import Principal
from ...desk.workspaces import Install
from ...ports import World, new, over, ref
from ..audit import audit
from ..issues.draft_notice import comment_notice_id
from ..issues.name_customers import names_in
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .handed_on import PATIENCE, with_files
from .tracker import tickets_of, tracking_of


def draft_comment(
    world: World, who: Principal, issue: Issue, *, install_id: str, comment_id: str, once: Once = KEYLESS
) -> Notice:
    """The draft. Conflict where the comment has a notice already."""

    def attempt(_: int) -> Notice:
        link = issue.link(install_id)
        install, comment = world.store.many([ref(Install, install_id), ref(Comment, issue.id, install_id, comment_id)])
        if install is None or comment is None or comment.deleted or comment.mark:
            raise NotFound("no such comment of the tracker's")
        if comment.notice:
            raise Conflict(f"it has a notice: {comment.notice}")
        tracking, there = tracking_of(world, install), tickets_of(world, install)
        ticket = link.ticket if link else ""
        text = crossing(tracking, comment.text) or comment.text
        text, files = with_files(
            world,
            install,
            there,
            ticket=ticket,
            comment=comment_id,
            text=text,
            private=tracking.private,
            tries=PATIENCE,
        )
        id_ = comment_notice_id(issue.id, install_id, comment_id, version=comment.version + 1)
        kept = comment.changed(held="", notice=id_)
        notice = Notice(
            version=1,
            id=id_,
            issue=issue.id,
            workspace=issue.workspace,
            about="comment",
            text=comment_text(tracking, text),
            at=world.clock.now(),
            author=Author(kind="agent", id=who.id, name=who.name),
            closing=issue.closings,
            install=install_id,
            comment=comment_id,
            speaker=comment.author,
            names=names_in(world, issue, text),
            held_because=comment.held,
            files=files,
        )
        entry = audit(world, who, "notice.written", subject=notice.id)
        world.store.commit(new(notice), over(kept, comment), *entry, *once.writes(notice, notice.at))
        return notice

    return again(world, attempt, once)
