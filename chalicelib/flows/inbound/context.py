"""What every arrival needs on its way into a room: who carries it, a room of its own where it belongs in none, and
its files."""

from dataclasses import dataclass

from ...desk.arrivals import File, Said
from ...desk.customers import Customer
from ...desk.envelopes import Envelope
from ...desk.files import MAX_SIZE
from ...desk.ids import derived
from ...desk.messages import Attached, Author, Rest, Source, TakenAs
from ...desk.rooms import MAX_NAME, Room
from ...desk.titles import first_line, shortened
from ...desk.workspaces import Install
from ...ports import World, ref
from ..optimistic_retry import there_or_new
from ..rooms.attach import keep_file

BOTS: dict[str, TakenAs] = {"ask": "ask", "answer": "answer"}  # what an install says that its bots do


BLOCKED = "blocked-speaker"  # the speaker is blocked or gone


class Ignore(Exception):
    """Knowingly without effect. `reason` is a short slug."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Arriving:
    """Where an arrival came in: the install, and the envelope that carried it."""

    world: World
    install: Install
    envelope: Envelope

    def refuse(self, reason: str) -> None:
        """Ignore what was said, for this reason, unless an agent wants it in all the same."""
        if reason not in self.envelope.lifted:
            raise Ignore(reason)

    def source(self, id_: str, at: int, conversation: str = "", *, thread: str = "", original: bool = False) -> Source:
        """The source of something with the provider's `id_`."""
        install = self.install
        return Source(
            channel=install.kind,
            install=install.id,
            id=id_,
            at=at,
            conversation=conversation,
            thread=thread,
            original=original,
        )


def own_room(arriving: Arriving, arrival: Said, customer: Customer | None, *, author: Author) -> str:
    """A room for this one question: a topic of the customer, or a visitor's, which agents alone see."""
    name = shortened(first_line(arrival.text, "Question"), 80)
    room = new_room(
        arriving, derived("room", arriving.install.id, "own", arrival.id), name, customer=customer, author=author
    )
    return there_or_new(arriving.world, ref(Room, room.id), room).id


def new_room(
    arriving: Arriving, id_: str, name: str, *, customer: Customer | None, author: Author | None = None
) -> Room:
    """A topic room of a customer or, without one, a visitor's."""
    return Room(
        version=1,
        id=id_,
        workspace=arriving.install.workspace,
        kind="topic" if customer else "visitor",
        name=name[:MAX_NAME],
        created_at=arriving.world.clock.now(),
        customer=customer.id if customer else "",
        customer_external_id=customer.external_id if customer else "",
        visitor=author.id if author and author.kind == "visitor" else "",
    )


def kept_rest(arriving: Arriving, id_: str, text: str, *, author: Author, quoted: bool = True) -> Rest | None:
    """What was said besides in what the provider calls `id_`, stored as a file; None for nothing."""
    if not text:
        return None
    file = File(name="quoted.txt" if quoted else "more.txt", type="text/plain", content=text.encode())
    lines = sum(bool(line.strip()) for line in text.split("\n"))
    place = derived("att", arriving.install.id, id_, "rest")
    stored = keep_file(arriving.world, arriving.install.workspace, place, file=file, by=author.id)
    return Rest(lines=lines, file=stored, quoted=quoted)


def kept(arriving: Arriving, arrival: Said, author: Author) -> tuple[Attached, ...]:
    """The files that came along, stored; their ids follow from the message's, so that a repeat stores no second one."""
    return tuple(
        keep_file(
            arriving.world,
            arriving.install.workspace,
            derived("att", arriving.install.id, arrival.id, str(i)),
            file=file,
            by=author.id,
        )
        for i, file in enumerate(arrival.files)
        if len(file.content) <= MAX_SIZE
    )
