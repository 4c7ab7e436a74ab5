"""Attachments: put up by the client itself with a presigned upload, then named in a message; or brought along from
outside."""

from ...desk.arrivals import File
from ...desk.errors import Invalid
from ...desk.files import TYPE, Attachment, safe_name
from ...desk.messages import MAX_ATTACHMENTS, Attached
from ...desk.permissions import Principal
from ...ports import Upload, World, new, ref
from ..fence import fenced
from ..once import KEYLESS, Once
from ..optimistic_retry import again


def attach(
    world: World, who: Principal, name: str, *, size: int, type_: str, once: Once = KEYLESS
) -> tuple[Attachment, Upload]:
    """The attachment, and where to put its bytes."""

    def attempt(_: int) -> tuple[Attachment, Upload]:
        now = world.clock.now()
        attachment = Attachment(
            version=1,
            id=world.fresh_id("att"),
            workspace=who.workspace,
            name=name,
            size=size,
            type=type_,
            secret=world.clock.entropy(24).hex(),
            created_at=now,
            by=who.id,
            customer=who.customer,
        )
        put_up = (attachment, world.files.upload(attachment.key, type_, size, now=now))
        world.store.commit(new(attachment), *once.writes(put_up, now))
        return put_up

    return again(world, attempt, once)


def keep_file(world: World, workspace: str, id_: str, *, file: File, by: str) -> Attached:
    """A file that came from outside, stored once under an id that follows from where it came from."""
    type_ = file.type.lower() if TYPE.match(file.type.lower()) else "application/octet-stream"

    def attempt(_: int) -> Attachment:
        kept = world.store.one(ref(Attachment, id_))
        if kept is None:
            kept = Attachment(
                version=1,
                id=id_,
                workspace=workspace,
                name=safe_name(file.name),
                size=len(file.content),
                type=type_,
                secret=world.clock.entropy(24).hex(),
                created_at=world.clock.now(),
                by=by,
            )
            world.files.put(kept.key, file.content, kept.type)
            world.store.commit(new(kept))
        return kept

    kept = again(world, attempt)
    return Attached(id=kept.id, name=kept.name, size=kept.size, type=kept.type, secret=kept.secret)


def _theirs(file: Attachment, who: Principal) -> bool:
    return file.by == who.id if who.kind == "visitor" else file.customer == who.customer


def attached(world: World, who: Principal, ids: list[str]) -> tuple[Attached, ...]:
    """The attachments that a message names: the speaker's own customer's (for an agent the workspace's, for a visitor
    their own)."""
    if len(ids) > MAX_ATTACHMENTS:
        raise Invalid(f"a message takes at most {MAX_ATTACHMENTS} attachments", "attachments")
    found = world.store.many([ref(Attachment, id_) for id_ in ids]) if ids else []
    for place, file in enumerate(found):
        if fenced(file, who.workspace) is None or not who.is_agent and not _theirs(file, who):
            raise Invalid("no such attachment", f"attachments[{place}]")
    return tuple(Attached(id=f.id, name=f.name, size=f.size, type=f.type, secret=f.secret) for f in found)
