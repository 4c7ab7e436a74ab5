"""Note the dead letters that SQS itself has put aside (redrive): their workers died, and left no reason and no note."""

from ...desk.dead_letters import DeadLetter
from ...ports import AwsAway, World, new
from .note import note_of

REASON = "its worker ended again and again without a word"


def explain_letters(world: World) -> int:
    """Give each a reason and a note, as our own have; how many have a workspace that can be told."""

    def note(queue: str, body: str) -> DeadLetter | None:
        try:
            return note_of(world, queue, body, reason=REASON)
        except AwsAway:
            raise
        except Exception:  # noqa: BLE001  whatever is wrong with its body, it has a reason now
            return None

    letters = world.queues.unexplained(note, REASON)
    for letter in letters:
        world.store.commit(new(letter))
    return len(letters)
