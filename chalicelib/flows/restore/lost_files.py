"""Name the files that a restored table tells of and the bucket has no more (referential integrity): they were deleted
after the moment that it was restored to, or never put up."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ...desk.files import Attachment
from ...desk.messages import Attached, Message
from ...desk.record import Record


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file that a message shows, of the `room` in which it was said."""

    workspace: str
    room: str
    id: str
    name: str


def lost_files(records: Iterable[Record], keys: Collection[str]) -> Iterator[LostFile]:
    """Of what messages show, what is not among the bucket's `keys`; each once a room."""
    seen: set[tuple[str, str]] = set()
    for message in (record for record in records if isinstance(record, Message)):
        for file in _shown(message):
            known = (message.room, file.id) in seen
            if not known and Attachment.key_of(message.workspace, file.id) not in keys:
                yield LostFile(message.workspace, message.room, file.id, file.name)
            seen.add((message.room, file.id))


def _shown(message: Message) -> Iterator[Attached]:
    yield from message.attachments
    if message.rest:
        yield message.rest.file
