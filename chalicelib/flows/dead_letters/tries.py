"""Count what a queue's message has cost (poison message): its own failures, and the workers that died of it (ADR 91).

SQS counts how often a message was received: also where it waited behind another, or AWS was away. That says nothing of
the message itself, so it is counted here, and only of those that come back. A message is worked on by one worker at a
time, which is why its count is put without a condition.
"""

from ...desk.dead_letters import Tries
from ...ports import Put, World, ref


def begin_try(world: World, message: str) -> Tries:
    """Another try begins; what the message has cost, this one included."""
    now = world.clock.now()
    tries = world.store.one(ref(Tries, message)) or Tries(id=message, at=now)
    begun = tries.changed(at=now, begun=tries.begun + 1)
    world.store.commit(Put(begun, None))
    return begun


def end_try(world: World, tries: Tries, *, failed: bool) -> Tries:
    """The try has ended, whichever way: nobody died of it."""
    ended = tries.changed(begun=0, failed=tries.failed + failed)
    world.store.commit(Put(ended, None))
    return ended
