"""Do a thing once: again after a clash (full-jitter exponential backoff), with the Idempotency-Key in its write."""

from collections.abc import Callable
from typing import Any, TypeVar

from ..desk.errors import Busy, Clash, KeyReused
from ..desk.idempotency import LIFE_MS, Claim
from ..ports import Ref, World, Write, new, ref

T = TypeVar("T")
TRIES = 24


class Answered(Exception):
    """The request was carried out before: here is what was answered."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim.key)
        self.claim = claim


class Once:
    """An Idempotency-Key in hand. `view` makes of a flow's result what is answered, `render` makes (status, body,
    sealed?) of that; without a key it does nothing."""

    def __init__(
        self,
        key: str = "",
        credential: str = "",
        workspace: str = "",
        fingerprint: str = "",
        render: Callable[[Any], tuple[int, str, bool]] | None = None,
    ) -> None:
        self.key, self.credential, self.workspace = key, credential, workspace
        self.fingerprint, self.render = fingerprint, render
        self.view: Callable[[Any], Any] = lambda result: result

    def refs(self) -> list[Ref[Claim]]:
        """Where the claim lies, if there is a key."""
        return [ref(Claim, self.credential, self.key)] if self.key else []

    def check(self, claim: Claim | None) -> None:
        """Raise Answered for the same request, KeyReused for another one."""
        if claim is None:
            return
        if claim.fingerprint != self.fingerprint:
            raise KeyReused("this Idempotency-Key was used with another request", "Idempotency-Key")
        raise Answered(claim)

    def writes(self, result: Any, now: int) -> list[Write]:
        """The claim, to be committed with the effect."""
        if not self.key or self.render is None:
            return []
        status, body, sealed = self.render(self.view(result))
        return [
            new(
                Claim(
                    credential=self.credential,
                    key=self.key,
                    fingerprint=self.fingerprint,
                    status=status,
                    body=body,
                    sealed=sealed,
                    workspace=self.workspace,
                    expires_at=now + LIFE_MS,
                )
            )
        ]


KEYLESS = Once()


def again(world: World, attempt: Callable[[int], T], once: Once = KEYLESS) -> T:
    """Call `attempt(0)`, and after each Clash the next one, with growing pauses; Busy after two dozen. A clash may be
    the same request running beside this one: then its answer is ours."""
    for tries in range(TRIES):
        try:
            return attempt(tries)
        except Clash:
            for claim in once.refs():
                once.check(world.store.one(claim))
            world.clock.sleep(world.clock.chance() * min(1.0, 0.02 * 1.6**tries))
    raise Busy("too many writers at once; try again")
