"""Preview a broadcast (dry run): who would get what now, who would not and why, and what it would cost.

Nothing is written.
"""

from collections import Counter
from dataclasses import dataclass, field

from ...desk.broadcasts import Broadcast
from ...desk.templates import filled_text
from ...desk.workspaces import Workspace
from ...ports import World, ref
from .plan import plan_of

SHOWN = 5
MAX_MISSING = 20
# Dollars at list prices of us-east-1, rounded up: some 12 write units a room ($0.625 a million), its share of reads,
# stream, push and Lambda; a delivery's row, queue message and worker.
A_ROOM, A_DELIVERY = 12e-6, 8e-6


@dataclass
class Preview:
    """`skipped` counts by reason; `missing` are (room, text), `samples` (room, text, when in ms: 0 for at once); `held`
    are messages that wait for their hours."""

    rooms: int = 0
    messages: int = 0
    held: int = 0
    deliveries: int = 0
    skipped: dict[str, int] = field(default_factory=Counter)
    missing: list[tuple[str, str]] = field(default_factory=list)
    samples: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def dollars(self) -> float:
        """Roughly."""
        return round(self.messages * A_ROOM + self.deliveries * A_DELIVERY, 6)


def preview_broadcast(world: World, broadcast: Broadcast) -> Preview:
    """What the plan would be now: three reads a hundred rooms."""
    found, skipped = Preview(), Counter[str]()
    for piece in plan_of(world, broadcast).pieces():
        for target in piece.targets:
            found.rooms += 1
            if target.skipped:
                skipped[target.skipped] += 1
            elif target.missing:
                found.missing.append((target.room, target.missing))
            else:
                found.messages += 1
                found.held += target.at > 0
                if len(found.samples) < SHOWN:
                    text = filled_text(broadcast.text_in(target.language), target.values)
                    found.samples.append((target.room, text, target.at))
    workspace = world.store.one(ref(Workspace, broadcast.workspace))
    found.deliveries = found.messages * len(workspace.feeds if workspace else ())
    found.skipped, found.missing = dict(skipped), found.missing[:MAX_MISSING]
    return found
