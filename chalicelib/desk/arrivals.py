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


class Mailed(Part, frozen=True):
    """A mail that somebody wrote. `verdict` is whether it is from its `sender`'s address: `pass`, `fail`, `none`. `thread`
    are the ids of mails that it answers, nearest first; `tokens` what addresses of ours it was sent to. `cut` says that
    quotes or a signature were left out of `text`; `original` is the whole. `content` is a hash of what it says; `once`,
    where there is one, is good for one mail alone. One sender may write `per_hour`."""

    id: str
    sender: str
    name: str
    verdict: str
    subject: str
    text: str
    at: int
    thread: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    cut: bool = False
    files: tuple[File, ...] = ()
    original: bytes = b""
    original_type: str = ""
    content: str = ""
    once: str = ""
    per_hour: int = 60


class Bounced(Part, frozen=True):
    """A mail of ours did not reach `addresses` and never will, or is unwanted there. `message` is its id. Unless `proven`,
    anybody may have said so: it counts only if that id is one of ours."""

    addresses: tuple[str, ...]
    reason: str
    message: str
    proven: bool = False


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


Arrival = Said | Mailed | Bounced | Edited | Deleted | Reacted | Ignored | Unsupported
