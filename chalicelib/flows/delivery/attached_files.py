"""The bytes of a message's attachments, for a channel that takes files (graceful degradation)."""

from ...desk.deliveries import Delivery
from ...desk.errors import NotFound
from ...ports import AwsAway, World


def content_of(world: World, row: Delivery, attachment: str) -> bytes | None:
    """The bytes; None where they cannot be had now: it was never put up, or the bucket is away. What is said with it
    may be there already, and is not said twice for a file's sake."""
    try:
        return world.files.get(f"files/{row.workspace}/{attachment}")
    except (NotFound, AwsAway):
        return None
