"""An edit or a delete from outside changes the message that came from there, and no copy of what we sent there."""

from ...desk.arrivals import Deleted, Edited
from ...desk.messages import Message, Rest
from ..rooms.amend import Step, amend_known, delete_step, delete_wait, edit_step, edit_wait
from .context import Arriving


def amend_by_edit(arriving: Arriving, arrival: Edited, rest: Rest | None = None) -> None:
    """Edit the message, or wait for it. `rest` is what its text is without."""
    amend_known(
        arriving.world,
        arriving.source(arrival.id, arrival.at, arrival.conversation),
        arriving.install.workspace,
        step=_theirs(arriving, arrival.id, edit_step(arrival.text, arrival.revision, arrival.at, rest=rest, bare=True)),
        wait=edit_wait(arrival.text, arrival.revision, arrival.at),
        type_="edited",
        by=arriving.install.id,
    )


def amend_by_delete(arriving: Arriving, arrival: Deleted) -> None:
    """Delete the message, or the one that is yet to come."""
    source = arriving.source(arrival.id, arrival.at, arrival.conversation)
    step = _theirs(arriving, arrival.id, delete_step)
    amend_known(
        arriving.world,
        source,
        arriving.install.workspace,
        step=step,
        wait=delete_wait,
        type_="deleted",
        by=arriving.install.id,
    )


def _theirs(arriving: Arriving, id_: str, step: Step) -> Step:
    """The step, for a message that came from there. What we sent there is changed where it was said: that somebody
    removed the copy takes nothing from anybody else."""

    def own(message: Message) -> Message | None:
        return step(message) if (message.source.install, message.source.id) == (arriving.install.id, id_) else None

    return own
