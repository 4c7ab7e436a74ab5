"""What an envelope says, in our words. Every real payload ends as one of these; none is swallowed."""

from .record import Part


class Speaker(Part, frozen=True):
    """Who speaks, as the channel tells it. With `customer` and `user` (external ids) the channel vouches for both;
    without them it is a visitor, whose customer may still be guessed by the e-mail's domain."""

    customer: str = ""
    customer_name: str = ""
    user: str = ""
    name: str = ""
    email: str = ""


class File(Part, frozen=True):
    """A file that came along, as bytes."""

    name: str
    type: str
    content: bytes


class Said(Part, frozen=True):
    """A message. `id` is the provider's; `conversation` its room hint: a room's id, an outside thread's, or empty for
    the triage room. `at` is the source's own time in ms, for display. `fresh_room` asks for a topic room of its own."""

    id: str
    speaker: Speaker
    text: str
    at: int
    conversation: str = ""
    fresh_room: bool = False
    revision: int = 0
    files: tuple[File, ...] = ()
    reply_to: str = ""


class Edited(Part, frozen=True):
    """An edit of the message with the provider's `id`. The highest `revision` wins."""

    id: str
    text: str
    at: int
    revision: int


class Deleted(Part, frozen=True):
    """A delete of the message with the provider's `id`. Final."""

    id: str
    at: int


class Reacted(Part, frozen=True):
    """A reaction put on (`on`) or taken off. The highest `revision` per person and emoji wins."""

    id: str
    speaker: Speaker
    emoji: str
    on: bool
    at: int
    revision: int


class Ignored(Part, frozen=True):
    """Known, and knowingly without effect. `reason` is a short slug: it becomes a metric's dimension."""

    reason: str


class Unsupported(Part, frozen=True):
    """Not known to us. `what` names the kind of event, never its content."""

    what: str


Arrival = Said | Edited | Deleted | Reacted | Ignored | Unsupported
