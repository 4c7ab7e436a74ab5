"""Settle a dead letter: give it back to its worker, or throw it away. Asked for by a person, done by the worker of
jobs, which alone may reach into the dead-letter queues."""

import json

from ...desk.dead_letters import DeadLetter
from ...desk.errors import NotFound
from ...desk.permissions import Principal
from ...ports import Drop, World, over, ref
from ..audit import audit


def ask_again(world: World, who: Principal, letter: DeadLetter) -> DeadLetter:
    """Have it worked off again. Who asks for one that is asked for already only wakes its worker."""
    asked = letter
    if not letter.replayed_at:
        asked = letter.changed(replayed_at=world.clock.now())
        world.store.commit(over(asked, letter), *audit(world, who, "letter.replayed", subject=letter.id))
    world.queues.jobs([_task(letter, again=True)])
    return asked


def throw_away(world: World, who: Principal, letter: DeadLetter) -> None:
    """Have it gone for good."""
    entry = audit(world, who, "letter.dropped", subject=letter.id)
    world.store.commit(Drop(ref(DeadLetter, letter.workspace, letter.id)), *entry)
    world.queues.jobs([_task(letter, again=False)])


def _task(letter: DeadLetter, *, again: bool) -> dict[str, str | bool]:
    return {"letter": letter.id, "workspace": letter.workspace, "queue": letter.queue, "again": again}


def settle_letter(world: World, workspace: str, id_: str, *, queue: str, again: bool) -> None:
    """Take it out of its queue. One that is not there just now (an operator looks at it) stays, to be asked for again;
    done twice, it is worked off twice, which changes nothing."""

    def touch(body: str) -> None:
        key = json.loads(body)
        world.store.touch(key["pk"], key["sk"])  # the stream tells of it again

    there = world.queues.unbury(queue, id_, touch if again else None)
    letter = world.store.one(ref(DeadLetter, workspace, id_))
    if there and letter:
        world.store.commit(Drop(ref(DeadLetter, workspace, id_)))
    elif letter and letter.replayed_at:
        world.store.commit(over(letter.changed(replayed_at=0), letter))


def letter_there(world: World, workspace: str, id_: str) -> DeadLetter:
    """The note of a dead letter of the workspace."""
    found = world.store.one(ref(DeadLetter, workspace, id_))
    if found is None:
        raise NotFound("no such dead letter")
    return found
