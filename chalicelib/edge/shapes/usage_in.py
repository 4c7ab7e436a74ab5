"""Usage as it comes in over the wire: what its sender is told."""

from .answers import View


class TakenView(View, frozen=True):
    """It is durable. `set_aside` events of it could not be read; the source's set-aside list says why."""

    success: bool
    set_aside: int = 0
