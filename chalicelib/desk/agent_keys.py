"""Agent keys (personal access tokens): made by a customer's people for their own coding agents (ADR 171).

A coding agent has its user's fence, speaks as a machine of theirs, and is dead with them.
"""

from typing import Literal

from .messages import Author
from .record import Record
from .times import DAY_MS, HOUR_MS

AgentScope = Literal["read", "speak"]
MAX_KEYS = 20  # live ones of one user
KEPT_MS = 30 * DAY_MS  # ms for which whoever comes with a revoked one is told so
SEEN_MS = HOUR_MS  # ms for which a use is not written down again
ASKED_MS = DAY_MS  # ms for which the same question is the room that it opened (ADR 172)
OPENS_PER_HOUR = {"key": 6, "customer": 30}  # rooms
SAYS_PER_HOUR = 120  # messages of one key


class AgentKey(Record, frozen=True):
    """A key of a user's for their coding agent: found by the hash of what was shown once. `signed_by` is the secret
    (id) of the token that it was made with: it ends with that, too. `used_at` (ms) is right to the hour."""

    id: str
    hash: str
    workspace: str
    customer: str
    user: str
    name: str
    scopes: tuple[AgentScope, ...]
    signed_by: str
    created_at: int
    revoked_at: int = 0
    used_at: int = 0


def agent_of(id_: str, user: str, name: str, *, external_id: str) -> Author:
    """Whose words those of a user's coding agent are: a machine's, and never the user's own."""
    return Author(kind="machine", id=id_, name=f"{name or external_id}'s agent", external_id=external_id, of=user)
