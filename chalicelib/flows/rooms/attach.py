"""Attachments: put up by the client itself with a presigned upload, then named in a message."""

from ...desk.errors import Invalid
from ...desk.files import Attachment
from ...desk.messages import MAX_ATTACHMENTS, Attached
from ...desk.permissions import Principal
from ...ports import Upload, World, new, ref
from ..once import KEYLESS, Once
from ..optimistic_retry import again


def attach(
    world: World, who: Principal, name: str, size: int, type_: str, once: Once = KEYLESS
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
        put_up = (attachment, world.files.upload(attachment.key, type_, size, now))
        world.store.commit(new(attachment), *once.writes(put_up, now))
        return put_up

    return again(world, attempt, once)


def _theirs(file: Attachment, who: Principal) -> bool:
    return file.by == who.id if who.kind == "visitor" else file.customer == who.customer


def attached(world: World, who: Principal, ids: list[str]) -> tuple[Attached, ...]:
    """The attachments that a message names: the speaker's own customer's (for an agent the workspace's, for a visitor
    their own)."""
    if len(ids) > MAX_ATTACHMENTS:
        raise Invalid(f"a message takes at most {MAX_ATTACHMENTS} attachments", "attachments")
    found = world.store.many([ref(Attachment, id_) for id_ in ids]) if ids else []
    for place, file in enumerate(found):
        foreign = file is None or file.workspace != who.workspace
        if foreign or not who.is_agent and not _theirs(file, who):
            raise Invalid("no such attachment", f"attachments[{place}]")
    return tuple(Attached(id=f.id, name=f.name, size=f.size, type=f.type, secret=f.secret) for f in found)
